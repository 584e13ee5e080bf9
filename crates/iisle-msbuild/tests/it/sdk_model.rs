//! Decisions of the SDK that public repositories build on, one behavior each.
#![expect(clippy::unwrap_used, reason = "a test may")]

use iisle_msbuild::{
    EvaluateError, Evaluated, Host, ItemPasses, MemoryFiles, Os, Request, evaluate, spelling_of_sdk,
};

/// Evaluates `/r/App.csproj` with more files beside it.
fn project(text: &str, more: &[(&str, &str)]) -> Result<Evaluated, EvaluateError> {
    let mut files = MemoryFiles::new();
    files.insert("/r/App.csproj", text);
    for (path, text) in more {
        files.insert(format!("/r/{path}"), *text);
    }
    evaluate(&files, &Request::new("/r/App.csproj"))
}

/// A project of an SDK with the properties given.
fn sdk(name: &str, properties: &str, more: &[(&str, &str)]) -> Evaluated {
    let text =
        format!("<Project Sdk=\"{name}\"><PropertyGroup>{properties}</PropertyGroup></Project>");
    project(&text, more).unwrap()
}

/// The values of properties, with `/` as separator.
fn values(evaluated: &Evaluated, names: &str) -> Vec<String> {
    names
        .split_whitespace()
        .map(|name| evaluated.property(name).unwrap_or_default().replace('\\', "/"))
        .collect()
}

fn identities(evaluated: &Evaluated, item: &str) -> Vec<String> {
    evaluated.items(item).iter().map(|item| item.identity.clone()).collect()
}

const NET8: &str = "<TargetFramework>net8.0</TargetFramework>";
const NET10: &str = "<TargetFramework>net10.0</TargetFramework>";

#[test]
fn folders_are_excluded_by_their_path_before_the_framework_is_appended() {
    let evaluated = sdk(
        "Microsoft.NET.Sdk",
        &format!("{NET8}<OutputPath>out\\</OutputPath>"),
        &[("out/old/appsettings.txt", ""), ("a.txt", "")],
    );
    let excludes = &values(&evaluated, "DefaultItemExcludes")[0];
    assert!(excludes.starts_with(";out//**;obj/Debug//**;bin//**"), "{excludes}");
    assert_eq!(identities(&evaluated, "None"), ["a.txt"]);
    assert_eq!(values(&evaluated, "OutputPath PackageOutputPath"), ["out/net8.0/", "out/"]);
}

#[test]
fn hooks_of_the_targets_are_imported_where_the_sdk_imports_them() {
    let props = "<Project><PropertyGroup>
        <BeforeMicrosoftNETSdkTargets>$(MSBuildThisFileDirectory)sdk.targets</BeforeMicrosoftNETSdkTargets>
        <CustomBeforeMicrosoftCSharpTargets>$(CustomBeforeMicrosoftCSharpTargets);$(MSBuildThisFileDirectory)cs.targets</CustomBeforeMicrosoftCSharpTargets>
        <CustomAfterMicrosoftCommonTargets>$(MSBuildThisFileDirectory)after.targets</CustomAfterMicrosoftCommonTargets>
        <CustomBeforeMicrosoftCommonTargets>/r/missing.targets</CustomBeforeMicrosoftCommonTargets>
        <AfterMicrosoftNETSdkTargets>$(MSBuildThisFileDirectory)last.targets</AfterMicrosoftNETSdkTargets>
      </PropertyGroup></Project>";
    let add = |name: &str| {
        format!(
            "<Project><PropertyGroup><Seen>$(Seen) {name}:$(OutDir)</Seen></PropertyGroup></Project>"
        )
    };
    let evaluated = sdk(
        "Microsoft.NET.Sdk",
        NET8,
        &[
            ("Directory.Build.props", props),
            ("sdk.targets", &add("sdk")),
            ("cs.targets", &add("cs")),
            ("after.targets", &add("after")),
            ("Directory.Build.targets", &add("build")),
            ("last.targets", &add("last")),
        ],
    );
    let out = "bin/Debug/net8.0/";
    let seen = format!(" sdk: cs: after:{out} build:{out} last:{out}");
    assert_eq!(values(&evaluated, "Seen"), [seen]);
}

