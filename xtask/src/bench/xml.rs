//! `iisle xdt` on large and small documents, and how its time grows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::bar::{Bar, Findings};
use super::measure::{Job, Sample, instant, race};
use super::pack::megabytes;

/// Settings of the large document: 10 MB.
const SETTINGS: usize = 110_400;
const DIRECTIVES: usize = 1_000;
/// Settings of the small document: 5 KB.
const FEW_SETTINGS: usize = 51;
/// The most seconds for the large document.
const SECONDS: f64 = 0.5;
/// The most memory for it, in sizes of the document.
const MEMORY: f64 = 12.0;
/// The most milliseconds for the small document, the start of the program included.
const MILLISECONDS: f64 = 3.0;
/// Runs for each of the asked-for ones with the small document: it is over at once.
const STARTS: usize = 20;
/// What sixteen times the work may take: a quarter more than sixteen times as long.
const GROWTH: f64 = 20.0;

const ABOUT: &str = "\
`iisle xdt SOURCE TRANSFORM -o OUT`: a web.config of 10 MB with 1,000 directives, beside `xmllint --noout` \
(parses) and `xmllint --c14n` (parses and writes) on the same document; one of 5 KB with 8 directives; the smallest \
of the growing documents also with the reference engine, where `--engine PROGRAM` names something that runs it as \
PROGRAM SOURCE TRANSFORM OUT (on 10 MB it takes minutes); and 1, 4 and 16 times as much document (to 10 MB, 100 directives) and as many directives (to 1,600, \
2.5 MB). Bars: 0.5 s, 12 times the input in memory, 3 ms, and 20 times the time for 16 times the work.";

/// Measures on documents made below `scratch`.
pub(super) fn measure(
    iisle: &Path,
    engine: Option<&Path>,
    scratch: &Path,
    runs: usize,
) -> Result<Findings> {
    let scratch = scratch.join("xml");
    std::fs::create_dir_all(&scratch).context("cannot create the folder for documents")?;
    let made = Made { iisle, scratch: &scratch };

    let large = made.task("large", SETTINGS, DIRECTIVES)?;
    let jobs = [
        large.job.clone(),
        Job::new("xmllint").args(["--noout", "--huge"]).arg(&large.source),
        Job::new("xmllint").args(["--c14n", "--huge"]).arg(&large.source),
    ];
    let samples = race(&jobs, runs)?;
    let seconds: Vec<f64> = samples.iter().map(|sample| sample.wall.as_secs_f64()).collect();
    let memory = megabytes(samples[0].peak_bytes) / megabytes(large.bytes);

    let small = made.task("small", FEW_SETTINGS, 8)?;
    let [whole, start] = instant([&small.job, &Job::new(iisle).arg("--version")], runs * STARTS)?;
    let whole = whole.as_secs_f64() * 1e3;

    let documents = [1, 4, 16].map(|times| (SETTINGS / 16 * times, 100));
    let documents = made.growth("document", documents, runs)?;
    let engine = match engine {
        None => "not given".to_owned(),
        Some(engine) => made.beside(engine, runs)?,
    };
    let directives = [1, 4, 16].map(|times| (SETTINGS / 4, 100 * times));
    let directives = made.growth("directives", directives, runs)?;

    Ok(Findings {
        name: "xml",
        about: ABOUT,
        columns: vec![
            ("Input", format!("{:.1} MB, {DIRECTIVES} directives", megabytes(large.bytes))),
            ("iisle xdt", shown(&samples[0])),
            ("xmllint --noout", shown(&samples[1])),
            ("xmllint --c14n", shown(&samples[2])),
            ("Document × 1, engine", engine),
            ("Memory / input", format!("{memory:.1}")),
            (
                "Small",
                format!(
                    "{:.1} KB in {whole:.2} ms, `--version` {:.2} ms",
                    megabytes(small.bytes) * 1e3,
                    start.as_secs_f64() * 1e3
                ),
            ),
            ("Document × 1, 4, 16", list(documents)),
            ("Directives × 1, 4, 16", list(directives)),
        ],
        bars: vec![
            Bar::new("10 MB and 1,000 directives", seconds[0], SECONDS, " s"),
            Bar::new("memory for them", memory, MEMORY, " of the input"),
            Bar::new("5 KB, from start to end", whole, MILLISECONDS, " ms"),
            Bar::new(
                "16 times the document",
                documents[2] / documents[0],
                GROWTH,
                " times as long",
            ),
            Bar::new(
                "16 times the directives",
                directives[2] / directives[0],
                GROWTH,
                " times as long",
            ),
        ],
    })
}

fn shown(sample: &Sample) -> String {
    format!("{:.2} s, {:.0} MB", sample.wall.as_secs_f64(), megabytes(sample.peak_bytes))
}

fn list(seconds: [f64; 3]) -> String {
    seconds.map(|seconds| format!("{:.0} ms", seconds * 1e3)).join(", ")
}

