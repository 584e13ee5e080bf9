//! Provenance, imports and kinds of projects, on small trees.
#![expect(clippy::unwrap_used, reason = "a test may")]

use iisle_msbuild::{Evaluated, Evaluator, MemoryFiles, Origin, Request, SourceKind, evaluate};

fn files(list: &[(&str, &str)]) -> MemoryFiles {
    let mut files = MemoryFiles::new();
    for (path, text) in list {
        files.insert(format!("/r/{path}"), *text);
    }
    files
}

fn web(list: &[(&str, &str)], globals: &[(&str, &str)]) -> Evaluated {
    let mut all = list.to_vec();
    all.push((
        "App.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n    <TargetFramework>net8.0</TargetFramework>\n    <PlatformTarget Condition=\"'$(Configuration)' == 'Release'\">x86</PlatformTarget>\n  </PropertyGroup>\n</Project>",
    ));
    let mut request = Request::new("/r/App.csproj");
    request.globals = globals.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    evaluate(&files(&all), &request).unwrap()
}

fn said_by(evaluated: &Evaluated, name: &str) -> String {
    match evaluated.origin(name) {
        None => "nobody".to_owned(),
        Some(Origin::Global) => "global".to_owned(),
        Some(Origin::Environment) => "environment".to_owned(),
        Some(Origin::Engine) => "engine".to_owned(),
        Some(Origin::BuiltInModel { .. }) => "sdk".to_owned(),
        Some(Origin::File { place, kind }) => {
            let file = place.file.file_name().unwrap().to_string_lossy();
            format!("{kind:?} {file}({},{})", place.position.line, place.position.column)
        }
    }
}

#[test]
fn every_value_knows_who_said_it() {
    let props = "<Project><PropertyGroup>\n<Company>us</Company></PropertyGroup></Project>";
    let profile = "<Project><PropertyGroup><EnvironmentName>Staging</EnvironmentName></PropertyGroup></Project>";
    let evaluated = web(
        &[("Directory.Build.props", props), ("Properties/PublishProfiles/P.pubxml", profile)],
        &[("PublishProfile", "P"), ("Configuration", "Release")],
    );
    assert_eq!(said_by(&evaluated, "Company"), "BuildProps Directory.Build.props(2,1)");
    assert_eq!(said_by(&evaluated, "EnvironmentName"), "Profile P.pubxml(1,25)");
    assert_eq!(said_by(&evaluated, "PlatformTarget"), "Project App.csproj(4,5)");
    assert_eq!(said_by(&evaluated, "Configuration"), "global");
    assert_eq!(said_by(&evaluated, "AspNetCoreHostingModel"), "sdk");
    assert_eq!(said_by(&evaluated, "Nothing"), "nobody");
    let kinds: Vec<SourceKind> = evaluated.imports().iter().map(|import| import.kind).collect();
    assert_eq!(kinds, [SourceKind::Project, SourceKind::BuildProps, SourceKind::Profile]);
    assert_eq!(evaluated.sdks(), ["Microsoft.NET.Sdk.Web"]);
}

#[test]
fn the_trace_lists_what_was_taken_and_what_was_skipped() {
    let evaluated = web(&[], &[("RuntimeIdentifier", "win-x64")]);
    let shown: Vec<String> = evaluated
        .trace("PlatformTarget")
        .filter(|entry| entry.taken || entry.origin.place().is_some())
        .map(|entry| {
            let condition = entry.condition.as_deref().unwrap_or("always");
            format!("{} {} when {condition}", entry.taken, entry.value)
        })
        .collect();
    assert_eq!(shown[0], "false x86 when '$(Configuration)' == 'Release'");
    assert!(shown[1].starts_with("true x64 when"), "{shown:?}");
    let globals: Vec<_> = evaluated.trace("RuntimeIdentifier").map(|entry| entry.taken).collect();
    assert!(globals[0]);
}

