//! The worked vectors of the catalogue, as far as their facts are gathered here.

use super::{ids, judge, project};
use crate::Settings;

const WEB_CONFIG: &str = r#"
    == web.config
    <aspNetCore processPath="dotnet" arguments=".\Shop.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />"#;
const DLL: &str = "
    == Shop.dll
    managed anycpu";
const RUNTIME_CONFIG: &str = r#"
    == Shop.runtimeconfig.json
    {"runtimeOptions": {"tfm": "net8.0", "framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}"#;
const DEPS: &str = r#"
    == Shop.deps.json
    {"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"}, "targets": {".NETCoreApp,Version=v8.0": {"Shop/1.0.0": {"runtime": {"Shop.dll": {}}}}}, "libraries": {"Shop/1.0.0": {"type": "project"}}}"#;

fn found(parts: &[&str]) -> Vec<String> {
    ids(&judge(&parts.concat(), &Settings::default()))
}

#[test]
fn v1_platform_target_against_rid() {
    let properties =
        "<RuntimeIdentifier>win-x64</RuntimeIdentifier><PlatformTarget>x86</PlatformTarget>";
    assert_eq!(found(&[&project(properties)]), ["P001"]);
}

#[test]
fn v2_a_framework_dependent_app_is_clean() {
    assert_eq!(found(&[WEB_CONFIG, DLL, RUNTIME_CONFIG, DEPS]), [""; 0]);
}

#[test]
fn v3_without_its_runtimeconfig() {
    assert_eq!(found(&[WEB_CONFIG, DLL, DEPS]), ["A003"]);
}

#[test]
fn v6_a_bundle_in_process() {
    let bundle = r#"
    == web.config
    <aspNetCore processPath=".\Shop.exe" hostingModel="inprocess" />
    == Shop.exe
    bundle x64"#;
    assert_eq!(found(&[bundle]), ["A010", "W017"]);
}

#[test]
fn v10_a_renamed_web_config() {
    let renamed = WEB_CONFIG.replace("web.config", "web.config.txt");
    assert_eq!(found(&[&renamed, DLL, RUNTIME_CONFIG, DEPS]), ["W001", "W002"]);
}

#[test]
fn v11_half_a_minute_for_module_v1() {
    let v1 = r#"
    == web.config
    <configuration><system.webServer>
    <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModule" resourceType="Unspecified" /></handlers>
    <aspNetCore processPath="dotnet" arguments=".\Shop.dll" requestTimeout="00:00:30" />
    </system.webServer></configuration>"#;
    assert_eq!(found(&[v1, DLL, RUNTIME_CONFIG, DEPS]), ["W009", "W012"]);
}

#[test]
fn v12_a_rust_program_in_process() {
    let native = r#"
    == web.config
    <aspNetCore processPath=".\shop.exe" hostingModel="inprocess" />
    == shop.exe
    native x64"#;
    assert_eq!(found(&[native]), ["R001", "W017"]);
}

#[test]
fn v13_published_for_linux() {
    let linux = r#"
    == web.config
    <aspNetCore processPath=".\Shop.exe" hostingModel="inprocess" />
    == Shop
    elf x64"#;
    let deps = DEPS.replace("v8.0", "v8.0/linux-x64");
    assert_eq!(found(&[linux, DLL, RUNTIME_CONFIG, &deps]), ["A001", "A009"]);
}

#[test]
fn v14_a_log_prefix_that_is_a_folder() {
    let config = WEB_CONFIG.replace(r".\logs\stdout", r".\logs");
    let folder = "
    == logs/keep.txt
    x";
    assert_eq!(found(&[&config, DLL, RUNTIME_CONFIG, DEPS, folder]), ["W023"]);
}

#[test]
fn v15_development_in_production() {
    let config = WEB_CONFIG.replace(
        " />",
        r#"><environmentVariables><environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Development" /></environmentVariables></aspNetCore>"#,
    );
    assert_eq!(found(&[&config, DLL, RUNTIME_CONFIG, DEPS]), ["W019"]);
}
