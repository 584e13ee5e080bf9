//! Other programs: shown before they run, and named when they fail.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The command as one would type it: for people only.
pub(crate) fn shown(command: &Command) -> String {
    let mut text = String::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value
            && name != "PATH"
        {
            text.extend([&name.to_string_lossy(), "=", &quoted(&value.to_string_lossy()), " "]);
        }
    }
    let program = std::path::Path::new(command.get_program());
    text += &program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    for argument in command.get_args() {
        text.push(' ');
        text += &quoted(&argument.to_string_lossy());
    }
    text
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=./:,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// Runs a command with its output shown. Standard input is empty.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("cannot start `{}`", shown(command)))?;
    judge(command, status)
}

/// Runs a command and returns what it writes to stdout.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start `{}`", shown(command)))?;
    judge(command, output.status)?;
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` writes no UTF-8", shown(command)))
}

/// Whether a program can be started and ends well; says nothing.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command, shows its stdout and hands every line of it to `seen`.
///
/// A descendant that outlives the command and holds the pipe (Wine's server) does not hold us.
pub(crate) fn tee(command: &mut Command, mut seen: impl FnMut(&str)) -> Result<()> {
    println!("$ {}", shown(command));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.with_context(|| format!("cannot start `{}`", shown(command)))?;
    let pipe = child.stdout.take().context("the child has no stdout")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut ended: Option<Instant> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                seen(&line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let over = child.try_wait()?.is_some();
                let since = *ended.get_or_insert_with(Instant::now);
                if !over {
                    ended = None;
                } else if since.elapsed() > Duration::from_secs(2) {
                    break;
                }
            }
        }
    }
    std::io::stdout().flush()?;
    let status = child.wait()?;
    judge(command, status)
}

fn judge(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["doc", "--no-deps", "a b"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'a b'");
    }

    #[test]
    fn a_failing_command_is_an_error_that_names_it() {
        let error = run(Command::new("rustc").arg("--no-such-option")).unwrap_err();
        assert!(error.to_string().starts_with("`rustc --no-such-option` failed"), "{error}");
    }

    #[test]
    fn every_line_is_seen() {
        let mut lines = Vec::new();
        tee(Command::new("rustc").arg("-vV"), |line| lines.push(line.to_owned())).unwrap();
        assert!(lines.iter().any(|line| line.starts_with("host: ")), "{lines:?}");
    }
}
