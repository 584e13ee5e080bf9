//! The cases of `testdata/webconfig`, in default and in compatible mode.
#![expect(clippy::disallowed_methods, reason = "fixtures are files of this repository")]
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::fs;
use std::path::Path;

use iisle_webconfig::{
    CompatibleContext, CompatibleSource, Newline, Source, SourceChoice, TaskParameters,
    TransformOptions, choose_source, transform, transform_compatible,
};
use iisle_xml::{Document, NodeId, NodeKind};

/// The cases without transforms: the chain is put together and tested in `iisle-ops`.
fn cases() -> Vec<String> {
    let mut cases = iisle_testdata::cases("webconfig");
    assert!(cases.len() > 50);
    cases.retain(|name| {
        let case = iisle_testdata::case("webconfig", name);
        let task = parameters(&case);
        let exists = |file: &String| case.join("project").join(file).is_file();
        !(task.runs_chain() && task.chain().files().iter().any(exists))
    });
    cases
}

/// What a run in default mode leaves and says.
struct Answer {
    status: String,
    warnings: Vec<String>,
    /// The new web.config, `None` when the publish folder stays as it is.
    bytes: Option<Vec<u8>>,
    source: Option<Vec<u8>>,
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(list) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    list.map(|entry| name(entry.unwrap())).collect()
}

fn parameters(case: &Path) -> TaskParameters {
    let text = fs::read_to_string(case.join("params.txt")).unwrap();
    let mut task = TaskParameters::default();
    let lines = text.lines().skip_while(|line| *line != "[task]").skip(1);
    for (name, value) in lines.filter_map(|line| line.split_once('=')) {
        if name != "variants" {
            task.set(name, value).unwrap();
        }
    }
    task
}

fn run(case: &Path) -> Answer {
    let (project, publish) = (case.join("project"), case.join("publish"));
    let (in_project, in_publish) = (names(&project), names(&publish));
    let in_project: Vec<_> = in_project.iter().map(String::as_str).collect();
    let in_publish: Vec<_> = in_publish.iter().map(String::as_str).collect();
    let plan = choose_source(&in_project, &in_publish, None, SourceChoice::Auto).unwrap();
    let source = match &plan.source {
        Source::Project(name) => Some(fs::read(project.join(name)).unwrap()),
        Source::Generated => None,
        other => panic!("{other:?} comes from no project"),
    };
    let target = parameters(case).target().unwrap();
    match transform(source.as_deref(), &target, &TransformOptions::default()) {
        Ok(outcome) => {
            let warnings = outcome.warnings.iter().map(|warning| warning.code.to_owned());
            let ignored = plan.ignored.iter().map(|_| "project-web-config-ignored".to_owned());
            let mut warnings: Vec<_> = warnings.chain(ignored).collect();
            warnings.sort();
            Answer { status: "ok".to_owned(), warnings, bytes: outcome.bytes, source }
        }
        Err(error) => Answer {
            status: format!("failed {}", error.code()),
            warnings: Vec::new(),
            bytes: None,
            source,
        },
    }
}

/// Compares an answer with `default.*`; says what is wrong.
fn judge(case: &Path, answer: &Answer) -> Result<(), String> {
    let log = fs::read_to_string(case.join("default.log")).unwrap();
    let mut wanted = log.lines();
    let status = wanted.next().unwrap().strip_prefix("status ").unwrap();
    let warnings: Vec<_> = wanted.filter_map(|line| line.strip_prefix("warning ")).collect();
    if answer.status != status || answer.warnings != warnings {
        return Err(format!("{} {:?}, wanted {log}", answer.status, answer.warnings));
    }
    let bytes = answer.bytes.as_deref();
    let text = String::from_utf8_lossy(bytes.unwrap_or_default());
    if let Ok(exact) = fs::read(case.join("default.exact")) {
        return if bytes == Some(&exact) { Ok(()) } else { Err(format!("bytes differ: {text}")) };
    }
    if let Ok(expected) = fs::read(case.join("default.infoset")) {
        let bytes = bytes.ok_or("no file")?;
        let (ours, theirs) = (infoset(bytes), infoset(&expected));
        if ours != theirs {
            return Err(format!("meaning differs: {ours}\nwanted {theirs}"));
        }
        if let Some(source) = &answer.source {
            return lossless(source, bytes);
        }
        return Ok(());
    }
    if bytes.is_some() { Err("the folder changes".to_owned()) } else { Ok(()) }
}

/// Elements, attributes as a set, comments, instructions and text that is more than white space.
fn infoset(bytes: &[u8]) -> String {
    let document = Document::parse(bytes).unwrap();
    let top = document.parent(document.root()).unwrap();
    let mut text = String::new();
    describe(&document, top, &mut text);
    text
}