#[test]
fn classic_projects_are_evaluated_without_an_sdk() {
    let text = "<Project ToolsVersion=\"15.0\">
      <Import Project=\"$(MSBuildExtensionsPath)\\$(MSBuildToolsVersion)\\Microsoft.Common.props\" Condition=\"Exists('$(MSBuildExtensionsPath)\\$(MSBuildToolsVersion)\\Microsoft.Common.props')\" />
      <PropertyGroup>
        <OutputType>Exe</OutputType>
        <TargetFrameworkVersion>v4.8</TargetFrameworkVersion>
        <OutputPath>bin\\Debug\\</OutputPath>
      </PropertyGroup>
      <Import Project=\"$(MSBuildToolsPath)\\Microsoft.CSharp.targets\" />
    </Project>";
    let props = "<Project><PropertyGroup><Early>1</Early></PropertyGroup></Project>";
    let tree = files(&[("Old.csproj", text), ("Directory.Build.props", props)]);
    let evaluated = evaluate(&tree, &Request::new("/r/Old.csproj")).unwrap();
    let value = |name| evaluated.property(name).unwrap_or_default().replace('\\', "/");
    assert_eq!(value("Early"), "1");
    assert_eq!(value("AssemblyName"), "Old");
    assert_eq!(value("TargetFileName"), "Old.exe");
    assert_eq!(value("PublishDir"), "bin/Debug/app.publish/");
    assert_eq!(value("TargetFrameworkIdentifier"), ".NETFramework");
    assert_eq!(value("Version"), "");
    assert_eq!(evaluated.sdk_version(), None);
}

#[test]
fn wildcard_imports_are_sorted_and_packages_can_be_sdks() {
    let text = "<Project Sdk=\"My.Sdk/1.0\"><Import Project=\"parts/*.props\"/></Project>";
    let add = |name: &str| {
        format!("<Project><PropertyGroup><L>$(L){name};</L></PropertyGroup></Project>")
    };
    let mut tree = files(&[("p.proj", text)]);
    for name in ["b", "A", "c"] {
        tree.insert(format!("/r/parts/{name}.props"), add(name));
    }
    tree.insert("/packages/my.sdk/1.0/Sdk/Sdk.props", add("sdk"));
    tree.insert("/packages/my.sdk/1.0/Sdk/Sdk.targets", add("end"));
    let mut request = Request::new("/r/p.proj");
    request.packages_dir = Some("/packages".into());
    let evaluated = evaluate(&tree, &request).unwrap();
    assert_eq!(evaluated.property("L"), Some("sdk;A;b;c;end;"));
}

#[test]
fn many_projects_share_what_was_parsed_and_nothing_else() {
    let tree = files(&[
        (
            "a/a.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><X>1</X></PropertyGroup></Project>",
        ),
        ("b/b.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />"),
        (
            "Directory.Build.props",
            "<Project><PropertyGroup><N>$(MSBuildProjectName)</N></PropertyGroup></Project>",
        ),
    ]);
    let evaluator = Evaluator::new(&tree);
    let a = evaluator.evaluate(&Request::new("/r/a/a.csproj")).unwrap();
    let b = evaluator.evaluate(&Request::new("/r/b/b.csproj")).unwrap();
    assert_eq!((a.property("N"), b.property("N")), (Some("a"), Some("b")));
    assert_eq!((a.property("X"), b.property("X")), (Some("1"), None));
}

#[test]
fn projects_are_evaluated_as_on_windows_on_any_host() {
    let mut tree = MemoryFiles::new();
    tree.insert(
        "C:\\r\\App.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>",
    );
    let mut request = Request::new("C:\\r\\App.csproj");
    request.host.os = iisle_msbuild::Os::Windows;
    let evaluated = evaluate(&tree, &request).unwrap();
    assert_eq!(evaluated.property("PublishDir"), Some("bin\\Debug\\net8.0\\publish\\"));
    assert_eq!(evaluated.property("DefaultAppHostRuntimeIdentifier"), Some("win-x64"));
    assert_eq!(evaluated.property("ProjectDir"), Some("C:\\r\\"));
}