#[test]
fn analysis_follows_the_framework() {
    let names = "AnalysisLevel EffectiveAnalysisLevel WarningLevel EnableNETAnalyzers EnforceCodeStyleInBuild";
    for (framework, expected) in [
        ("net10.0", ["latest", "10.0", "10", "true", "false"]),
        ("net8.0", ["8.0", "8.0", "8", "true", "false"]),
        ("net472", ["", "", "4", "false", "false"]),
        ("netstandard2.0", ["", "", "", "false", "false"]),
    ] {
        let text = format!("<TargetFramework>{framework}</TargetFramework>");
        assert_eq!(values(&sdk("Microsoft.NET.Sdk", &text, &[]), names), expected, "{framework}");
    }
    let text = format!("{NET8}<AnalysisLevel>latest-all</AnalysisLevel>");
    let evaluated = sdk("Microsoft.NET.Sdk", &text, &[]);
    let names = "AnalysisLevelPrefix AnalysisLevelSuffix EffectiveAnalysisLevel";
    assert_eq!(values(&evaluated, names), ["latest", "all", "10.0"]);
}

#[test]
fn references_of_a_web_project_build_without_its_publish_profile() {
    let text = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
      <ItemGroup><ProjectReference Include=\"..\\Lib\\Lib.csproj\" /></ItemGroup></Project>";
    let evaluated = project(text, &[]).unwrap();
    let [reference] = evaluated.items("ProjectReference") else { panic!() };
    assert_eq!(reference.metadata("GlobalPropertiesToRemove"), Some(";WebPublishProfileFile"));
}

#[test]
fn a_web_project_may_say_how_it_collects_garbage_before_the_sdk_does() {
    let props = "<Project><PropertyGroup><ServerGarbageCollection>false</ServerGarbageCollection></PropertyGroup></Project>";
    let evaluated = sdk("Microsoft.NET.Sdk.Web", NET8, &[("Directory.Build.props", props)]);
    assert_eq!(values(&evaluated, "ServerGarbageCollection"), ["false"]);
    assert_eq!(
        values(&sdk("Microsoft.NET.Sdk.Web", NET8, &[]), "ServerGarbageCollection"),
        ["true"]
    );
}

#[test]
fn programs_for_the_browser_are_trimmed_and_lie_in_no_folder_of_their_own() {
    let evaluated = sdk(
        "Microsoft.NET.Sdk.BlazorWebAssembly",
        NET10,
        &[("Properties/launchSettings.json", ""), ("wwwroot/index.html", "")],
    );
    let names = "OutputPath PublishTrimmed SelfContained UseAppHost StaticWebAssetProjectMode CopyOutputSymbolsToPublishDirectory";
    let expected = ["bin/Debug/net10.0/", "true", "true", "false", "Root", "false"];
    assert_eq!(values(&evaluated, names), expected);
    assert_eq!(identities(&evaluated, "Content"), ["wwwroot/index.html"]);
    assert_eq!(identities(&evaluated, "None"), ["Properties/launchSettings.json"]);
    let old = sdk("Microsoft.NET.Sdk.BlazorWebAssembly", NET8, &[]);
    assert_eq!(values(&old, "GenerateRuntimeConfigurationFiles"), ["false"]);
}

#[test]
fn static_web_assets_come_with_razor_3() {
    for (framework, expected) in [
        ("net8.0", ["true", ""]),
        ("netcoreapp2.2", ["", "true"]),
        ("netstandard2.0", ["", "true"]),
    ] {
        let text = format!("<TargetFramework>{framework}</TargetFramework>");
        let evaluated = sdk("Microsoft.NET.Sdk.Razor", &text, &[]);
        let names = "StaticWebAssetsEnabled MvcRazorCompileOnPublish";
        assert_eq!(values(&evaluated, names), expected, "{framework}");
    }
}