/// Where documents are made, and for whom.
struct Made<'a> {
    iisle: &'a Path,
    scratch: &'a Path,
}

/// A document, a transform, and the command that applies it.
struct Task {
    source: PathBuf,
    transform: PathBuf,
    bytes: u64,
    job: Job,
}

impl Made<'_> {
    fn task(&self, name: &str, settings: usize, directives: usize) -> Result<Task> {
        let path = |kind: &str| self.scratch.join(format!("{name}.{kind}.config"));
        let (source, transform, out) = (path("source"), path("transform"), path("out"));
        let document = document(settings);
        std::fs::write(&source, &document).context("cannot write a document")?;
        std::fs::write(&transform, script(directives, settings))
            .context("cannot write a transform")?;
        let job = Job::new(self.iisle).arg("xdt").arg(&source).arg(&transform);
        let job = job.arg("-o").arg(&out).makes(&out);
        Ok(Task { source, transform, bytes: document.len() as u64, job })
    }

    /// What the engine takes for the smallest of the growing documents, and what we take.
    fn beside(&self, engine: &Path, runs: usize) -> Result<String> {
        let task = self.task("document0", SETTINGS / 16, 100)?;
        let out = self.scratch.join("engine.config");
        let job = Job::new(engine).arg(&task.source).arg(&task.transform).arg(&out).makes(&out);
        let samples = race(&[task.job, job], runs)?;
        let [ours, theirs] = [0, 1].map(|index| samples[index].wall.as_secs_f64());
        Ok(format!("{theirs:.2} s, iisle {ours:.3} s"))
    }

    /// The wall times for three amounts of settings and directives, in seconds.
    fn growth(&self, name: &str, amounts: [(usize, usize); 3], runs: usize) -> Result<[f64; 3]> {
        let mut jobs = Vec::new();
        for (index, (settings, directives)) in amounts.into_iter().enumerate() {
            jobs.push(self.task(&format!("{name}{index}"), settings, directives)?.job);
        }
        let samples = race(&jobs, runs)?;
        Ok(std::array::from_fn(|index| samples[index].wall.as_secs_f64()))
    }
}

/// A web.config with so many settings, a tenth as many rewrite rules, and what an application
/// has.
fn document(settings: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n  <appSettings>\n",
    );
    for n in 0..settings {
        let _ok = writeln!(
            text,
            "    <add key=\"Setting{n:06}\" value=\"value {n} of the application\" />"
        );
    }
    text += "  </appSettings>\n  <system.webServer>\n    <handlers>\n      <add name=\"aspNetCore\" path=\"*\" \
        verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" />\n    </handlers>\n    \
        <aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" stdoutLogEnabled=\"false\" \
        stdoutLogFile=\".\\logs\\stdout\" hostingModel=\"inprocess\" />\n    <rewrite>\n      <rules>\n";
    for n in 0..settings / 10 {
        let _ok = writeln!(
            text,
            "        <rule name=\"rule{n}\" stopProcessing=\"true\">\n          <match url=\"^old/{n}/(.*)$\" />\n          \
             <action type=\"Redirect\" url=\"/new/{n}/{{R:1}}\" redirectType=\"Permanent\" />\n        </rule>"
        );
    }
    text + "      </rules>\n    </rewrite>\n  </system.webServer>\n</configuration>\n"
}

/// A transform with so many directives: mostly settings found by their key and changed, removed
/// or replaced, and new ones; they are spread over the document.
fn script(directives: usize, settings: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <configuration xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\">\n  <appSettings>\n",
    );
    for n in 0..directives {
        let key = n * 7919 % settings;
        let (attributes, transform, by_key) = match n % 10 {
            0..=5 => {
                (format!("key=\"Setting{key:06}\" value=\"changed\""), "SetAttributes(value)", true)
            }
            6 => (format!("key=\"Setting{key:06}\""), "Remove", true),
            7 => (format!("key=\"Setting{key:06}\" value=\"replaced\""), "Replace", true),
            8 => (format!("key=\"New{n}\" value=\"new\""), "Insert", false),
            _ => (format!("key=\"Missing{n}\" value=\"new\""), "InsertIfMissing", true),
        };
        let locator = if by_key { " xdt:Locator=\"Match(key)\"" } else { "" };
        let _ok = writeln!(text, "    <add {attributes} xdt:Transform=\"{transform}\"{locator} />");
    }
    text + "  </appSettings>\n</configuration>\n"
}

#[cfg(test)]
mod tests {
    use super::{FEW_SETTINGS, SETTINGS, document, script};

    #[test]
    fn the_documents_have_ten_megabytes_and_five_kilobytes() {
        let size = document(SETTINGS).len();
        assert!((9_900_000..10_200_000).contains(&size), "{size}");
        let size = document(FEW_SETTINGS).len();
        assert!((4_800..5_300).contains(&size), "{size}");
    }

    #[test]
    fn every_directive_stands_in_the_transform() {
        assert_eq!(script(100, 1000).matches("xdt:Transform=").count(), 100);
    }
}
