//! `iisle sync` against `rsync`.

use std::path::Path;

use anyhow::{Result, bail};

use super::bar::{Bar, Findings};
use super::data::Folder;
use super::measure::{Job, race};
use super::pack::megabytes;

/// The most memory, in MB.
const MEMORY: f64 = 120.0;

const ABOUT: &str = "\
`iisle sync SRC DST` against `rsync -a SRC/ DST` on many small files: a first copy, then one where nothing \
changed. Bars: a sync that changes nothing takes at most rsync's wall time, peak memory of at most 120 MB.";

/// Copies `input` by turns to folders below `scratch`, then syncs them again.
pub(super) fn measure(
    iisle: &Path,
    input: &Folder,
    scratch: &Path,
    runs: usize,
) -> Result<Findings> {
    let (ours, theirs) = (scratch.join("iisle-copy"), scratch.join("rsync-copy"));
    let with_iisle = Job::new(iisle).arg("sync").arg(&input.path).arg(&ours);
    let mut source = input.path.clone().into_os_string();
    source.push("/");
    let with_rsync = Job::new("rsync").arg("-a").arg(source).arg(&theirs);

    let first = race(&[with_iisle.clone().makes(&ours), with_rsync.clone().makes(&theirs)], runs)?;
    for copy in [&ours, &theirs] {
        let found = Folder::count(copy)?;
        if (found.files, found.bytes) != (input.files, input.bytes) {
            bail!("{} has {} files of {}", copy.display(), found.files, input.files);
        }
    }
    let again = race(&[with_iisle, with_rsync], runs)?;
    std::fs::remove_dir_all(&ours)?;
    std::fs::remove_dir_all(&theirs)?;

    let seconds = |samples: &[super::measure::Sample], at: usize| samples[at].wall.as_secs_f64();
    let memory = megabytes(first[0].peak_bytes.max(again[0].peak_bytes));
    let pair =
        |samples| format!("{:.2} s, rsync {:.2} s", seconds(samples, 0), seconds(samples, 1));
    Ok(Findings {
        name: "sync",
        about: ABOUT,
        columns: vec![
            ("Input", format!("{} files, {:.0} MB", input.files, megabytes(input.bytes))),
            ("First copy", pair(&first)),
            ("Nothing changed", pair(&again)),
            (
                "iisle / rsync, nothing changed",
                format!("{:.2}", seconds(&again, 0) / seconds(&again, 1)),
            ),
            ("Peak memory", format!("{memory:.0} MB")),
        ],
        bars: vec![
            Bar {
                what: format!("wall time of a sync of {} files that changes nothing", input.files),
                found: seconds(&again, 0) / seconds(&again, 1),
                limit: 1.0,
                unit: " of rsync -a's",
            },
            Bar {
                what: "peak memory of syncing".to_owned(),
                found: memory,
                limit: MEMORY,
                unit: " MB",
            },
        ],
    })
}