#[test]
fn packages_lie_beside_what_runs_by_itself() {
    for (sdk_name, framework, expected) in [
        ("Microsoft.NET.Sdk.Web", "net8.0", "true"),
        ("Microsoft.NET.Sdk", "net8.0", "false"),
        ("Microsoft.NET.Sdk", "net472", "true"),
        ("Microsoft.NET.Sdk", "netstandard2.0", "false"),
    ] {
        let text = format!("<TargetFramework>{framework}</TargetFramework>");
        let evaluated = sdk(sdk_name, &text, &[]);
        let found = values(&evaluated, "CopyLocalLockFileAssemblies");
        assert_eq!(found, [expected], "{sdk_name} {framework}");
    }
}

#[test]
fn usings_are_implicit_when_asked_for() {
    let text = format!("{NET8}<ImplicitUsings>enable</ImplicitUsings>");
    let evaluated = sdk("Microsoft.NET.Sdk.Worker", &text, &[]);
    let usings = identities(&evaluated, "Using");
    assert_eq!((usings.len(), usings[4].as_str()), (11, "System.Net.Http"));
    assert!(identities(&sdk("Microsoft.NET.Sdk.Worker", NET8, &[]), "Using").is_empty());
}

#[test]
fn the_net_framework_brings_assemblies_that_nobody_lists() {
    let text = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net472</TargetFramework></PropertyGroup>
      <ItemGroup><Reference Include=\"System.Xml\" /></ItemGroup></Project>";
    let evaluated = project(text, &[]).unwrap();
    let references = identities(&evaluated, "Reference");
    assert_eq!(references.iter().filter(|name| *name == "System.Xml").count(), 1);
    assert!(references.contains(&"System.IO.Compression.FileSystem".to_owned()));
}

#[test]
fn windows_has_a_version_when_the_framework_names_none() {
    let text = "<TargetFramework>net8.0-windows</TargetFramework>";
    let evaluated = sdk("Microsoft.NET.Sdk", text, &[]);
    assert_eq!(values(&evaluated, "TargetPlatformVersion"), ["7.0"]);
}

#[test]
fn documentation_that_is_not_wanted_has_no_file() {
    let text = format!(
        "{NET8}<DocumentationFile>a.xml</DocumentationFile><GenerateDocumentationFile>false</GenerateDocumentationFile>"
    );
    let evaluated = sdk("Microsoft.NET.Sdk", &text, &[]);
    assert_eq!(values(&evaluated, "DocumentationFile"), [""]);
}

#[test]
fn the_name_of_an_sdk_is_that_of_a_folder() {
    let text = "<Project Sdk=\"microsoft.net.sdk\" />";
    let error = project(text, &[]).unwrap_err();
    assert_eq!(error.code(), Some("MSB4236"));
    assert_eq!(spelling_of_sdk("microsoft.net.sdk"), Some("Microsoft.NET.Sdk"));
    assert_eq!(spelling_of_sdk("Microsoft.NET.Sdk"), None);
    let mut files = MemoryFiles::new();
    files.insert("C:\\r\\App.csproj", text);
    let mut request = Request::new("C:\\r\\App.csproj");
    request.host = Host { os: Os::Windows, ..Host::default() };
    assert!(evaluate(&files, &request).is_ok());
}

#[test]
fn the_web_makes_intermediate_output_absolute() {
    let evaluated = sdk("Microsoft.NET.Sdk.Web", NET8, &[]);
    assert_eq!(values(&evaluated, "BaseIntermediateOutputPath"), ["/r/obj/"]);
    assert_eq!(
        values(&evaluated, "IntermediateOutputPath PublishUrl"),
        ["obj/Debug/net8.0/", "bin/Debug/net8.0/publish/"]
    );
}

