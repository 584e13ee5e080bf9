//! What a reader must make of the vectors of the module's contract: the facts that rules judge.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use iisle_webconfig::{Handler, HostingModel, LogFile, ProcessPath, ReadError, WebConfig, read};

/// A file with this content of `system.webServer`.
fn config(inner: &str) -> WebConfig {
    let text = format!(
        "<configuration><location path=\".\" inheritInChildApplications=\"false\">\
         <system.webServer>{inner}</system.webServer></location></configuration>"
    );
    read(text.as_bytes()).unwrap()
}

const A1: &str = r#"<handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" /></handlers>
<aspNetCore processPath="dotnet" arguments=".\Shop.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />"#;

/// The facts in force, in one line.
fn facts(config: &WebConfig) -> String {
    let hosting = config.hosting().unwrap();
    let model = hosting.hosting_model().map_or("unknown", HostingModel::word);
    let module = hosting.module().unwrap_or("no module");
    let assembly = hosting.assembly_argument().unwrap_or_default();
    let location = hosting.location().unwrap_or("root");
    format!(
        "{module} {model} {:?} {assembly} {:?} in {location}",
        hosting.process_path(),
        hosting.stdout_log_file()
    )
}

#[test]
fn a1_and_a2_the_files_of_the_sdk() {
    let expected = r#"AspNetCoreModuleV2 inprocess Dotnet .\Shop.dll Inside { folder: "logs", prefix: "stdout" } in ."#;
    assert_eq!(facts(&config(A1)), expected);
    assert_eq!(facts(&config(&A1.replace("\"inprocess", "\"InProcess"))), expected);
}

#[test]
fn a3_and_a4_without_a_known_model() {
    let without = A1.replace(" hostingModel=\"inprocess\"", "");
    let model = |inner: &str| config(inner).hosting().unwrap().hosting_model();
    assert_eq!(model(&without), Some(HostingModel::OutOfProcess));
    assert_eq!(model(&A1.replace("\"inprocess", "\"")), Some(HostingModel::OutOfProcess));
    assert_eq!(model(&A1.replace("\"inprocess", "\"in-process")), None);
    assert_eq!(model(&A1.replace("\"inprocess", "\" inprocess")), None);
}

#[test]
fn a5_to_a10_every_attribute_is_kept_with_its_place() {
    let text = "<configuration>\n  <system.webServer>\n    <aspNetCore requestTimeout=\"00:60:00\"\n      startupRetryCount='2' disableStartupErrorPage=\"true\"/>\n  </system.webServer>\n</configuration>";
    let config = read(text.as_bytes()).unwrap();
    let hosting = config.hosting().unwrap();
    let attributes: Vec<_> = hosting
        .section
        .element
        .attributes
        .iter()
        .map(|a| format!("{}={} {} {}", a.name, a.value, a.position, a.value_position))
        .collect();
    let expected = [
        "requestTimeout=00:60:00 3:17 3:33",
        "startupRetryCount=2 4:7 4:26",
        "disableStartupErrorPage=true 4:29 4:54",
    ];
    assert_eq!(attributes, expected);
    assert_eq!(hosting.section.element.position.to_string(), "3:5");
    assert_eq!(hosting.process_path(), ProcessPath::Missing);
    assert_eq!(hosting.handler.map(|handler| handler.name()), None);
}

#[test]
fn a11_an_add_among_the_variables_is_a_stranger() {
    let config = config(
        r#"<aspNetCore><environmentVariables><add name="A" value="B"/><clear/></environmentVariables></aspNetCore>"#,
    );
    let lists = config.hosting().unwrap().section.environment_variables();
    assert_eq!(lists.len(), 1);
    assert!(lists[0].entries().is_empty());
    let strangers: Vec<_> = lists[0].strangers().iter().map(|e| e.name.as_str()).collect();
    assert_eq!(strangers, ["add"]);
}

