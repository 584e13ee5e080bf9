//! `iisle pack` against `zip` and `7z`.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::bar::{Bar, Findings};
use super::data::Folder;
use super::measure::{Job, race};

/// The most of zip's wall time.
const SHARE_OF_ZIP: f64 = 0.45;
/// The most memory, in MB.
const MEMORY: f64 = 100.0;

const ABOUT: &str = "\
`iisle pack FOLDER -o FILE.zip` against `zip -r -6` and `7z a -tzip -mx=1 -mmt=on` on a self-contained \
publish output. Bars: at most 0.45 of zip's wall time at no larger size, peak memory of at most 100 MB.";

/// Packs `input` by turns; archives go below `scratch`.
pub(super) fn measure(
    iisle: &Path,
    input: &Folder,
    origin: &str,
    scratch: &Path,
    runs: usize,
) -> Result<Findings> {
    let ours = scratch.join("iisle-package");
    let zip = scratch.join("zip.zip");
    let seven = scratch.join("7z.zip");
    let ours_file = ours.join("App.zip");
    let jobs = [
        Job::new(iisle).arg("pack").arg(&input.path).arg("-o").arg(&ours_file).makes(&ours),
        Job::new("zip").args(["-q", "-r", "-6"]).arg(&zip).arg(".").within(&input.path).makes(&zip),
        Job::new("7z")
            .args(["a", "-bd", "-tzip", "-mx=1", "-mmt=on"])
            .arg(&seven)
            .arg(".")
            .within(&input.path)
            .makes(&seven),
    ];
    let samples = race(&jobs, runs)?;
    let entries = entries(&std::fs::read(&ours_file).context("iisle wrote no package")?)?;
    if entries < input.files {
        bail!("the package has {entries} entries, the folder {} files", input.files);
    }
    let size = |path: &Path| -> Result<f64> {
        let facts = std::fs::metadata(path)
            .with_context(|| format!("{} was not written", path.display()))?;
        Ok(megabytes(facts.len()))
    };
    let (ours_size, zip_size, seven_size) = (size(&ours_file)?, size(&zip)?, size(&seven)?);
    let seconds: Vec<f64> = samples.iter().map(|sample| sample.wall.as_secs_f64()).collect();
    let memory = megabytes(samples[0].peak_bytes);
    Ok(Findings {
        name: "pack",
        about: ABOUT,
        columns: vec![
            ("Input", format!("{origin}: {} files, {:.0} MB", input.files, megabytes(input.bytes))),
            ("iisle", format!("{:.2} s, {ours_size:.1} MB", seconds[0])),
            ("zip -r -6", format!("{:.2} s, {zip_size:.1} MB", seconds[1])),
            ("7z -mx=1", format!("{:.2} s, {seven_size:.1} MB", seconds[2])),
            ("iisle / zip", format!("{:.2}", seconds[0] / seconds[1])),
            ("Peak memory", format!("{memory:.0} MB")),
        ],
        bars: vec![
            Bar {
                what: "wall time of packing".to_owned(),
                found: seconds[0] / seconds[1],
                limit: SHARE_OF_ZIP,
                unit: " of zip -r -6's",
            },
            Bar {
                what: "size of the package".to_owned(),
                found: ours_size / zip_size,
                limit: 1.0,
                unit: " of zip -r -6's",
            },
            Bar {
                what: "peak memory of packing".to_owned(),
                found: memory,
                limit: MEMORY,
                unit: " MB",
            },
        ],
    })
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
