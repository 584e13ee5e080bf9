//! `iisle evaluate` beyond the engine: solutions, response files, `global.json`, `dotnet msbuild`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;

use iisle_ops::{
    Commands, Completed, Context, EvaluateReport, EvaluateRequest, EvaluatedBy, Failure,
    InspectRequest, Invocation, evaluate, inspect,
};

use crate::in_context;

/// A dotnet that prints what it was told to, and notes what it was asked.
#[derive(Default)]
struct Dotnet {
    answer: Option<(i32, &'static str)>,
    asked: Mutex<Vec<String>>,
}

impl Commands for Dotnet {
    fn run(&self, invocation: &Invocation) -> std::io::Result<Completed> {
        let words = invocation.arguments.iter().map(|word| word.to_string_lossy().into_owned());
        *self.asked.lock().unwrap() =
            std::iter::once(invocation.program.clone()).chain(words).collect();
        let (code, stdout) = self.answer.ok_or(ErrorKind::NotFound)?;
        Ok(Completed { code: Some(code), stdout: stdout.into() })
    }
}

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn run(
    folder: &Path,
    dotnet: &Dotnet,
    request: &EvaluateRequest,
) -> Result<EvaluateReport, Failure> {
    let request = EvaluateRequest { project: folder.join(&request.project), ..request.clone() };
    in_context(|context| {
        evaluate(&Context { commands: dotnet, current_dir: folder, ..*context }, &request)
    })
}

fn ask(project: &str, properties: &[&str]) -> EvaluateRequest {
    EvaluateRequest {
        project: project.into(),
        get_properties: properties.iter().map(|&name| name.to_owned()).collect(),
        ..EvaluateRequest::default()
    }
}

fn values(report: &EvaluateReport) -> Vec<String> {
    report.properties.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

const WEB: &str = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
const LIBRARY: &str = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";

fn shop() -> tempfile::TempDir {
    tree(&[
        ("src/Shop/Shop.csproj", WEB),
        ("src/Core/Core.csproj", LIBRARY),
        ("db/Db.sqlproj", "<Project />"),
        (
            "Shop.slnx",
            "<Solution><Folder Name=\"/src/\"><Project Path=\"src\\Shop\\Shop.csproj\" /><Project Path=\"src/Core/Core.csproj\" /></Folder><Project Path=\"db/Db.sqlproj\" /><Project Path=\"gone/Gone.csproj\" /></Solution>",
        ),
        (
            "part/Shop.slnf",
            "{ \"solution\": { \"path\": \"..\\\\Shop.slnx\", \"projects\": [ \"src\\\\Shop\\\\Shop.csproj\" ] } }",
        ),
        (
            "dirs.proj",
            "<Project Sdk=\"Microsoft.Build.Traversal/4.1.0\"><ItemGroup><ProjectReference Include=\"src/*/*.csproj\" /><ProjectReference Include=\"more/dirs.proj;dirs.proj\" /></ItemGroup></Project>",
        ),
        (
            "more/dirs.proj",
            "<Project Sdk=\"Microsoft.Build.Traversal/4.1.0\"><ItemGroup><ProjectReference Include=\"../src/Core/Core.csproj;../db/Db.sqlproj\" /></ItemGroup></Project>",
        ),
    ])
}

fn listed(project: &str) -> String {
    let folder = shop();
    let report = run(folder.path(), &Dotnet::default(), &ask(project, &[])).unwrap();
    let line = |member: &iisle_ops::SolutionMember| {
        let answer = format!("{:?} {:?}", member.publishable, member.reason);
        format!("{} {}: {answer}\n", member.name, member.path)
    };
    report.projects.unwrap().iter().map(line).collect()
}

#[test]
fn a_solution_lists_its_projects_and_which_can_be_published() {
    insta::assert_snapshot!(listed("Shop.slnx"), @r#"
    Shop src/Shop/Shop.csproj: Some(true) None
    Core src/Core/Core.csproj: Some(false) Some("it is a library")
    Db db/Db.sqlproj: Some(false) Some("it is no web application")
    Gone gone/Gone.csproj: None Some("the file does not exist")
    "#);
    let filtered = listed("part/Shop.slnf");
    assert!(filtered.starts_with("Shop ") && filtered.ends_with("Shop.csproj: Some(true) None\n"));
}

#[test]
fn a_traversal_project_lists_what_it_refers_to_also_through_others_and_round_in_circles() {
    insta::assert_snapshot!(listed("dirs.proj"), @r#"
    Core src/Core/Core.csproj: Some(false) Some("it is a library")
    Shop src/Shop/Shop.csproj: Some(true) None
    Db db/Db.sqlproj: Some(false) Some("it is no web application")
    "#);
}

#[test]
fn a_solution_has_no_properties_and_cannot_be_inspected_as_a_project() {
    let folder = shop();
    let failure = run(folder.path(), &Dotnet::default(), &ask("Shop.slnx", &["Version"]));
    assert!(failure.unwrap_err().message.ends_with("only projects have properties and items"));
    let path = folder.path().join("Shop.slnx");
    let request = InspectRequest { path, ..InspectRequest::default() };
    let failure = in_context(|context| {
        let (commands, current_dir) = (&Dotnet::default(), folder.path());
        inspect(&Context { commands, current_dir, ..*context }, &request)
    });
    let failure = failure.unwrap_err();
    assert!(failure.message.contains("is a solution of 4 projects"), "{}", failure.message);
    assert_eq!(failure.hints.len(), 1);
    assert!(failure.hints[0].ends_with("Shop.csproj`"), "{}", failure.hints[0]);
}

#[test]
fn response_files_set_properties_and_the_command_line_wins_over_them() {
    let folder = tree(&[
        ("App/App.csproj", WEB),
        ("Directory.Build.rsp", "# ours\n-p:Company=rsp;Product=rsp\n"),
    ]);
    let request = EvaluateRequest {
        properties: vec![("Product".into(), "line".into())],
        ..ask("App/App.csproj", &["Company", "Product"])
    };
    let report = run(folder.path(), &Dotnet::default(), &request).unwrap();
    assert_eq!(values(&report), ["Company=rsp", "Product=line"]);
    let codes: Vec<&str> = report.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["response-file"]);
}

#[test]
fn the_sdk_that_global_json_names_decides() {
    let project = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net7.0</TargetFramework><RuntimeIdentifier>win-x64</RuntimeIdentifier></PropertyGroup></Project>";
    let request = ask("App.csproj", &["NETCoreSdkVersion", "PublishRelease"]);
    let read = |json: &str| {
        let folder = tree(&[("App.csproj", project), ("global.json", json)]);
        values(&run(folder.path(), &Dotnet::default(), &request).unwrap()).join(" ")
    };
    let pinned = read("{ \"sdk\": { \"version\": \"7.0.400\" } }");
    assert!(pinned.starts_with("NETCoreSdkVersion=7.0.400"), "{pinned}");
    let free = read("{ \"sdk\": { \"version\": \"7.0.400\", \"rollForward\": \"latestMajor\" } }");
    assert!(free.starts_with("NETCoreSdkVersion=10."), "{free}");
}

#[test]
fn dotnet_answers_when_it_is_there() {
    let folder = tree(&[("App.csproj", WEB)]);
    let dotnet = Dotnet { answer: Some((0, "win-x64\r\n")), ..Dotnet::default() };
    let request = EvaluateRequest {
        by: EvaluatedBy::Dotnet,
        properties: vec![("A".into(), "1".into())],
        ..ask("App.csproj", &["RuntimeIdentifier"])
    };
    let report = run(folder.path(), &dotnet, &request).unwrap();
    assert_eq!(values(&report), ["RuntimeIdentifier=win-x64"]);
    let asked = dotnet.asked.lock().unwrap().clone();
    assert_eq!(asked[..2], ["dotnet", "msbuild"]);
    assert_eq!(asked[3..], ["-nologo", "-p:A=1", "-getProperty:RuntimeIdentifier"]);

    let json = "{\"Properties\":{\"A\":\"1\"},\"Items\":{\"Content\":[{\"Identity\":\"x\",\"Link\":\"y\"}]}}";
    let dotnet = Dotnet { answer: Some((0, json)), ..Dotnet::default() };
    let request = EvaluateRequest {
        get_items: vec!["Content".into()],
        get_properties: vec!["A".into(), "B".into()],
        ..request
    };
    let report = run(folder.path(), &dotnet, &request).unwrap();
    assert_eq!(values(&report), ["A=1", "B="]);
    assert_eq!(report.items[0].1[0].metadata, [("Link".to_owned(), "y".to_owned())]);
}

#[test]
fn without_dotnet_the_answer_is_our_own_and_a_bad_end_is_an_error() {
    let folder = tree(&[("App.csproj", WEB)]);
    let request = EvaluateRequest {
        by: EvaluatedBy::Dotnet,
        ..ask("App.csproj", &["TargetFramework", "OutputType"])
    };
    let report = run(folder.path(), &Dotnet::default(), &request).unwrap();
    assert_eq!(values(&report), ["TargetFramework=net8.0", "OutputType=Exe"]);
    assert_eq!(report.warnings[0].code, "dotnet-not-found");
    let dotnet = Dotnet { answer: Some((1, "")), ..Dotnet::default() };
    let failure = run(folder.path(), &dotnet, &request).unwrap_err();
    assert_eq!(failure.causes, ["`dotnet msbuild` ended with code 1"]);
    let dotnet = Dotnet { answer: Some((0, "hello")), ..Dotnet::default() };
    assert!(run(folder.path(), &dotnet, &request).is_err());
}
