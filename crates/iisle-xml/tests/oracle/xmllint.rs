//! libxml2's answers, by one run of its shell for many questions.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::choices::NAMESPACES;

/// Whether the program is there.
pub(crate) fn is_installed() -> bool {
    Command::new("xmllint")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What each command of the shell prints.
pub(crate) fn answers(document: &str, commands: &[String]) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().expect("there is a folder for temporary files");
    file.write_all(document.as_bytes()).expect("the file can be written");
    let mut child = Command::new("xmllint")
        .args(["--shell", "--noent", "--nocdata"])
        .arg(file.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("xmllint starts");
    let declarations: Vec<_> = NAMESPACES.iter().map(|(p, uri)| format!("{p}={uri}")).collect();
    let mut input = format!("setns {}\n", declarations.join(" "));
    for command in commands {
        input += command;
        input.push('\n');
    }
    let mut stdin = child.stdin.take().expect("it was asked for");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("xmllint ends");
    writer.join().expect("no panic").expect("xmllint reads all");
    let text = String::from_utf8_lossy(&output.stdout);
    // The first prompt asks for the namespaces.
    let answers: Vec<_> = text.split("/ > ").skip(2).map(|a| a.trim_end().to_owned()).collect();
    assert_eq!(answers.len(), commands.len() + 1, "{document}\n{commands:#?}\n{text}");
    answers[..commands.len()].to_vec()
}