#[test]
fn programs_for_the_browser_need_no_blazor() {
    let evaluated = sdk("Microsoft.NET.Sdk.WebAssembly", NET10, &[("wwwroot/main.js", "")]);
    let names = "RuntimeIdentifier SelfContained PublishTrimmed OutputType PublishProtocol";
    let expected = ["browser-wasm", "true", "true", "Library", "FileSystem"];
    assert_eq!(values(&evaluated, names), expected);
    assert_eq!(identities(&evaluated, "Content"), ["wwwroot/main.js"]);
}

#[test]
fn desktop_files_are_pages_and_their_frameworks_implicit() {
    let text = "<TargetFramework>net8.0-windows</TargetFramework><UseWPF>true</UseWPF>\
        <OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings>";
    let files = [("App.xaml", ""), ("Main.xaml", ""), ("readme.txt", "")];
    let evaluated = sdk("Microsoft.NET.Sdk", text, &files);
    assert_eq!(identities(&evaluated, "ApplicationDefinition"), ["App.xaml"]);
    assert_eq!(identities(&evaluated, "Page"), ["Main.xaml"]);
    assert_eq!(identities(&evaluated, "None"), ["readme.txt"]);
    assert_eq!(values(&evaluated, "OutputType"), ["Exe"]);
    let frameworks = identities(&evaluated, "FrameworkReference");
    assert_eq!(frameworks, ["Microsoft.NETCore.App", "Microsoft.WindowsDesktop.App.WPF"]);
    assert!(!identities(&evaluated, "Using").contains(&"System.IO".to_owned()));
}

#[test]
fn fsharp_defines_its_configuration_and_fails_on_its_own_warning() {
    let mut files = MemoryFiles::new();
    let text = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
    files.insert("/r/App.fsproj", text);
    let evaluated = evaluate(&files, &Request::new("/r/App.fsproj")).unwrap();
    let names =
        "Language DefineConstants WarningsAsErrors WarningLevel AppDesignerFolder AnalysisLevel";
    assert_eq!(values(&evaluated, names), ["F#", "TRACE;DEBUG", "3239;", "3", "Properties", ""]);
}

#[test]
fn a_package_of_old_is_implicit_while_nobody_names_its_version() {
    let text = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>netcoreapp2.2</TargetFramework></PropertyGroup>
      <ItemGroup><PackageReference Include=\"Microsoft.AspNetCore.App\" /></ItemGroup></Project>";
    let evaluated = project(text, &[]).unwrap();
    let app = evaluated.items("PackageReference");
    let app = app.iter().find(|item| item.identity == "Microsoft.AspNetCore.App").unwrap();
    assert_eq!(
        (app.metadata("PrivateAssets"), app.metadata("Publish")),
        (Some("all"), Some("true"))
    );
}

#[test]
fn what_is_packed_is_decided_after_everything_else() {
    let targets = "<Project><ItemGroup Condition=\"'$(IsPackable)' == 'true' and '$(IncludeBuildOutput)' == 'true'\">
        <PackageReference Include=\"Linked\" /></ItemGroup></Project>";
    let evaluated = sdk("Microsoft.NET.Sdk", NET8, &[("Directory.Build.targets", targets)]);
    assert_eq!(identities(&evaluated, "PackageReference"), ["Linked"]);
    let web = sdk("Microsoft.NET.Sdk.Web", NET8, &[("Directory.Build.targets", targets)]);
    assert!(identities(&web, "PackageReference").is_empty());
}

