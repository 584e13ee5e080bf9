//! Wall time and peak memory of programs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// GNU time, which knows the peak memory of its child.
const TIME: &str = "/usr/bin/time";

/// The name of the folder for what is no longer needed.
pub(super) const ASIDE: &str = "aside";

/// A command to be measured.
#[derive(Debug, Clone)]
pub(super) struct Job {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    fresh: Vec<PathBuf>,
}

impl Job {
    /// A program with nothing to say to it.
    pub(super) fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), folder: None, fresh: Vec::new() }
    }

    /// With one more argument.
    pub(super) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With more arguments.
    pub(super) fn args<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.arguments.extend(arguments.map(OsString::from));
        self
    }

    /// Started in a folder.
    pub(super) fn within(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// What must not exist when it starts; put aside before each run, outside the measurement.
    pub(super) fn makes(mut self, path: &Path) -> Self {
        self.fresh.push(path.to_owned());
        self
    }

    fn prepare(&self) -> Result<()> {
        for path in &self.fresh {
            put_aside(path)?;
        }
        Ok(())
    }
}

/// Moves a file or folder, if there is one, to [`ASIDE`] beside it. File systems remember for minutes what
/// was removed, and whoever creates files then pays for that.
pub(super) fn put_aside(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let aside = path.with_file_name(ASIDE);
    let name = path.file_name().context("it has a name")?.to_string_lossy();
    let mut places = (0..).map(|number| aside.join(format!("{name}-{number}")));
    let place = places.find(|place| !place.exists()).context("numbers do not end")?;
    std::fs::create_dir_all(&aside)
        .and_then(|()| std::fs::rename(path, place))
        .with_context(|| format!("cannot move {}", path.display()))
}

/// Waits until nothing is left to be written: nobody is to pay for what others wrote.
fn settle() {
    if cfg!(unix) {
        drop(Command::new("sync").status());
    }
}

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) wall: Duration,
    pub(super) peak_bytes: u64,
}

/// Runs the jobs by turns, once for warmth and then `runs` times; for each the median of the wall
/// times and the greatest memory.
pub(super) fn race(jobs: &[Job], runs: usize) -> Result<Vec<Sample>> {
    let mut samples = vec![Vec::new(); jobs.len()];
    for round in 0..=runs {
        for (job, samples) in jobs.iter().zip(&mut samples) {
            let sample = once(job)?;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    Ok(samples.into_iter().map(summary).collect())
}

/// The median of the wall times and the greatest memory.
pub(super) fn summary(samples: Vec<Sample>) -> Sample {
    let peak_bytes = samples.iter().map(|sample| sample.peak_bytes).max().unwrap_or_default();
    Sample { wall: median(samples.into_iter().map(|sample| sample.wall).collect()), peak_bytes }
}

/// The middle one; of an even number the later of the two.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Runs a job once.
pub(super) fn once(job: &Job) -> Result<Sample> {
    job.prepare()?;
    settle();
    let report = tempfile::NamedTempFile::new().context("cannot create a temporary file")?;
    let mut command = Command::new(TIME);
    command.args(["-q", "-f", "%M", "-o"]).arg(report.path());
    command.arg(&job.program).args(&job.arguments);
    if let Some(folder) = &job.folder {
        command.current_dir(folder);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let started = Instant::now();
    let output =
        command.output().with_context(|| format!("cannot start {TIME} (Debian's package time)"))?;
    let wall = started.elapsed();
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", process::shown(&command), output.status, words.trim());
    }
    let text = std::fs::read_to_string(report.path()).context("cannot read what time wrote")?;
    let kilobytes: u64 =
        text.trim().parse().with_context(|| format!("time wrote `{}`", text.trim()))?;
    Ok(Sample { wall, peak_bytes: kilobytes * 1024 })
}

/// The median wall times of programs that are over at once, started by turns, without another program
/// around them.
pub(super) fn instant<const N: usize>(jobs: [&Job; N], runs: usize) -> Result<[Duration; N]> {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=runs {
        for (job, times) in jobs.iter().zip(&mut times) {
            let mut command = Command::new(&job.program);
            command
                .args(&job.arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let started = Instant::now();
            let status = command
                .status()
                .with_context(|| format!("cannot start {}", job.program.display()))?;
            let wall = started.elapsed();
            if !status.success() {
                bail!("`{}` failed: {status}", process::shown(&command));
            }
            if round > 0 {
                times.push(wall);
            }
        }
    }
    Ok(times.map(median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [9, 1, 5].map(Duration::from_secs).to_vec();
        assert_eq!(median(times), Duration::from_secs(5));
    }

    #[test]
    fn the_memory_of_several_runs_is_the_greatest() {
        let sample = |wall, peak_bytes| Sample { wall: Duration::from_secs(wall), peak_bytes };
        assert_eq!(summary(vec![sample(3, 10), sample(1, 30), sample(2, 20)]), sample(2, 30));
    }

    #[test]
    fn a_job_is_prepared_by_removing_what_it_makes() {
        let folder = tempfile::tempdir().unwrap();
        let (file, tree) = (folder.path().join("file"), folder.path().join("tree"));
        std::fs::write(&file, "x").unwrap();
        std::fs::create_dir_all(tree.join("deep")).unwrap();
        let job = Job::new("x").makes(&file).makes(&tree).makes(&folder.path().join("missing"));
        job.prepare().unwrap();
        assert!(!file.exists() && !tree.exists());
    }

    #[test]
    fn a_program_that_is_over_at_once_is_measured_and_its_failure_seen() {
        let [wall] = instant([&Job::new("rustc").arg("--version")], 2).unwrap();
        assert!(wall > Duration::ZERO);
        assert!(instant([&Job::new("rustc").arg("--no-such-option")], 1).is_err());
    }

    /// GNU time is needed for benchmarks only, so a machine without it still tests the rest.
    #[test]
    fn memory_and_failure_of_a_child_are_seen() {
        if !Path::new(TIME).is_file() {
            return;
        }
        let eats = |megabytes: usize| {
            let script = format!("x = bytearray({megabytes} * 1000000)");
            once(&Job::new("python3").args(["-c", &script])).unwrap().peak_bytes
        };
        let (little, much) = (eats(1), eats(101));
        assert!((90_000_000..130_000_000).contains(&(much - little)), "{little} {much}");
        let error =
            once(&Job::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("no such thing"), "{error}");
    }
}