#[test]
fn a_project_without_framework_is_evaluated_and_decides_nothing() {
    for sdk in ["", ".Web", ".Worker", ".Razor", ".BlazorWebAssembly"] {
        for body in ["", "<TargetFrameworks>net8.0;net9.0</TargetFrameworks>"] {
            let text = format!(
                "<Project Sdk=\"Microsoft.NET.Sdk{sdk}\"><PropertyGroup>{body}</PropertyGroup></Project>"
            );
            let tree = files(&[("App.csproj", text.as_str())]);
            let evaluated = evaluate(&tree, &Request::new("/r/App.csproj")).unwrap();
            let value = |name| evaluated.property(name).unwrap_or_default();
            assert_eq!(value("PublishRelease"), "", "{text}");
            assert_eq!(value("AspNetCoreHostingModel"), "", "{text}");
            let outer = !body.is_empty();
            assert_eq!(value("IsCrossTargetingBuild") == "true", outer, "{text}");
            let identifier = if outer { "" } else { "_" };
            assert_eq!(value("TargetFrameworkIdentifier"), identifier, "{text}");
        }
    }
}

#[test]
fn old_targets_become_self_contained_by_a_runtime_identifier_and_new_ones_do_not() {
    let answer = |tfm: &str, sdk: &str| {
        let text = format!(
            "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>{tfm}</TargetFramework></PropertyGroup></Project>"
        );
        let mut request = Request::new("/r/App.csproj").global("RuntimeIdentifier", "win-x64");
        request.sdk = iisle_msbuild::SdkSource::BuiltIn(sdk.parse().unwrap());
        let evaluated = evaluate(&files(&[("App.csproj", text.as_str())]), &request).unwrap();
        evaluated.property("SelfContained").unwrap().to_owned()
    };
    assert_eq!(answer("net8.0", "8.0.100"), "false");
    assert_eq!(answer("net7.0", "8.0.100"), "true");
    assert_eq!(answer("net6.0", "6.0.400"), "true");
}

#[test]
fn a_publish_profile_that_is_missing_is_warned_about() {
    let codes = |evaluated: &Evaluated| -> Vec<_> {
        evaluated.warnings().iter().filter_map(|warning| warning.code).collect()
    };
    assert_eq!(codes(&web(&[], &[("PublishProfile", "Nope")])), ["NETSDK1198"]);
    assert!(codes(&web(&[], &[("PublishProfile", "DefaultZipDeploy")])).is_empty());
    let profile = ("Properties/PublishProfiles/P.pubxml", "<Project />");
    assert!(codes(&web(&[profile], &[("PublishProfile", "P.pubxml")])).is_empty());
}

#[test]
fn folders_above_times_and_hashes_are_evaluated() {
    let text = "<Project><PropertyGroup>
      <Up>$([System.IO.Directory]::GetParent($(MSBuildThisFileDirectory)).Parent.FullName)</Up>
      <Name>$([System.IO.Directory]::GetParent('$(MSBuildProjectDirectory)').Name)</Name>
      <Year>$([System.DateTime]::UtcNow.ToString(`yyyy.MM.dd`))</Year>
      <Days>$([System.DateTime]::UtcNow.Subtract($([System.DateTime]::Parse('1970-01-01'))).TotalDays)</Days>
      <Hash>$([MSBuild]::StableStringHash('a', 'Fnv1a32bitFast'))</Hash>
    </PropertyGroup></Project>";
    let files = files(&[("a/b/p.proj", text)]);
    let mut request = Request::new("/r/a/b/p.proj");
    request.now = Some(iisle_msbuild::Moment::from_unix(86_400 * 3 / 2));
    let evaluated = evaluate(&files, &request).unwrap();
    let of = |name| evaluated.property(name).unwrap_or_default();
    // The folder ends with a separator, so its parent is the folder itself.
    assert_eq!([of("Up"), of("Name")], ["/r/a", "a"]);
    assert_eq!([of("Year"), of("Days")], ["1970.01.02", "1.5"]);
    assert_eq!(of("Hash"), "-468965076");
    // What the clock says is another value every time, and is named.
    let names: Vec<&str> = evaluated.unknown().iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["Year", "Days"]);
}

