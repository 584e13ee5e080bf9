//! `iisle publish --publish`, with a dotnet that only notes what it was asked.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

use std::fs;
use std::io::ErrorKind;
use std::sync::Mutex;

use iisle_ops::{
    CheckSettings, Commands, Completed, Context, Invocation, PackSettings, ProjectOptions,
    PublishOutcome, PublishReport, PublishRequest, State, Step, SyncSettings, Writes, publish,
};

use crate::in_context;

struct Dotnet {
    answer: Result<i32, ErrorKind>,
    asked: Mutex<Vec<String>>,
}

impl Commands for Dotnet {
    fn run(&self, invocation: &Invocation) -> std::io::Result<Completed> {
        let words = invocation.arguments.iter().map(|word| word.to_string_lossy().into_owned());
        let line: Vec<_> = std::iter::once(invocation.program.clone()).chain(words).collect();
        *self.asked.lock().unwrap() = line;
        let code = self.answer.map_err(std::io::Error::from)?;
        Ok(Completed { code: Some(code), stdout: Vec::new() })
    }
}

fn run(answer: Result<i32, ErrorKind>) -> (PublishReport, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("App.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />")
        .unwrap();
    let dotnet = Dotnet { answer, asked: Mutex::default() };
    let options = ProjectOptions {
        configuration: Some("Release".into()),
        runtime: Some("win-x64".into()),
        self_contained: Some(false),
        properties: vec![("Version".into(), "1.2".into())],
        ..ProjectOptions::default()
    };
    let request = PublishRequest {
        project: Some(folder.path().to_owned()),
        output: None,
        package: None,
        to: None,
        options,
        build: Writes::Yes,
        writes: Writes::Yes,
        check: CheckSettings::default(),
        entry: None,
        bin: None,
        pack: PackSettings::default(),
        sync: SyncSettings::default(),
        staged: iisle_ops::StagedOptions::default(),
    };
    let report = in_context(|context| {
        publish(&Context { commands: &dotnet, current_dir: folder.path(), ..*context }, &request)
    });
    (report, dotnet.asked.into_inner().unwrap())
}

#[test]
fn without_dotnet_the_way_on_is_told() {
    let (report, _) = run(Err(ErrorKind::NotFound));
    assert_eq!(
        (report.outcome, report.state(Step::Build)),
        (PublishOutcome::Failed, State::Failed)
    );
    assert_eq!(report.state(Step::Read), State::NotRun);
    let failure = report.failure.unwrap();
    assert_eq!(failure.message, "`dotnet` is not installed, or not in the path");
    assert!(failure.hints[0].contains("iisle itself needs no SDK"), "{failure:?}");
}

#[test]
fn dotnet_is_asked_for_what_was_typed() {
    let (report, asked) = run(Ok(1));
    assert_eq!(asked[..2], ["dotnet", "publish"]);
    assert!(asked[2].ends_with("App.csproj"), "{asked:?}");
    let rest = ["-c", "Release", "-r", "win-x64", "--self-contained=false", "-p:Version=1.2"];
    assert_eq!(asked[3..], rest);
    assert_eq!(report.failure.unwrap().message, "`dotnet` ended with code 1");
}
