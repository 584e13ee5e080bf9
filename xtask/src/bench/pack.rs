//! `iisle pack` and `iisle deploy` against `zip`, `7z` and `unzip`.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::bar::{Bar, Findings};
use super::data::{self, Folder};
use super::measure::{Job, Sample, once, race};

/// The most of zip's wall time.
const SHARE_OF_ZIP: f64 = 0.25;
/// The most of 7z's wall time.
const SHARE_OF_SEVEN: f64 = 0.5;
/// The most of zip's wall time when everything is in the cache.
const WARM_SHARE_OF_ZIP: f64 = 0.05;
/// The most memory, in MB, for any input.
const MEMORY: f64 = 64.0;
/// The most of the faster of `unzip -q` and our own apply, when nothing has changed.
const SHARE_OF_APPLY: f64 = 0.1;
/// Bytes of the inputs that show that memory does not grow with them.
const SIZES: [u64; 2] = [1_000_000_000, 2_800_000_000];

const ABOUT: &str = "\
`iisle pack FOLDER -o FILE.zip` against `zip -r -6` and `7z a -tzip -mx=1 -mmt=on` on a self-contained \
publish output, again with a warm `--cache`, and on 1 and 2.8 GB of such outputs with long files among them; \
`iisle deploy FILE.zip --to DIR` against `unzip -q`, to an empty folder and when nothing has changed. Bars: \
0.25 of zip's wall time and 0.5 of 7z's, no larger than either; 0.05 of zip's with a warm cache; 64 MB of \
memory for any size; no slower than unzip; nothing changed in 0.1 of that.";

/// Packs `input` by turns and applies the package by turns; archives go below `scratch`.
pub(super) fn measure(
    iisle: &Path,
    input: &Folder,
    origin: &str,
    scratch: &Path,
    runs: usize,
) -> Result<Findings> {
    let place = |name: &str| scratch.join(name);
    let (ours, warm, zip, seven) =
        (place("iisle-package"), place("iisle-warm"), place("zip.zip"), place("7z.zip"));
    let cache = place("iisle-cache");
    remove(&cache)?;
    let package = ours.join("App.zip");
    let pack = |folder: &Path, to: &Path| {
        Job::new(iisle).arg("pack").arg(folder).arg("-o").arg(to.join("App.zip")).makes(to)
    };
    let packing = race(
        &[
            pack(&input.path, &ours),
            Job::new("zip")
                .args(["-q", "-r", "-6"])
                .arg(&zip)
                .arg(".")
                .within(&input.path)
                .makes(&zip),
            Job::new("7z")
                .args(["a", "-bd", "-tzip", "-mx=1", "-mmt=on"])
                .arg(&seven)
                .arg(".")
                .within(&input.path)
                .makes(&seven),
            // The first round, which does not count, fills the cache.
            pack(&input.path, &warm).arg("--cache").arg(&cache),
        ],
        runs,
    )?;
    let content = std::fs::read(&package).context("iisle wrote no package")?;
    let entries = entries(&content)?;
    if entries < input.files {
        bail!("the package has {entries} entries, the folder {} files", input.files);
    }
    if std::fs::read(warm.join("App.zip")).context("iisle wrote no package")? != content {
        bail!("the cache changes the package");
    }
    let sizes = [size(&package)?, size(&zip)?, size(&seven)?];
    let applying = apply(iisle, input, &package, scratch, runs)?;
    let mut memory = vec![packing[0].peak_bytes.max(packing[3].peak_bytes)];
    for bytes in SIZES {
        let large = data::repeated(scratch, input, bytes)?;
        memory.push(once(&pack(&large.path, &ours))?.peak_bytes);
        remove(&large.path)?;
    }
    for path in [&ours, &warm, &cache] {
        remove(path)?;
    }
    Ok(findings(input, origin, &packing, &applying, sizes, &memory))
}

