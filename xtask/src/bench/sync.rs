//! `iisle sync` against `rsync` and `cp`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::bar::{Bar, Findings};
use super::data::{self, Folder};
use super::measure::{Job, Sample, once, put_aside, race, summary};
use super::pack::megabytes;

/// The most memory for `input`, in MB.
const MEMORY: f64 = 100.0;
/// How many times the files show that memory is linear.
const TIMES: usize = 10;
/// One file of so many is changed.
const CHANGED: usize = 100;

/// How many times the runs of what takes a tenth of a second: memory that the machine has not used before
/// makes single ones twice as long.
const SHORT: usize = 4;

const ABOUT: &str = "\
`iisle sync SRC DST --delete` against `rsync -a --delete SRC/ DST` and `cp -a SRC DST` on many files: a first \
copy, one where nothing changed (by times, and by content with what is known of it), one where every hundredth \
file changed; the first copy of a publish output, four times as often; memory, also of planning for ten times the files. Each run \
begins when all earlier ones are on the disk, and nothing is removed before the last. Bars, in wall time: \
nothing changed 0.5 of rsync's; first copy 0.7 of rsync's and no more than cp's; changed 0.6 of rsync's; the \
output 1.2 of cp's; by content 1.3 of by times; 100 MB, and no more than ten times for ten times \
the files.";

/// What is measured with.
pub(super) struct Bench<'a> {
    pub(super) iisle: &'a Path,
    pub(super) scratch: &'a Path,
    pub(super) runs: usize,
}

/// Copies `input` by turns to folders below the scratch folder, then syncs them again.
pub(super) fn measure(bench: &Bench<'_>, input: &Folder, output: &Folder) -> Result<Findings> {
    let place = |name: &str| bench.scratch.join(name);
    let (ours, theirs, plain) = (place("iisle-copy"), place("rsync-copy"), place("cp-copy"));
    // A run that was stopped leaves what is no first copy.
    let work = place(".iisle-copy.deploy");
    let first = race(
        &[
            bench.iisle(&input.path, &ours).makes(&ours).makes(&work),
            rsync(&input.path, &theirs).makes(&theirs),
            copy(&input.path, &plain).makes(&plain),
        ],
        bench.runs,
    )?;
    for copy in [&ours, &theirs] {
        expect(copy, input)?;
    }
    put_aside(&plain)?;
    let again = race(
        &[
            bench.iisle(&input.path, &ours),
            rsync(&input.path, &theirs),
            bench.iisle(&input.path, &ours).arg("--checksum"),
        ],
        bench.runs,
    )?;
    let changed = bench.changed(input, &ours, &theirs)?;
    for folder in [&ours, &work, &theirs] {
        put_aside(folder)?;
    }
    let (published, published_work) = (place("iisle-output"), place(".iisle-output.deploy"));
    let published_plain = place("cp-output");
    let whole = race(
        &[
            bench.iisle(&output.path, &published).makes(&published).makes(&published_work),
            copy(&output.path, &published_plain).makes(&published_plain),
        ],
        bench.runs * SHORT,
    )?;
    expect(&published, output)?;
    for folder in [&published, &published_work, &published_plain] {
        put_aside(folder)?;
    }
    let planning = bench.planning(input)?;
    Ok(findings(input, output, &Measured { first, again, changed, whole, planning }))
}

struct Measured {
    /// A first copy: ours, rsync, cp.
    first: Vec<Sample>,
    /// Nothing changed: ours, rsync, ours by content.
    again: Vec<Sample>,
    /// A few files changed: ours, rsync.
    changed: [Sample; 2],
    /// The first copy of the output: ours, cp.
    whole: Vec<Sample>,
    /// Peak bytes of planning a first copy of the files, and of many times as many.
    planning: [u64; 2],
}