fn describe(document: &Document, node: NodeId, into: &mut String) {
    match document.kind(node) {
        NodeKind::Element => {
            let namespace = document.namespace(node).unwrap_or_default();
            into.extend(["\n<{", namespace, "}", document.local_name(node)]);
            let mut attributes: Vec<_> = document
                .attributes(node)
                .filter(|attribute| !attribute.is_namespace())
                .map(|attribute| format!(" {}={:?}", attribute.local_name, attribute.value))
                .collect();
            attributes.sort();
            into.push_str(&attributes.concat());
            into.push('>');
        }
        NodeKind::Comment | NodeKind::ProcessingInstruction => {
            into.extend([format!("\n{:?} {:?}", document.kind(node), document.text(node))]);
        }
        NodeKind::Text | NodeKind::CData => {
            let text = document.text(node);
            if !text.trim().is_empty() {
                into.extend([format!("\n{text:?}")]);
            }
        }
        NodeKind::Document | NodeKind::DocType | NodeKind::Declaration => {}
    }
    for child in document.children(node) {
        describe(document, child, into);
    }
    if document.kind(node) == NodeKind::Element {
        into.push_str("\n</>");
    }
}

/// Lines of the source that hold nothing of ours are in the result, unchanged and in order.
fn lossless(source: &[u8], result: &[u8]) -> Result<(), String> {
    let (before, after) = (Document::parse(source).unwrap(), Document::parse(result).unwrap());
    if (before.encoding(), before.has_bom()) != (after.encoding(), after.has_bom()) {
        return Err("encoding or byte order mark changed".to_owned());
    }
    if !before.newline().is_empty() && before.newline() != after.newline() {
        return Err("line ends changed".to_owned());
    }
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.split_inclusive('\n').map(str::to_owned).collect()
    };
    let source_lines = lines(source);
    if source_lines.len() == 1 {
        return Ok(());
    }
    let mut rest = lines(result).into_iter();
    for line in source_lines {
        let ours = ["aspNetCore", "environmentVariable", "arguments", "ProjectGuid"];
        let may_change =
            ours.iter().any(|word| line.contains(word)) || line.contains("requestTimeout");
        if !may_change && !rest.any(|other| other == line) {
            return Err(format!("the line {line:?} is lost"));
        }
    }
    Ok(())
}

#[test]
fn every_case_comes_out_as_recorded() {
    let mut wrong = Vec::new();
    for name in cases() {
        let case = iisle_testdata::case("webconfig", &name);
        if let Err(why) = judge(&case, &run(&case)) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_result_is_its_own_result() {
    let mut wrong = Vec::new();
    for name in cases() {
        let case = iisle_testdata::case("webconfig", &name);
        let Some(first) = run(&case).bytes else {
            continue;
        };
        let target = parameters(&case).target().unwrap();
        let again = transform(Some(&first), &target, &TransformOptions::default()).unwrap();
        if again.bytes.as_ref() != Some(&first) || !again.changes.is_empty() {
            wrong.push(format!("{name}: {:?}", again.changes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the SDK's task leaves on a host, by the name of the file; `None` when it fails.
fn run_compatible(case: &Path, newline: Newline) -> Option<(String, Vec<u8>)> {
    let (project, publish) = (case.join("project"), case.join("publish"));
    let in_project = names(&project);
    let own = in_project.iter().find(|name| name.eq_ignore_ascii_case("web.config"));
    let target = own.map_or("web.config", String::as_str);
    let content = own.map(|name| fs::read(project.join(name)).unwrap());
    let source = match &content {
        _ if !names(&publish).iter().any(|name| name == target) => CompatibleSource::Missing,
        Some(bytes) => CompatibleSource::File(bytes),
        None => CompatibleSource::Template,
    };
    let project_has_web_config = in_project.iter().any(|name| name == "web.config");
    let context = CompatibleContext { newline, project_has_web_config };
    let outcome = transform_compatible(source, &parameters(case), context).ok()?;
    Some((target.to_owned(), outcome.bytes))
}

#[test]
fn compatible_mode_gives_the_bytes_of_the_sdk_on_both_hosts() {
    let mut wrong = Vec::new();
    for name in cases() {
        let case = iisle_testdata::case("webconfig", &name);
        // What the SDK does with these is a later step of its publish.
        if parameters(&case).environment_variables.is_some() {
            continue;
        }
        let log = fs::read_to_string(case.join("expected.log")).unwrap();
        for (newline, host) in [(Newline::Lf, "unix"), (Newline::CrLf, "windows")] {
            let expected = case.join(format!("expected.{host}"));
            let answer = run_compatible(&case, newline);
            if answer.is_some() != log.starts_with("status ok") {
                wrong.push(format!("{name} {host}: wanted {log}"));
            }
            // A case for Unix alone has no answer of a Windows host.
            let (Some((file, bytes)), true) = (answer, expected.exists()) else {
                continue;
            };
            if fs::read(expected.join(file)).unwrap() != bytes {
                wrong.push(format!("{name} {host}: {}", String::from_utf8_lossy(&bytes)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