/// Our apply, `unzip`, and our apply when nothing has changed.
fn apply(
    iisle: &Path,
    input: &Folder,
    package: &Path,
    scratch: &Path,
    runs: usize,
) -> Result<Vec<Sample>> {
    let (applied, unzipped) = (scratch.join("applied"), scratch.join("unzipped"));
    let deploy = || Job::new(iisle).arg("deploy").arg(package).arg("--to").arg(&applied);
    let jobs = [
        deploy().makes(&applied),
        Job::new("unzip").arg("-q").arg(package).arg("-d").arg(&unzipped).makes(&unzipped),
        deploy(),
    ];
    let samples = race(&jobs, runs)?;
    let found = Folder::count(&applied)?;
    if (found.files, found.bytes) != (input.files, input.bytes) {
        bail!("{} of {} files were applied", found.files, input.files);
    }
    remove(&applied)?;
    remove(&unzipped)?;
    Ok(samples)
}

fn findings(
    input: &Folder,
    origin: &str,
    packing: &[Sample],
    applying: &[Sample],
    sizes: [f64; 3],
    memory: &[u64],
) -> Findings {
    let seconds = |sample: &Sample| sample.wall.as_secs_f64();
    let packs: Vec<f64> = packing.iter().map(seconds).collect();
    let applies: Vec<f64> = applying.iter().map(seconds).collect();
    let memory: Vec<f64> = memory.iter().map(|bytes| megabytes(*bytes)).collect();
    let most = memory.iter().copied().fold(0.0, f64::max);
    let shown: Vec<_> = memory.iter().map(|megabytes| format!("{megabytes:.0}")).collect();
    Findings {
        name: "pack",
        about: ABOUT,
        columns: vec![
            ("Input", format!("{origin}: {} files, {:.0} MB", input.files, megabytes(input.bytes))),
            ("iisle", format!("{:.2} s, {:.1} MB", packs[0], sizes[0])),
            ("zip -r -6", format!("{:.2} s, {:.1} MB", packs[1], sizes[1])),
            ("7z -mx=1", format!("{:.2} s, {:.1} MB", packs[2], sizes[2])),
            ("Warm cache", format!("{:.3} s", packs[3])),
            ("Memory at 0.1, 1, 2.8 GB", format!("{} MB", shown.join(", "))),
            ("Apply", format!("{:.2} s", applies[0])),
            ("unzip -q", format!("{:.2} s", applies[1])),
            ("Nothing changed", format!("{:.3} s", applies[2])),
        ],
        bars: vec![
            Bar::new("wall time of packing", packs[0] / packs[1], SHARE_OF_ZIP, " of zip -r -6's"),
            Bar::new("wall time of packing", packs[0] / packs[2], SHARE_OF_SEVEN, " of 7z -mx=1's"),
            Bar::new("size of the package", sizes[0] / sizes[1], 1.0, " of zip -r -6's"),
            Bar::new("size of the package", sizes[0] / sizes[2], 1.0, " of 7z -mx=1's"),
            Bar::new("warm cache", packs[3] / packs[1], WARM_SHARE_OF_ZIP, " of zip -r -6's"),
            Bar::new("peak memory of packing", most, MEMORY, " MB"),
            Bar::new("applying to an empty folder", applies[0] / applies[1], 1.0, " of unzip -q's"),
            Bar::new(
                "applying what is there",
                applies[2] / applies[0].min(applies[1]),
                SHARE_OF_APPLY,
                " of the faster of both",
            ),
        ],
    }
}

/// The size of a file, in MB.
fn size(path: &Path) -> Result<f64> {
    let facts =
        std::fs::metadata(path).with_context(|| format!("{} was not written", path.display()))?;
    Ok(megabytes(facts.len()))
}

/// Removes a folder if it is there.
pub(super) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(super) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How many entries the directory of a zip file without comment counts.
fn entries(zip: &[u8]) -> Result<usize> {
    let end = zip.len().checked_sub(22).map(|at| &zip[at..]);
    let end =
        end.filter(|end| end.starts_with(b"PK\x05\x06")).context("the package is no zip file")?;
    Ok(usize::from(u16::from_le_bytes([end[10], end[11]])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_from_the_end_of_the_archive() {
        let mut zip = b"rest PK\x05\x06\0\0\0\0\x02\x01\x02\x01".to_vec();
        zip.extend([0; 10]);
        assert_eq!(entries(&zip).unwrap(), 0x102);
        assert!(entries(b"PK").is_err());
    }
}