#[test]
fn a12_the_last_variable_wins_and_both_are_kept() {
    let config = config(
        r#"<aspNetCore><environmentVariables>
        <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Development" />
        <environmentVariable name="aspnetcore_environment" value="Production" />
        </environmentVariables></aspNetCore>"#,
    );
    let section = config.hosting().unwrap().section;
    let effective = section.variable("ASPNETCORE_ENVIRONMENT").unwrap();
    assert_eq!(effective.value(), Some("Production"));
    assert_eq!(section.environment_variables()[0].entries().len(), 2);
}

#[test]
fn a13_to_a15_and_a17_process_and_arguments_as_written() {
    let path = |inner: &str| format!("{:?}", config(inner).hosting().unwrap().process_path());
    let section = |path: &str, arguments: &str| {
        format!(r#"<aspNetCore processPath="{path}" arguments="{arguments}"/>"#)
    };
    assert_eq!(path(&section(r".\Contoso.Web", "")), r#"Relative("Contoso.Web")"#);
    assert_eq!(path(&section("bin/App.exe", "")), r#"Relative("bin/App.exe")"#);
    assert_eq!(path(&section(r"..\App.exe", "")), r#"Elsewhere("..\\App.exe")"#);
    assert_eq!(path(&section(r"C:\x\DotNet.exe", "")), "Dotnet");
    let token = path(&section("%LAUNCHER_PATH%", "%LAUNCHER_ARGS%"));
    assert_eq!(token, r#"Elsewhere("%LAUNCHER_PATH%")"#);
    let blank = config(&section("dotnet", r".\My Shop.dll"));
    assert_eq!(blank.hosting().unwrap().arguments(), [r".\My", "Shop.dll"]);
    let quoted = config(&section("dotnet", r"exec &quot;.\My Shop.dll&quot;"));
    let assembly = quoted.hosting().unwrap().assembly_argument();
    assert_eq!(assembly.as_deref(), Some(r".\My Shop.dll"));
}

#[test]
fn a16_the_log_file_resolves_as_the_module_does() {
    let log = |value: &'static str| LogFile::resolve(value);
    let inside = |folder: &str, prefix| LogFile::Inside { folder: folder.to_owned(), prefix };
    assert_eq!(log(""), LogFile::Empty);
    assert_eq!(log(r".\logs\stdout"), inside("logs", "stdout"));
    assert_eq!(log("logs/app/out"), inside("logs/app", "out"));
    assert_eq!(log(r".\logs"), inside("", "logs"));
    assert_eq!(log(r".\logs\"), inside("logs", ""));
    assert_eq!(log(r"a\..\b\x"), inside("b", "x"));
    for outside in [
        r"\\?\%home%\LogFiles\stdout",
        r"D:\logs\x",
        r"..\logs\x",
        r"\logs\x",
        r"%TEMP%\x",
        "D:x",
        r".\logs\..",
    ] {
        assert_eq!(log(outside), LogFile::Outside(outside));
        assert_eq!(log(outside).folder_to_create(), None);
    }
    assert_eq!(log(r".\logs\stdout").folder_to_create(), Some("logs"));
    assert_eq!(log("stdout").folder_to_create(), None);
}

#[test]
fn a19_to_a21_encodings() {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<configuration>{A1}</configuration>"
    );
    let with_bom = read(format!("\u{feff}{text}").as_bytes()).unwrap();
    assert!(with_bom.encoding.has_bom);
    assert_eq!(with_bom.encoding.declared.as_deref(), Some("utf-8"));
    let sixteen: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sixteen = [&[0xff, 0xfe], sixteen.as_slice()].concat();
    match read(&sixteen) {
        // A reader may go on with the byte order mark, if it shows that the declaration lies.
        Ok(config) => assert_ne!(config.encoding.actual, "utf-8"),
        Err(error) => assert!(matches!(error, ReadError::Malformed { .. })),
    }
    assert!(matches!(read(b""), Err(ReadError::Malformed { .. })));
}

#[test]
fn a22_the_root_may_have_a_namespace() {
    let namespace = "http://schemas.microsoft.com/.NetConfiguration/v2.0";
    let text = format!(
        "<configuration xmlns=\"{namespace}\"><system.webServer>{A1}</system.webServer></configuration>"
    );
    let config = read(text.as_bytes()).unwrap();
    assert_eq!(config.root.namespace.as_deref(), Some(namespace));
    assert_eq!(config.hosting().unwrap().module(), Some("AspNetCoreModuleV2"));
}

#[test]
fn scopes_are_told_apart_and_duplicates_are_kept() {
    let text = r#"<configuration>
      <location path="api"><system.webServer><aspNetCore processPath="a"/></system.webServer></location>
      <location path=""><system.webServer><aspNetCore processPath="b"/><aspNetCore processPath="c"/></system.webServer></location>
      <system.webServer><handlers><add name="aspNetCore" modules="AspNetCoreModule"/></handlers></system.webServer>
      <x><aspNetCore/></x>
    </configuration>"#;
    let config = read(text.as_bytes()).unwrap();
    let scopes: Vec<_> = config
        .scopes()
        .iter()
        .map(|scope| {
            let path = scope.path().map(|path| path.value.clone());
            (
                path,
                scope.is_application_root(),
                scope.asp_net_core().len(),
                scope.flows_to_child_applications(),
            )
        })
        .collect();
    let expected = [
        (None, true, 0, true),
        (Some("api".to_owned()), false, 1, true),
        (Some(String::new()), true, 2, true),
    ];
    assert_eq!(scopes, expected);
    let hosting = config.hosting().unwrap();
    assert_eq!((hosting.section.process_path(), hosting.module()), ("b", Some("AspNetCoreModule")));
    assert_eq!(config.misplaced_asp_net_core().len(), 1);
    assert_eq!(config.sections("system.webServer/handlers").len(), 1);
}

#[test]
fn handlers_that_are_taken_away_again_lead_nowhere() {
    let config = config(
        r#"<handlers><add name="A" modules="AspNetCoreModuleV2"/><remove name="a"/><add name="B" modules="X, aspnetcoremodulev2"/><clear/></handlers><aspNetCore processPath="x"/>"#,
    );
    let hosting = config.hosting().unwrap();
    assert!(hosting.handler.is_none());
    let handlers = hosting.scope.handlers();
    assert_eq!(handlers[0].entries().len(), 4);
    let added = handlers[0].added();
    let runs: Vec<_> = added.iter().map(Handler::runs_asp_net_core).collect();
    assert_eq!(runs, [true, true]);
}

#[test]
fn http_platform_is_read_like_the_module() {
    let config = config(
        r#"<handlers><add name="httpPlatformHandler" path="*" verb="*" modules="httpPlatformHandler"/></handlers>
        <httpPlatform processPath=".\shop.exe" arguments="--listen 127.0.0.1:%HTTP_PLATFORM_PORT%">
        <environmentVariables><environmentVariable name="PORT" value="%HTTP_PLATFORM_PORT%"/></environmentVariables>
        <recycleOnFileChange><file path=".\x.toml"/></recycleOnFileChange></httpPlatform>"#,
    );
    assert!(config.hosting().is_none());
    let hosting = config.http_platform().unwrap();
    assert_eq!(hosting.process_path(), ProcessPath::Relative("shop.exe".to_owned()));
    assert_eq!(hosting.module(), Some("httpPlatformHandler"));
    assert_eq!(
        hosting.section.variable("port").and_then(|v| v.value()),
        Some("%HTTP_PLATFORM_PORT%")
    );
    assert_eq!(hosting.section.recycle_on_file_change()[0].entries()[0].name(), r".\x.toml");
    let log = LogFile::Inside { folder: String::new(), prefix: "httpplatform-stdout" };
    assert_eq!(hosting.stdout_log_file(), log);
}

#[test]
fn another_root_and_broken_files_name_the_place() {
    let wrong = read(b"<!-- x -->\n<Configuration/>").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the root element of web.config is `Configuration`, not `configuration`"
    );
    assert_eq!(wrong.position().map(|p| p.to_string()).as_deref(), Some("2:1"));
    let broken = read(b"<configuration>\n  <a></b>\n</configuration>").unwrap_err();
    assert_eq!(broken.position().map(|p| p.line), Some(2));
}
