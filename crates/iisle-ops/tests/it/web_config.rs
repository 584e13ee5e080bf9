//! `iisle webconfig transform` over the recorded cases: the SDK's bytes in compatible mode, and what
//! our default mode promises.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use iisle_ops::{
    Context, Failure, Form, GuidComment, LogsFolder, Newline, Process, SourceChoice,
    TransformOptions, TransformReport, TransformRequest, Writes, transform,
};
use iisle_report::Warning;
use serde_json::Value;

use crate::in_context;

/// Files by name, in one folder.
type Files = BTreeMap<String, Vec<u8>>;

/// A project, what was published of it, and the parameters of the SDK's task.
struct Case {
    project: Files,
    publish: Files,
    task: Vec<(String, String)>,
    environment: BTreeMap<String, String>,
}

/// What a run leaves in the publish folder, and what it says.
struct Answer {
    result: Result<TransformReport, Failure>,
    files: Files,
}

fn put(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).unwrap();
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// The files of a folder and of those in it, by path with `/`.
fn take(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(list) = fs::read_dir(&next) else { continue };
        for entry in list {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

fn request(
    publish_dir: &Path,
    project_dir: &Path,
    task: Vec<(String, String)>,
) -> TransformRequest {
    TransformRequest {
        publish_dir: publish_dir.to_owned(),
        project_dir: Some(project_dir.to_owned()),
        tasks: task,
        configuration: None,
        publish_profile: None,
        environment: None,
        custom_transform: None,
        form: Form::Lossless,
        variables: Vec::new(),
        source: SourceChoice::Auto,
        process: Process::Auto,
        guid_comment: GuidComment::Leave,
        logs: LogsFolder::Create,
        options: TransformOptions::default(),
        writes: Writes::Yes,
    }
}

fn run(case: &Case, form: Form) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let (project, publish) = (folder.path().join("project"), folder.path().join("publish"));
    put(&project, &case.project);
    put(&publish, &case.publish);
    let request = TransformRequest { form, ..request(&publish, &project, case.task.clone()) };
    let (environment, current_dir) = (&case.environment, folder.path());
    let result = in_context(|context| {
        transform(&Context { environment, current_dir, ..*context }, &request)
    });
    Answer { result, files: take(&publish) }
}

fn web_configs(mut files: Files) -> Files {
    files.retain(|name, _| name.eq_ignore_ascii_case("web.config"));
    files
}

/// Both hosts whose results were recorded.
const HOSTS: [(Newline, &str); 2] = [(Newline::Lf, "unix"), (Newline::CrLf, "windows")];

/// The cases of `testdata/webconfig` with their folders; those of Unix alone are marked.
fn cases() -> Vec<(String, Case, bool)> {
    let read = |name: String| {
        let folder = iisle_testdata::case("webconfig", &name);
        let text = fs::read_to_string(folder.join("params.txt")).unwrap();
        let lines = text.lines().skip_while(|line| *line != "[task]").skip(1);
        let pairs = lines.filter_map(|line| line.split_once('='));
        let mut task: Vec<_> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let unix = task.iter().any(|(name, value)| name == "variants" && value == "unix");
        task.retain(|(name, _)| name != "variants");
        let case = Case {
            project: take(&folder.join("project")),
            publish: take(&folder.join("publish")),
            task,
            environment: BTreeMap::new(),
        };
        (name, case, unix)
    };
    let names = iisle_testdata::cases("webconfig");
    assert!(names.len() > 50);
    names.into_iter().map(read).collect()
}

#[test]
fn compatible_mode_leaves_the_bytes_of_the_sdk_on_both_hosts() {
    let mut wrong = Vec::new();
    for (name, case, unix) in cases() {
        let folder = iisle_testdata::case("webconfig", &name);
        let log = fs::read_to_string(folder.join("expected.log")).unwrap();
        for (newline, host) in HOSTS {
            // A disk that ignores case cannot hold these.
            if unix && (newline == Newline::CrLf || cfg!(windows)) {
                continue;
            }
            let answer = run(&case, Form::Compatible(newline));
            let expected = take(&folder.join(format!("expected.{host}")));
            if answer.result.is_ok() != log.starts_with("status ok") {
                wrong.push(format!("{name} {host}: {:?}, wanted {log}", answer.result.err()));
            } else if web_configs(answer.files.clone()) != expected {
                wrong.push(format!("{name} {host}: bytes differ: {:?}", shown(&answer.files)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn shown(files: &Files) -> Vec<String> {
    files
        .iter()
        .map(|(name, bytes)| format!("{name}: {}", String::from_utf8_lossy(bytes)))
        .collect()
}

/// Runs the random projects as on a host, and compares with what was recorded there.
fn check_random((newline, host): (Newline, &str)) {
    let file = iisle_testdata::case("webconfig-random", "sdk-10.0.401").join("random.jsonl");
    let text = fs::read_to_string(file).unwrap();
    // The recording keeps bytes as characters of ISO 8859-1.
    let bytes = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let files = |record: &Value, name: &str| -> Files {
        let Some(files) = record[name].as_object() else { return Files::new() };
        files.iter().map(|(n, content)| (n.clone(), bytes(content.as_str().unwrap()))).collect()
    };
    let mut wrong = Vec::new();
    let mut runs = 0;
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let task = record["task"].as_object().unwrap().iter();
        let task = task.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let case = Case {
            project: files(&record, "project"),
            publish: files(&record, "publish"),
            task: task.collect(),
            environment: BTreeMap::new(),
        };
        runs += 1;
        let answer = run(&case, Form::Compatible(newline));
        let good = record["ok"].as_bool().unwrap();
        // What a failed publish leaves was not recorded.
        let same = !good || web_configs(answer.files.clone()) == files(&record, host);
        if answer.result.is_ok() != good || !same {
            wrong.push(format!("{}: {:?} {same}", record["id"], answer.result.err()));
        }
    }
    assert!(runs > 350);
    assert!(wrong.is_empty(), "{} of {runs}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn random_projects_come_out_as_the_sdk_leaves_them_on_unix() {
    check_random(HOSTS[0]);
}

#[test]
fn random_projects_come_out_as_the_sdk_leaves_them_on_windows() {
    check_random(HOSTS[1]);
}

#[test]
fn default_mode_keeps_its_promises() {
    let mut wrong = Vec::new();
    for (name, case, unix) in cases() {
        if unix && cfg!(windows) {
            continue;
        }
        let folder = iisle_testdata::case("webconfig", &name);
        if let Err(why) = judge(&folder, &case, &run(&case, Form::Lossless)) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Compares an answer with `default.*`; says what is wrong.
fn judge(folder: &Path, case: &Case, answer: &Answer) -> Result<(), String> {
    let log = fs::read_to_string(folder.join("default.log")).unwrap();
    let mut wanted = log.lines();
    let status = wanted.next().unwrap().strip_prefix("status ").unwrap();
    let warnings: Vec<_> = wanted.filter_map(|line| line.strip_prefix("warning ")).collect();
    let (said, mut codes) = match &answer.result {
        Ok(report) => ("ok".to_owned(), report.warnings.iter().map(spelled).collect()),
        Err(failure) => {
            let code = failure.code.clone().unwrap_or_default();
            let file = failure.location.as_ref().filter(|_| code == "xdt").map(|at| &at.file);
            let file = file.map(|file| format!(" {file}")).unwrap_or_default();
            (format!("failed {code}{file}"), Vec::new())
        }
    };
    codes.sort();
    if said != status || codes != warnings {
        return Err(format!("{said} {codes:?}, wanted {log}"));
    }
    let files = web_configs(answer.files.clone());
    let text = format!("{:?}", shown(&files));
    if let Ok(exact) = fs::read(folder.join("default.exact")) {
        let wanted = Files::from([("web.config".to_owned(), exact)]);
        return if files == wanted { Ok(()) } else { Err(format!("bytes differ: {text}")) };
    }
    let Ok(meaning) = fs::read(folder.join("default.infoset")) else {
        let same = answer.files == case.publish;
        return if same { Ok(()) } else { Err(format!("the folder changed: {text}")) };
    };
    let bytes = files.get("web.config").ok_or_else(|| format!("no file: {text}"))?;
    let read = |bytes: &[u8]| iisle_webconfig::read(bytes).unwrap();
    let differences = iisle_webconfig::compare(&read(&meaning), &read(bytes));
    if !differences.is_empty() || files.len() != 1 {
        return Err(format!("meaning differs: {differences:?}"));
    }
    let source = case.project.iter().find(|(name, _)| name.eq_ignore_ascii_case("web.config"));
    let published = !web_configs(case.publish.clone()).is_empty();
    match source.filter(|_| published) {
        Some((_, source)) => lossless(source, bytes),
        None => Ok(()),
    }
}

/// A warning as the recording spells it: of a transform with its file and place.
fn spelled(warning: &Warning) -> String {
    match warning.location.as_ref().map(|at| (at.file.as_str(), at.line, at.column)) {
        Some((file, Some(line), Some(column))) if warning.code == "xdt" => {
            format!("xdt {file}({line},{column})")
        }
        _ => warning.code.clone(),
    }
}

/// Lines of the source that hold nothing of ours are in the result, unchanged and in order; byte
/// order mark and line ends stay.
fn lossless(source: &[u8], result: &[u8]) -> Result<(), String> {
    let mark: &[u8] = b"\xEF\xBB\xBF";
    if source.starts_with(mark) != result.starts_with(mark) {
        return Err("the byte order mark changed".to_owned());
    }
    let breaks = |bytes: &[u8]| {
        let unix = |at: &usize| bytes[*at] == b'\n' && !bytes[..*at].ends_with(b"\r");
        (bytes.windows(2).any(|pair| pair == b"\r\n"), (0..bytes.len()).any(|at| unix(&at)))
    };
    if source.contains(&b'\n') && breaks(source) != breaks(result) {
        return Err("line ends changed".to_owned());
    }
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.split_inclusive('\n').map(str::to_owned).collect()
    };
    let source = lines(source);
    if source.len() == 1 {
        return Ok(());
    }
    let mut rest = lines(result).into_iter();
    for line in source {
        let ours =
            ["aspNetCore", "environmentVariable", "arguments", "ProjectGuid", "requestTimeout"];
        let may_change = ours.iter().any(|word| line.contains(word));
        if !may_change && !rest.any(|other| other == line) {
            return Err(format!("the line {line:?} is lost"));
        }
    }
    Ok(())
}

#[test]
fn a_second_run_changes_nothing() {
    let mut wrong = Vec::new();
    for (name, case, unix) in cases() {
        if unix && cfg!(windows) {
            continue;
        }
        let first = run(&case, Form::Lossless);
        // A file that the project did not publish counts as published once there is one.
        let ignored = |w: &Warning| w.code == "project-web-config-ignored";
        if first.result.as_ref().map_or(true, |report| report.warnings.iter().any(ignored)) {
            continue;
        }
        let again = Case { publish: first.files.clone(), ..case };
        let second = run(&again, Form::Lossless);
        if second.files != first.files {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
