//! What is concluded from small folders, rule by rule.
//!
//! A folder is text: a line `path = content` each. Content is the name of an image of
//! `testdata/pe`, or a word for a text (see [`text`]), or itself.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use iisle_inspect::publish::{Arch, Deps, InspectOptions, Mention, PublishOutput, inspect};
use iisle_path::RelPath;
use iisle_tree::{LocalTree, MemoryTree, Ticks, Tree};

const WEB: &str = r#"{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}"#;

/// Texts by their words.
fn text(word: &str) -> Option<String> {
    let (word, rest) = word.split_once(' ').unwrap_or((word, ""));
    let manager = |attributes: &str| {
        format!(
            "<configuration><location path=\".\"><system.webServer><handlers><add name=\"aspNetCore\" \
             path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" />\
             </handlers><aspNetCore {attributes} /></system.webServer></location></configuration>"
        )
    };
    Some(match word {
        "fdd" => format!(r#"{{"runtimeOptions": {{"tfm": "net8.0", "framework": {WEB}}}}}"#),
        "console" => r#"{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"}}}"#.to_owned(),
        "scd" => format!(r#"{{"runtimeOptions": {{"tfm": "net8.0", "includedFrameworks": [{WEB}]}}}}"#),
        // A target, and libraries of it: `deps TARGET [LIBRARIES]`.
        "deps" => {
            let (target, libraries) = rest.split_once(' ').unwrap_or((rest, "{}"));
            let names: serde_json::Value = serde_json::from_str(libraries).unwrap();
            let kinds = names.as_object().unwrap().keys().map(|name| {
                let kind = if name.starts_with("App/") { "project" } else { "package" };
                (name.clone(), serde_json::json!({"type": kind}))
            });
            let kinds: serde_json::Value = kinds.collect();
            format!(r#"{{"runtimeTarget": {{"name": "{target}"}}, "targets": {{"{target}": {libraries}}}, "libraries": {kinds}}}"#)
        }
        "dotnet" => manager(&format!(r#"processPath="dotnet" arguments=".\{rest}" hostingModel="inprocess""#)),
        "starts" => manager(&format!(r#"processPath=".\{rest}" hostingModel="outofprocess""#)),
        "hosts" => manager(&format!(r#"processPath=".\{rest}" hostingModel="inprocess""#)),
        "system.web" => "<configuration><system.web /></configuration>".to_owned(),
        "doc" => "<?xml version=\"1.0\"?>\n<doc><assembly/></doc>".to_owned(),
        _ => return None,
    })
}

fn output_of(folder: &str, options: &InspectOptions) -> PublishOutput {
    let images = LocalTree::open(iisle_testdata::case("pe", "images").join("in")).unwrap();
    let mut tree = MemoryTree::unix();
    for line in folder.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (path, content) = line.split_once(" = ").unwrap_or((line, ""));
        // Something may follow an image.
        let (name, rest) = content.split_once(" + ").unwrap_or((content, ""));
        let image = RelPath::parse(name).ok().and_then(|name| images.read_all(&name, 1 << 20).ok());
        let image = image.map(|bytes| [&bytes, rest.as_bytes()].concat());
        let bytes = image.or_else(|| text(content).map(String::into_bytes));
        tree = tree.with_file(path, bytes.unwrap_or_else(|| content.into()), Ticks::UNIX_EPOCH);
    }
    inspect(&tree, options).unwrap()
}

fn output(folder: &str) -> PublishOutput {
    output_of(folder, &InspectOptions::default())
}

/// Kind, entry, architecture; then conflicts; then what was observed at least as a warning.
fn check(folder: &str) -> String {
    let output = output(folder);
    let mut text = format!(
        "{} {} {}",
        output.kind,
        output.entry.as_deref().unwrap_or("-"),
        output.arch.map_or("-".into(), Arch::word)
    );
    for flag in &output.flags {
        write!(text, " +{}", flag.word()).unwrap();
    }
    for it in &output.conflicts {
        write!(text, "\nconflict {} {}: {}", it.severity.word(), it.class(), it.evidence).unwrap();
    }
    for it in &output.observations {
        let (what, severity) = (it.what.word(), it.severity.word());
        let path = it.path.as_deref().unwrap_or("-");
        write!(text, "\n{severity} {what} {path}: {}", it.detail).unwrap();
    }
    text
}

const FDD: &str = "
    App.dll = il-anycpu-appdll.dll
    App.runtimeconfig.json = fdd
    App.deps.json = deps .NETCoreApp,Version=v8.0
    web.config = dotnet App.dll";

#[test]
fn a_portable_app_is_clean() {
    insta::assert_snapshot!(check(FDD), @"fdd App any");
}

#[test]
fn a_renamed_host_still_starts_its_app() {
    let folder = "
        App.dll = il-anycpu-appdll.dll
        App.runtimeconfig.json = fdd
        Shop.exe = apphost-app-x64.exe
        web.config = starts Shop.exe";
    insta::assert_snapshot!(check(folder), @"fdd-exe App x64");
    assert_eq!(output(folder).entry_program().unwrap().path.as_str(), "Shop.exe");
}

#[test]
fn a_host_tells_the_app_whose_runtimeconfig_is_missing() {
    insta::assert_snapshot!(check("
        App.dll = il-anycpu-appdll.dll
        App.exe = apphost-app-x64.exe"), @r"
    unknown App any
    warning no-web-config -: IIS does not know what to start
    error runtimeconfig-missing App.runtimeconfig.json: the host takes the app as self-contained and looks for hostpolicy
    ");
}

#[test]
fn a_library_is_no_app() {
    insta::assert_snapshot!(check("
        Lib.dll = il-anycpu.dll
        Lib.deps.json = deps .NETCoreApp,Version=v8.0"), @r"
    unknown - -
    error no-entry -: no assembly with a runtimeconfig.json, no program, no site to serve
    ");
}

#[test]
fn the_web_app_goes_before_its_tools() {
    let tools = "
        Tool.dll = il-anycpu.dll
        Tool.runtimeconfig.json = console";
    let two = FDD.replace("web.config = dotnet App.dll", tools);
    assert_eq!(output(&two).entry.as_deref(), Some("App"));
    let web = two.replace("= console", "= fdd");
    insta::assert_snapshot!(check(&web), @r"
    unknown - - +multi-entry
    error entry-ambiguous -: each could be the entry: App, Tool
    ");
    let named = InspectOptions { names: vec!["tool".into()], ..InspectOptions::default() };
    assert_eq!(output_of(&web, &named).entry.as_deref(), Some("Tool"));
    let told = InspectOptions { entry: Some("tool.dll".into()), ..InspectOptions::default() };
    assert_eq!(output_of(&web, &told).entry.as_deref(), Some("Tool"));
    let referenced = web.replace(
        "App.deps.json = deps .NETCoreApp,Version=v8.0",
        r#"App.deps.json = deps .NETCoreApp,Version=v8.0 {"App/1.0.0": {}, "Tool/1.0.0": {}}"#,
    );
    assert_eq!(output(&referenced).entry.as_deref(), Some("App"));
}

#[test]
fn web_config_decides_only_for_files_that_are_there() {
    let old = FDD.replace("dotnet App.dll", "dotnet Old.dll");
    assert_eq!(output(&old).entry.as_deref(), Some("App"));
}

#[test]
fn the_part_for_the_browser_is_no_app() {
    let client = format!(
        "{FDD}
        App.Client.dll = il-anycpu.dll
        App.Client.runtimeconfig.json = scd"
    );
    assert_eq!(output(&client).candidates, ["App"]);
}

#[test]
fn a_self_contained_app_without_program_and_runtime() {
    insta::assert_snapshot!(check("
        App.dll = il-x64.dll
        App.runtimeconfig.json = scd
        App.deps.json = deps .NETCoreApp,Version=v8.0/win-x64
        web.config = dotnet App.dll"), @r"
    scd App x64
    error runtime-missing System.Private.CoreLib.dll: App.runtimeconfig.json makes the app self-contained, System.Private.CoreLib.dll is not there
    error runtime-missing coreclr.dll: App.runtimeconfig.json makes the app self-contained, coreclr.dll is not there
    error runtime-missing hostfxr.dll: App.runtimeconfig.json makes the app self-contained, hostfxr.dll is not there
    error runtime-missing hostpolicy.dll: App.runtimeconfig.json makes the app self-contained, hostpolicy.dll is not there
    error exe-missing App.exe: the app is self-contained, and the program that starts it is not there
    error webconfig-dotnet-for-self-contained web.config: web.config starts dotnet, the app is self-contained
    ");
}

#[test]
fn parts_of_an_earlier_self_contained_publish() {
    let folder = format!(
        "{FDD}
        hostfxr.dll = native-x64.dll
        aspnetcorev2_inprocess.dll = native-x64.dll
        App.exe = apphost-app-x64.exe
        App = apphost-elf-x64"
    );
    insta::assert_snapshot!(check(&folder), @r"
    fdd-exe App any
    warning stale-runtime-files App.exe: App is there as well: one is left from an earlier publish
    warning stale-runtime-files aspnetcorev2_inprocess.dll: part of a self-contained app, and this one needs an installed framework
    error stale-runtime-files hostfxr.dll: part of a runtime beside App.runtimeconfig.json, which needs an installed one
    ");
}

#[test]
fn parts_of_an_earlier_publish_beside_a_single_file() {
    let folder = "
        App.exe = singlefile-fdd.exe
        App.dll = il-anycpu-appdll.dll
        web.config = starts App.exe";
    insta::assert_snapshot!(check(folder), @r"
    single-fdd App x64
    warning stale-runtime-files App.dll: it lies in the single file, too: left from an earlier publish
    ");
}

#[test]
fn what_is_started_apart_decides_the_architecture() {
    let folder = "
        App.dll = il-anycpu-appdll.dll
        App.runtimeconfig.json = fdd
        App.exe = apphost-app-x64.exe";
    let arch = |line: &str| output(&format!("{folder}\n{line}")).arch.unwrap().word().into_owned();
    assert_eq!(arch("web.config = starts App.exe"), "x64");
    // In the worker process the host is only asked which assembly it starts.
    assert_eq!(arch("web.config = hosts App.exe"), "any");
    assert_eq!(arch("web.config = dotnet App.dll"), "any");
}

#[test]
fn natives_that_do_not_fit() {
    let folder = r#"
        App.dll = il-x64.dll
        App.runtimeconfig.json = fdd
        App.deps.json = deps .NETCoreApp,Version=v8.0/win-x64 {"A/1.0.0": {"native": {"runtimes/win-x64/native/listed.dll": {}}}}
        listed.dll = native-x86.dll
        other.dll = native-x86.dll
        x86/right.dll = native-x86.dll
        x64/wrong.dll = native-x86.dll
        runtimes/win-arm64/native/wrong.dll = native-x64.dll
        de/App.resources.dll = il-x86.dll
        tool.exe = native-arm.exe
        web.config = dotnet App.dll"#;
    insta::assert_snapshot!(check(folder), @r"
    fdd-rid App x64
    conflict info x86: de/App.resources.dll: x86 (32BITREQUIRED); deps.json: target win-x64
    conflict error native x86: listed.dll: machine x86; deps.json: target win-x64
    conflict warning native x86: other.dll: machine x86; deps.json: target win-x64
    conflict warning native x64: runtimes/win-arm64/native/wrong.dll: machine x64, in a folder for arm64
    conflict warning native x86: x64/wrong.dll: machine x86, in a folder for x64
    ");
}

#[test]
fn code_for_another_system_does_not_load() {
    let folder = format!(
        "{FDD}
        Fast.dll = r2r-linux-x64.dll"
    );
    insta::assert_snapshot!(check(&folder), @r"
    fdd App any +r2r
    conflict error r2r linux x64: Fast.dll: ReadyToRun x64
    info r2r -: assemblies of the app are compiled ahead of time for one architecture
    ");
}

#[test]
fn a_library_for_another_system_is_no_conflict_of_its_own_output() {
    let folder = "
        App.dll = r2r-linux-x64.dll
        App.runtimeconfig.json = fdd
        App.deps.json = deps .NETCoreApp,Version=v8.0/linux-x64";
    insta::assert_snapshot!(check(folder), @r"
    fdd-rid App x64 +r2r
    error not-windows App.deps.json: published for linux: the target is linux-x64
    warning no-web-config -: IIS does not know what to start
    info r2r App.dll: assemblies of the app are compiled ahead of time for one architecture
    ");
}

#[test]
fn missing_assets_are_those_that_apply() {
    let folder = r#"
        App.dll = il-anycpu-appdll.dll
        App.runtimeconfig.json = fdd
        App.deps.json = deps .NETCoreApp,Version=v8.0 {"A/1.0.0": {"runtime": {"lib/a.dll": {}}, "resources": {"lib/de/a.resources.dll": {"locale": "de"}}, "runtimeTargets": {"runtimes/win-x64/native/n.dll": {"rid": "win-x64", "assetType": "native"}, "runtimes/linux-x64/native/n.so": {"rid": "linux-x64", "assetType": "native"}, "runtimes/unix/lib/u.dll": {"rid": "unix", "assetType": "runtime"}}}}
        web.config = dotnet App.dll"#;
    insta::assert_snapshot!(check(folder), @r"
    fdd App any
    error missing-asset a.dll: App.deps.json lists it (package A/1.0.0)
    warning missing-asset de/a.resources.dll: App.deps.json lists it (package A/1.0.0)
    error missing-asset runtimes/win-x64/native/n.dll: App.deps.json lists it (package A/1.0.0)
    ");
}

#[test]
fn what_does_not_belong_is_named() {
    let folder = format!(
        "{FDD}
        appsettings.Development.json = {{}}
        App.runtimeconfig.dev.json = {{}}
        web.Release.config = x
        Properties/launchSettings.json = {{}}
        Properties/PublishProfiles/Prod.pubxml = x
        Program.cs = x
        obj/project.assets.json = {{}}
        certs/site.pfx = x
        wwwroot/site.key = x
        wwwroot/js/site.cs = x
        publish/App.runtimeconfig.json = fdd
        publish/web.config = x
        .env = x
        Dockerfile = x"
    );
    insta::assert_snapshot!(check(&folder), @r"
    fdd App any
    warning leftover App.runtimeconfig.dev.json: names folders of the machine it was built on
    info leftover Dockerfile: a file for builds
    warning leftover Program.cs: a source file
    warning leftover Properties/PublishProfiles/Prod.pubxml: a publish profile
    info leftover Properties/launchSettings.json: settings of development
    warning leftover appsettings.Development.json: settings of development
    warning leftover obj/project.assets.json: an intermediate file of a build
    warning leftover web.Release.config: a transform of web.config, for the build only
    warning secret .env: keys and passwords do not belong into a deployment
    warning secret certs/site.pfx: keys and passwords do not belong into a deployment
    error secret wwwroot/site.key: keys and passwords do not belong into a deployment
    warning nested-publish publish: an earlier output was published as content
    ");
}

#[test]
fn files_that_only_look_like_images() {
    let folder = format!(
        "{FDD}
        empty.dll
        text.dll = hello
        linux.dll = libelf-x64.so
        wwwroot/download.exe = hello"
    );
    insta::assert_snapshot!(check(&folder), @r"
    fdd App any
    error not-a-pe-file linux.dll: it is an ELF file
    error not-a-pe-file text.dll: no MZ header
    error empty-file empty.dll: 0 bytes
    ");
}

#[test]
fn asp_net_of_dotnet_framework() {
    insta::assert_snapshot!(check("
        Web.config = system.web
        Global.asax = x
        bin/Shop.dll = il-netfx-web.dll
        bin/native.dll = native-x64.dll"), @"netfx - x64");
}

#[test]
fn a_site_has_nothing_to_start() {
    insta::assert_snapshot!(check("
        index.html = x
        App.runtimeconfig.json = scd
        _framework/blazor.webassembly.js = x"), @"static - -");
}

#[test]
fn native_programs_need_no_assembly() {
    insta::assert_snapshot!(check("
        shop.exe = native-x64.exe
        static/a.css = x
        web.config = starts shop.exe"), @"native shop x64");
    // Without web.config the only program will be it.
    assert_eq!(
        output("shop.exe = native-x64.exe\ncreatedump.exe = native-x64.exe").entry.as_deref(),
        Some("shop")
    );
}

#[test]
fn native_programs_show_what_they_mention() {
    let folder = "shop.exe = native-x64.exe + aspnetcore_port and /iisintegration";
    let mentions: Vec<_> = output(folder).mentions.into_iter().collect();
    assert_eq!(mentions, [Mention::AspNetCorePort, Mention::IisIntegration]);
    let image = "il-anycpu-appdll.dll";
    let managed = FDD.replace(image, &format!("{image} + ASPNETCORE_PORT"));
    assert!(output(&managed).mentions.is_empty());
}

#[test]
fn classes_follow_places_and_names() {
    let folder = format!(
        "{FDD}
        App.pdb = x
        App.xml = doc
        Other.xml = doc
        Core.dll = il-anycpu.dll
        de/App.resources.dll = il-anycpu.dll
        SNI.dll = native-x64.dll
        System.IO.Compression.Native.dll = native-x64.dll
        runtimes/win/lib/net8.0/x.dll = il-anycpu.dll
        refs/System.Runtime.dll = il-anycpu.dll
        Views/Home/Index.cshtml = x
        appsettings.json = {{}}
        App.dll.config = x
        wwwroot/app.js = x
        App.staticwebassets.endpoints.json = {{}}
        logs/stdout.log = x
        shop.db = x
        key.pem = x
        Dockerfile = x
        sub/web.config = x
        readme.txt = x
        BlazorDebugProxy/BrowserDebugHost.dll = il-anycpu.dll"
    );
    let output = output(&folder);
    let lines: Vec<_> =
        output.files.iter().map(|file| format!("{} {}", file.class.word(), file.path)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    entry App.deps.json
    entry App.dll
    json-config App.dll.config
    symbols App.pdb
    entry App.runtimeconfig.json
    static-manifest App.staticwebassets.endpoints.json
    xml-docs App.xml
    other BlazorDebugProxy/BrowserDebugHost.dll
    app Core.dll
    container/ci Dockerfile
    other Other.xml
    native SNI.dll
    runtime-native System.IO.Compression.Native.dll
    views Views/Home/Index.cshtml
    json-config appsettings.json
    satellite de/App.resources.dll
    secret key.pem
    data logs/stdout.log
    other readme.txt
    ref-assemblies refs/System.Runtime.dll
    runtimes runtimes/win/lib/net8.0/x.dll
    data shop.db
    hosting-config sub/web.config
    hosting-config web.config
    static wwwroot/app.js
    ");
}

#[test]
fn settings_that_dotnet_cannot_read_have_a_place() {
    let folder = format!(
        "{FDD}
        appsettings.json = {{ \"a\": [1,], /* fine */ }}
        appsettings.Production.json = {{ \"a\": 1 \"b\" }}
        appsettings.Staging.json = []
        appsettings.Test.json = {{\"A\": {{\"b\": 1}}, \"a:B\": 2}}"
    );
    let output = output(&folder);
    let lines: Vec<_> =
        output.invalid_settings.iter().map(|it| format!("{}: {}", it.path, it.problem)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    appsettings.Production.json: a comma or `}` is missing after a member at 1:10
    appsettings.Staging.json: the root is not an object at 1:1
    appsettings.Test.json: the key `a:B` stands there twice at 1:24
    ");
}

#[test]
fn the_endpoints_manifest_is_compared_with_wwwroot() {
    let folder = format!(
        r#"{FDD}
        wwwroot/a.js = 12345
        App.staticwebassets.endpoints.json = {{"Version": 1, "Endpoints": [{{"Route": "a.js", "AssetFile": "a.js", "ResponseHeaders": [{{"Name": "Content-Length", "Value": "4"}}]}}, {{"Route": "b.js", "AssetFile": "b.js"}}]}}"#
    );
    let output = output(&folder);
    let assets = output.static_assets.unwrap();
    assert_eq!((assets.endpoints, &assets.missing[..]), (2, &["wwwroot/b.js".to_owned()][..]));
    assert_eq!(assets.wrong_size, [("wwwroot/a.js".parse().unwrap(), 4, 5)]);
}

#[test]
fn old_applications_have_their_framework_from_packages() {
    let folder = r#"
        App.dll = il-anycpu-appdll.dll
        App.runtimeconfig.json = console
        App.deps.json = deps .NETCoreApp,Version=v2.0 {"Microsoft.AspNetCore.Server.Kestrel/2.0.0": {}}
        web.config = dotnet App.dll"#;
    insta::assert_snapshot!(check(folder), @"fdd App any");
    assert_eq!(output(folder).target_framework.as_deref(), Some("netcoreapp2.0"));
    assert_eq!(output(folder).deps().map(Deps::assets).unwrap().count(), 0);
}