impl Bench<'_> {
    fn iisle(&self, source: &Path, destination: &Path) -> Job {
        Job::new(self.iisle).arg("sync").arg(source).arg(destination).arg("--delete")
    }

    /// Syncs from two sources by turns, of which the second has other content in some files: every
    /// run finds as many changes.
    fn changed(&self, input: &Folder, ours: &Path, theirs: &Path) -> Result<[Sample; 2]> {
        let other = data::changed(self.scratch, input, CHANGED)?;
        let mut samples = [Vec::new(), Vec::new()];
        for round in 0..=self.runs {
            let source = if round % 2 == 0 { &other.path } else { &input.path };
            let jobs = [self.iisle(source, ours), rsync(source, theirs)];
            for (job, samples) in jobs.iter().zip(&mut samples) {
                let sample = once(job)?;
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        for copy in [ours, theirs] {
            expect(copy, if self.runs.is_multiple_of(2) { &other } else { input })?;
        }
        put_aside(&other.path)?;
        Ok(samples.map(summary))
    }

    /// The peak memory of planning a first copy of `input`, and of [`TIMES`] times the files.
    fn planning(&self, input: &Folder) -> Result<[u64; 2]> {
        let missing: PathBuf = self.scratch.join("missing");
        let plan = |folder: &Folder| {
            Ok::<_, anyhow::Error>(
                once(&self.iisle(&folder.path, &missing).args(["--dry-run", "--quiet"]))?
                    .peak_bytes,
            )
        };
        let small = plan(input)?;
        let large = data::copies(self.scratch, input, TIMES)?;
        let peak = plan(&large)?;
        put_aside(&large.path)?;
        Ok([small, peak])
    }
}

fn rsync(source: &Path, destination: &Path) -> Job {
    let mut content = source.to_owned().into_os_string();
    content.push("/");
    Job::new("rsync").args(["-a", "--delete"]).arg(content).arg(destination)
}

fn copy(source: &Path, destination: &Path) -> Job {
    Job::new("cp").arg("-a").arg(source).arg(destination)
}

fn expect(folder: &Path, wanted: &Folder) -> Result<()> {
    let found = Folder::count(folder)?;
    if (found.files, found.bytes) != (wanted.files, wanted.bytes) {
        bail!("{} has {} files of {}", folder.display(), found.files, wanted.files);
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn findings(input: &Folder, output: &Folder, measured: &Measured) -> Findings {
    let Measured { first, again, changed, whole, planning } = measured;
    let seconds = |sample: &Sample| sample.wall.as_secs_f64();
    let ratio = |ours: &Sample, theirs: &Sample| seconds(ours) / seconds(theirs);
    let memory = [&first[0], &again[0], &again[2], &changed[0]];
    let memory = megabytes(memory.iter().map(|sample| sample.peak_bytes).max().unwrap_or(0));
    let growth = planning[1] as f64 / planning[0] as f64;
    let size =
        |folder: &Folder| format!("{} files, {:.0} MB", folder.files, megabytes(folder.bytes));
    Findings {
        name: "sync",
        about: ABOUT,
        columns: vec![
            ("Input", size(input)),
            (
                "First copy",
                format!(
                    "{:.2} s, rsync {:.2} s, cp {:.2} s",
                    seconds(&first[0]),
                    seconds(&first[1]),
                    seconds(&first[2])
                ),
            ),
            (
                "Nothing changed",
                format!(
                    "{:.3} s, rsync {:.3} s; by content {:.3} s",
                    seconds(&again[0]),
                    seconds(&again[1]),
                    seconds(&again[2])
                ),
            ),
            (
                "1 % changed",
                format!("{:.3} s, rsync {:.3} s", seconds(&changed[0]), seconds(&changed[1])),
            ),
            ("Output", size(output)),
            (
                "First copy of the output",
                format!("{:.3} s, cp {:.3} s", seconds(&whole[0]), seconds(&whole[1])),
            ),
            ("Peak memory", format!("{memory:.0} MB")),
            (
                "Planning, × 1 and × 10",
                format!("{:.0} MB, {:.0} MB", megabytes(planning[0]), megabytes(planning[1])),
            ),
        ],
        bars: vec![
            Bar::new("nothing changed", ratio(&again[0], &again[1]), 0.5, " of rsync's time"),
            Bar::new("first copy", ratio(&first[0], &first[1]), 0.7, " of rsync's time"),
            Bar::new("first copy", ratio(&first[0], &first[2]), 1.0, " of cp's time"),
            Bar::new("1 % changed", ratio(&changed[0], &changed[1]), 0.6, " of rsync's time"),
            Bar::new("first copy of the output", ratio(&whole[0], &whole[1]), 1.2, " of cp's time"),
            Bar::new(
                "nothing changed, by content",
                ratio(&again[2], &again[0]),
                1.3,
                " of by times",
            ),
            Bar::new("peak memory of syncing", memory, MEMORY, " MB"),
            Bar::new("memory of ten times the files", growth, TIMES as f64, " times"),
        ],
    }
}