#[test]
fn properties_alone_list_no_folder_but_errors_of_items_stay() {
    let mut files = MemoryFiles::new();
    files.insert("/r/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>");
    files.insert("/r/wwwroot/a.js", "");
    let mut request = Request::new("/r/App.csproj");
    request.items = ItemPasses::Unlisted;
    let evaluated = evaluate(&files, &request).unwrap();
    assert!(evaluated.items("Content").is_empty());
    files.insert(
        "/r/App.csproj",
        "<Project><ItemGroup><A Include=\"$([MSBuild]::Add(1,x))\" /></ItemGroup></Project>",
    );
    assert!(evaluate(&files, &request).is_err());
}

#[test]
fn programs_for_the_net_framework_get_an_identifier_on_windows() {
    let rid = |properties: &str| {
        let mut files = MemoryFiles::new();
        let text = format!(
            "<Project Sdk='Microsoft.NET.Sdk'><PropertyGroup><OutputType>Exe</OutputType>\
             <TargetFramework>net472</TargetFramework>{properties}</PropertyGroup></Project>"
        );
        files.insert("C:\\r\\App.csproj", text);
        let mut request = Request::new("C:\\r\\App.csproj");
        request.host = Host { os: Os::Windows, ..Host::default() };
        evaluate(&files, &request).unwrap().property("RuntimeIdentifier").unwrap().to_owned()
    };
    assert_eq!(rid(""), "win-x86");
    assert_eq!(rid("<PlatformTarget>x64</PlatformTarget>"), "win-x64");
    assert_eq!(rid("<UseRidGraph>true</UseRidGraph>"), "win7-x86");
    assert_eq!(rid("<RuntimeIdentifiers>win-arm64</RuntimeIdentifiers>"), "win-x86");
}

#[test]
fn tools_get_a_default_identifier_for_publishing_unless_they_are_packed() {
    let rids = |more: &str| {
        let properties = format!(
            "{NET10}<OutputType>Exe</OutputType><PackAsTool>true</PackAsTool>\
             <IsRidAgnostic>true</IsRidAgnostic><PublishReadyToRun>true</PublishReadyToRun>{more}"
        );
        values(&sdk("Microsoft.NET.Sdk", &properties, &[]), "RuntimeIdentifiers").remove(0)
    };
    assert_eq!(rids(""), ";linux-x64");
    assert_eq!(rids("<_IsPacking>true</_IsPacking>"), "");
    let shims = "<PackAsToolShimRuntimeIdentifiers>win-x64;win-x86</PackAsToolShimRuntimeIdentifiers>\
                 <_IsPacking>true</_IsPacking>";
    assert_eq!(rids(shims), ";win-x64;win-x86");
}

#[test]
fn workflows_need_what_is_part_of_the_net_framework() {
    let text = "<Project><Import Project='$(MSBuildToolsPath)\\Microsoft.CSharp.targets' />\
                <Import Project='$(MSBuildToolsPath)\\Workflow.targets' /></Project>";
    assert_eq!(project(text, &[]).unwrap_err().code(), Some("MSB4019"));
}

#[test]
fn programs_for_the_browser_cannot_be_published_for_something_else() {
    let text = format!(
        "<Project Sdk='Microsoft.NET.Sdk.WebAssembly'><PropertyGroup>{NET10}</PropertyGroup></Project>"
    );
    let mut files = MemoryFiles::new();
    files.insert("/r/App.csproj", text);
    let request = Request::new("/r/App.csproj").global("RuntimeIdentifier", "win-x64");
    let evaluated = evaluate(&files, &request).unwrap();
    assert_eq!(values(&evaluated, "Platform AssemblyName SelfContained"), ["", "", "true"]);
}

#[test]
fn features_in_preview_bring_their_language_to_the_newest_framework() {
    let language = |framework: &str| {
        let properties = format!(
            "{framework}<LangVersion>12.0</LangVersion>\
             <EnablePreviewFeatures>true</EnablePreviewFeatures>"
        );
        values(&sdk("Microsoft.NET.Sdk", &properties, &[]), "LangVersion").remove(0)
    };
    assert_eq!((language(NET10), language(NET8)), ("Preview".to_owned(), "12.0".to_owned()));
}