#[test]
fn items_are_removed_by_their_metadata() {
    let text = "<Project><ItemGroup>
      <A Include=\"x\" Kind=\"one\" /><A Include=\"y\" Kind=\"TWO\" /><A Include=\"z\" />
      <Gone Include=\"other\" Kind=\"two\" /><Gone Include=\"none\" />
      <B Include=\"@(A)\" />
      <A Remove=\"@(Gone)\" MatchOnMetadata=\"Kind\" />
      <B Remove=\"@(Gone)\" MatchOnMetadata=\"Kind\" MatchOnMetadataOptions=\"CaseInsensitive\" />
    </ItemGroup></Project>";
    let evaluated = evaluate(&files(&[("p.proj", text)]), &Request::new("/r/p.proj")).unwrap();
    let of = |name| -> Vec<&str> {
        evaluated.items(name).iter().map(|item| item.identity.as_str()).collect()
    };
    assert_eq!(of("A"), ["x", "y", "z"]);
    assert_eq!(of("B"), ["x", "z"]);
}

#[test]
fn what_only_the_real_sdk_knows_is_named() {
    let evaluated = web(&[], &[]);
    assert!(evaluated.beyond_model("AssemblySearchPaths").is_some());
    assert!(evaluated.beyond_model("_Internal").is_some());
    assert!(evaluated.beyond_model("UserSecretsId").is_none());
    assert!(evaluated.beyond_model("PublishDir").is_none());
    // Whoever says it is believed.
    let evaluated = web(&[], &[("AssemblySearchPaths", "latest")]);
    assert!(evaluated.beyond_model("AssemblySearchPaths").is_none());
    let plain = evaluate(&files(&[("p.proj", "<Project />")]), &Request::new("/r/p.proj")).unwrap();
    assert!(plain.beyond_model("AssemblySearchPaths").is_none());
}

#[test]
fn a_classic_project_gets_the_common_props_late_and_letter_case_counts_on_linux() {
    let text = |name: &str| {
        format!(
            "<Project><PropertyGroup><Company>us</Company><OutputType>Exe</OutputType><TargetFrameworkVersion>v4.8</TargetFrameworkVersion></PropertyGroup><Import Project=\"$(MSBuildToolsPath)\\{name}\" /></Project>"
        )
    };
    let props = "<Project><PropertyGroup><Company>late</Company></PropertyGroup></Project>";
    let run = |name: &str, os: iisle_msbuild::Os| {
        let text = text(name);
        let tree = files(&[("p.csproj", &text), ("Directory.Build.props", props)]);
        let mut request = Request::new("/r/p.csproj");
        request.host.os = os;
        evaluate(&tree, &request)
    };
    let evaluated = run("Microsoft.CSharp.targets", iisle_msbuild::Os::Linux).unwrap();
    let of = |name| evaluated.property(name).unwrap_or_default();
    assert_eq!(
        [of("Company"), of("Prefer32Bit"), of("AutoGenerateBindingRedirects")],
        ["late", "true", "true"]
    );
    let error = run("Microsoft.CSharp.Targets", iisle_msbuild::Os::Linux).unwrap_err();
    assert_eq!(error.code(), Some("MSB4019"));
}

#[test]
fn symbols_and_silenced_warnings_are_those_of_the_sdk() {
    let evaluated = web(&[], &[("Configuration", "My-Debug.1")]);
    let of = |name| evaluated.property(name).unwrap_or_default();
    assert_eq!(of("DefineConstants"), "TRACE;MY_DEBUG_1");
    assert_eq!(of("NoWarn"), "1701;1702");
    assert_eq!(of("WarningsAsErrors"), ";NU1605;SYSLIB0011");
}

#[test]
fn projects_in_fsharp_take_no_files_by_themselves_and_get_their_library() {
    let text = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
    let tree = files(&[("p.fsproj", text), ("a.fs", ""), ("b.txt", ""), ("appsettings.json", "")]);
    let evaluated = evaluate(&tree, &Request::new("/r/p.fsproj")).unwrap();
    assert!(evaluated.items("Compile").is_empty() && evaluated.items("None").is_empty());
    assert_eq!(evaluated.items("Content").len(), 1);
    assert!(evaluated.items_beyond_model("PackageReference").is_some());
    assert!(evaluated.items_beyond_model("Content").is_none());
    assert!(web(&[], &[]).items_beyond_model("PackageReference").is_none());
}
