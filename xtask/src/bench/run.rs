//! Measures the scenarios and says whether the bars hold.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::bar::Findings;
use super::data::{self, Folder};
use super::measure::ASIDE;
use super::{evaluate, pack, startup, sync, table, xml};
use crate::calendar::Moment;
use crate::process;
use crate::workspace::Workspace;

const SCENARIOS: [&str; 5] = ["pack", "sync", "evaluate", "startup", "xml"];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    scenarios: Vec<String>,
    data: Option<PathBuf>,
    program: Option<PathBuf>,
    /// What runs the reference engine of XDT.
    engine: Option<PathBuf>,
    runs: usize,
    files: usize,
    record: bool,
}

impl Request {
    fn parse(words: &[String]) -> Result<Self> {
        let mut request = Self {
            scenarios: Vec::new(),
            data: None,
            program: None,
            engine: None,
            runs: 5,
            files: 100_000,
            record: true,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--data" => request.data = Some(value()?.into()),
                "--program" => {
                    request.program = Some(value()?.into());
                    // The rows are of commits, and who knows where this one comes from.
                    request.record = false;
                }
                "--engine" => request.engine = Some(value()?.into()),
                "--runs" => request.runs = number(word, value()?)?,
                "--files" => request.files = number(word, value()?)?,
                "--no-record" => request.record = false,
                name if SCENARIOS.contains(&name) => request.scenarios.push(name.to_owned()),
                other => bail!("no scenario `{other}`; there are {}", SCENARIOS.join(", ")),
            }
        }
        if request.scenarios.is_empty() {
            request.scenarios = SCENARIOS.map(str::to_owned).to_vec();
        }
        Ok(request)
    }
}

fn number(option: &str, text: &str) -> Result<usize> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => bail!("`{option}` needs a number above zero, not `{text}`"),
    }
}

/// Measures, prints a line for each bar, and appends to `crates/BENCHMARKS.md`; `true` when all bars
/// hold.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Result<bool> {
    let request = Request::parse(words)?;
    let program = match &request.program {
        Some(program) => program.clone(),
        None => build(workspace)?,
    };
    let program = std::path::absolute(&program).context("the program has no path")?;
    let scratch = workspace.target().join("bench");
    std::fs::create_dir_all(&scratch).context("cannot create the scratch folder")?;
    let machine = machine();
    println!("machine: {machine}");

    let mut all_hold = true;
    for name in &request.scenarios {
        let findings = measure(name, &request, &program, &scratch)?;
        for (column, value) in &findings.columns {
            println!("{name}: {column}: {value}");
        }
        for bar in &findings.bars {
            println!("{name}: {bar}");
            all_hold &= bar.holds();
        }
        if request.record {
            record(workspace, &machine, &findings)?;
        }
    }
    pack::remove(&scratch.join(ASIDE))?;
    Ok(all_hold)
}

fn measure(name: &str, request: &Request, program: &Path, scratch: &Path) -> Result<Findings> {
    match name {
        "pack" | "evaluate" => {
            let (input, origin) = output(request, scratch)?;
            let measure = if name == "pack" { pack::measure } else { evaluate::measure };
            measure(program, &input, origin, scratch, request.runs)
        }
        "sync" => {
            let files = data::small_files(scratch, request.files)?;
            let (output, _) = output(request, scratch)?;
            let bench = sync::Bench { iisle: program, scratch, runs: request.runs };
            sync::measure(&bench, &files, &output)
        }
        "xml" => xml::measure(program, request.engine.as_deref(), scratch, request.runs),
        _ => startup::measure(program, request.runs),
    }
}

/// A publish output, and where it is from.
fn output(request: &Request, scratch: &Path) -> Result<(Folder, &'static str)> {
    Ok(match &request.data {
        Some(folder) => (Folder::count(&std::path::absolute(folder)?)?, "given"),
        None => (data::publish_output(scratch)?, "made from rustc's library"),
    })
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    process::run(cargo.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "iisle",
        "--bin",
        "iisle",
    ]))?;
    Ok(workspace.target().join("release").join(format!("iisle{}", std::env::consts::EXE_SUFFIX)))
}

fn record(workspace: &Workspace, machine: &str, findings: &Findings) -> Result<()> {
    let path = workspace.root().join("crates/BENCHMARKS.md");
    let document = if path.is_file() { std::fs::read_to_string(&path)? } else { String::new() };
    let commit = process::capture(
        Command::new("git").current_dir(workspace.root()).args(["describe", "--always", "--dirty"]),
    )?;
    let date = Moment::now().date();
    let common = [("Date", date.as_str()), ("Commit", commit.trim()), ("Machine", machine)];
    std::fs::write(&path, table::append(&document, &common, findings))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Processor, cores, memory and system, as far as the system says.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name")
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kilobytes = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok())
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let system = format!("{} {}", std::env::consts::OS, kernel.trim());
    format!("{cores} × {processor}, {} GB, {}", kilobytes / 1_000_000, system.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request> {
        Request::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_said_means_everything_five_times() {
        let request = parse("").unwrap();
        assert_eq!(request.scenarios, SCENARIOS);
        assert_eq!((request.runs, request.files, request.record), (5, 100_000, true));
    }

    #[test]
    fn options_are_read_and_what_is_unknown_is_named() {
        let request = parse("sync --files 10 --runs 1 --program x --no-record").unwrap();
        assert_eq!(request.scenarios, ["sync"]);
        assert_eq!((request.runs, request.files, request.record), (1, 10, false));
        assert_eq!(
            parse("fly").unwrap_err().to_string(),
            "no scenario `fly`; there are pack, sync, evaluate, startup, xml"
        );
        assert_eq!(
            parse("--runs 0").unwrap_err().to_string(),
            "`--runs` needs a number above zero, not `0`"
        );
        assert_eq!(parse("--data").unwrap_err().to_string(), "`--data` needs a value");
    }
}
