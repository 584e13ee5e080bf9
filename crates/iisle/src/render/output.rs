use std::collections::BTreeMap;
use std::fmt::Write;

use iisle_ops::Hosting;
use iisle_ops::facts::image::{Machine, NativeCode};
use iisle_ops::facts::publish::{
    Arch, Class, ClassSum, File, FrameworkReference, Kind, PublishOutput, Severity,
};

use super::inspect::{kind, rows};
use super::style::{BOLD, DIM, ERROR, HINT, WARNING};
use super::text::{count, printable, size, table};
use crate::wire::Files;

/// Bars are so long at most.
const BAR: u64 = 32;
/// So many of the largest files are named.
const LARGEST: usize = 5;

/// A publish output as a picture: what it is and why, what the server must bring, where the bytes
/// are, what is wrong.
pub(super) fn publish_output(root: &str, output: &PublishOutput, files: Files) -> String {
    let bytes: u64 = output.classes.values().map(|sum| sum.size).sum();
    let number: u64 = output.classes.values().map(|sum| sum.files).sum();
    let mut text = format!("{BOLD}{}{BOLD:#}\n", printable(root));
    text += &facts(output);
    text += &section("on the server");
    text += &server(output);
    let images = images(output);
    if !images.is_empty() {
        text += &section("programs and libraries");
        text += &images;
    }
    text += &section(&format!("{}, {}", count(number, "file"), size(bytes)));
    text += &classes(output, number, bytes);
    if files == Files::Summed {
        text += &largest(output);
    }
    text += &troubles(output);
    if files == Files::Listed {
        text += &section("files");
        text += &file_table(output);
    }
    text
}

fn section(title: &str) -> String {
    format!("\n{BOLD}{title}{BOLD:#}\n")
}

fn facts(output: &PublishOutput) -> String {
    let flags: Vec<_> = output.flags.iter().map(|flag| flag.word()).collect();
    let candidates =
        if output.entry.is_none() { output.candidates.join(", ") } else { String::new() };
    let process = output.arch.map(|arch| {
        let because = output.evidence.iter().find(|evidence| evidence.fact == "arch");
        let because = because.map(|evidence| format!("   ({})", evidence.because));
        format!("{}{}", arch.word(), because.unwrap_or_default())
    });
    rows(&[
        ("kind", format!("{} ({})", kind(output.kind), output.kind.word())),
        ("entry", output.entry.clone().unwrap_or_default()),
        ("candidates", candidates),
        ("process", process.unwrap_or_default()),
        ("runtime id", output.rid.clone().unwrap_or_default()),
        ("framework", output.target_framework.clone().unwrap_or_default()),
        ("flags", flags.join(", ")),
        ("web.config", web_config(output)),
    ])
}

/// What the host of the app will need.
fn server(output: &PublishOutput) -> String {
    let hosting = output.web_config.as_ref().and_then(|file| file.content.as_ref().ok()?.hosting());
    let in_process = hosting.as_ref().and_then(Hosting::hosting_model);
    let module = hosting.as_ref().and_then(Hosting::module).map(|module| {
        let model = in_process.map_or(String::new(), |model| format!(", {}", model.word()));
        format!("{module}{model}")
    });
    let runtime = match (output.self_contained, output.frameworks.is_empty()) {
        (Some(true), _) => {
            let brought = frameworks(&output.included_frameworks);
            if brought.is_empty() {
                "none, it is in the output".to_owned()
            } else {
                format!("none, the output brings {brought}")
            }
        }
        (_, false) => frameworks(&output.frameworks),
        (_, true) => match output.kind {
            Kind::Netfx => ".NET Framework".to_owned(),
            Kind::Static | Kind::Native | Kind::Aot => "none".to_owned(),
            _ => String::new(),
        },
    };
    let install = output
        .frameworks
        .iter()
        .find(|framework| framework.name == "Microsoft.AspNetCore.App")
        .filter(|_| output.self_contained != Some(true))
        .map(|framework| {
            let version: Vec<&str> = framework.version.split('.').take(2).collect();
            format!("the Hosting Bundle of .NET {}", version.join("."))
        });
    let install = install.or_else(|| {
        module.as_ref().map(|_| "the Hosting Bundle of any .NET, for its module".to_owned())
    });
    let pool = match output.arch {
        Some(Arch::Machine(Machine::X86)) => "32-bit (enable32BitAppOnWin64), no managed code",
        Some(Arch::Machine(Machine::X64 | Machine::Arm64)) => "64-bit, no managed code",
        _ if output.kind == Kind::Netfx => "managed code v4.0",
        _ if module.is_some() => "32-bit or 64-bit, no managed code",
        _ => "",
    };
    rows(&[
        ("runtime", runtime),
        ("install", install.unwrap_or_default()),
        ("module", module.unwrap_or_default()),
        ("pool", pool.to_owned()),
    ])
}

fn frameworks(references: &[FrameworkReference]) -> String {
    let shown = references.iter().map(|framework| {
        let how = framework.roll_forward.as_deref().map(|how| format!(" ({how})"));
        format!("{} {}{}", framework.name, framework.version, how.unwrap_or_default())
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Images by what they run as and what code they hold.
fn images(output: &PublishOutput) -> String {
    let mut sums: BTreeMap<(String, &'static str), (u64, u64)> = BTreeMap::new();
    for file in &output.files {
        let Some(image) = &file.image else { continue };
        let Some(runs_as) = &image.runs_as else { continue };
        let code = match (image.managed, image.native_code) {
            (Some(true), NativeCode::ReadyToRun) => "managed, compiled ahead (r2r)",
            (Some(true), NativeCode::Mixed) => "mixed managed and native",
            (Some(true), _) => "managed",
            _ => "native",
        };
        let sum = sums.entry((runs_as.word().into_owned(), code)).or_default();
        sum.0 += 1;
        sum.1 += file.size;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(&b.0)));
    let row = |((runs_as, code), (number, bytes)): ((String, &'static str), (u64, u64))| {
        vec![runs_as, count(number, "image"), size(bytes), code.to_owned()]
    };
    table(&sums.into_iter().map(row).collect::<Vec<_>>(), 2)
}

/// Sizes by class, the largest first, with its share and a bar.
fn classes(output: &PublishOutput, number: u64, total: u64) -> String {
    let mut sums: Vec<_> = output.classes.iter().collect();
    sums.sort_by_key(|(class, sum)| (std::cmp::Reverse(sum.size), **class));
    let row = |(class, sum): &(&Class, &ClassSum)| {
        let share = sum.size.saturating_mul(1000) / total.max(1);
        let width = sum.size.saturating_mul(BAR) / total.max(1);
        // Whatever is there at all shows.
        let width = if sum.size > 0 { width.max(1) } else { width };
        vec![
            class.word().to_owned(),
            format!("{:>5}", sum.files),
            format!("{:>9}", size(sum.size)),
            format!("{:>3}.{}%", share / 10, share % 10),
            "#".repeat(usize::try_from(width).unwrap_or(0)),
        ]
    };
    let mut lines: Vec<Vec<String>> = sums.iter().map(row).collect();
    if lines.len() > 1 {
        lines.push(vec![
            "all".to_owned(),
            format!("{number:>5}"),
            format!("{:>9}", size(total)),
            "100.0%".to_owned(),
        ]);
    }
    table(&lines, 2)
}

fn largest(output: &PublishOutput) -> String {
    let mut files: Vec<&File> = output.files.iter().filter(|file| file.size > 0).collect();
    files.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.path.cmp(&b.path)));
    if files.len() <= LARGEST {
        return String::new();
    }
    let row = |file: &&File| {
        vec![
            format!("{:>9}", size(file.size)),
            file.class.word().to_owned(),
            printable(file.path.as_str()).into_owned(),
        ]
    };
    let rows: Vec<_> = files.iter().take(LARGEST).map(row).collect();
    format!("\n  {DIM}the largest{DIM:#}\n{}", table(&rows, 2))
}

/// Conflicts and observations, the worst first.
fn troubles(output: &PublishOutput) -> String {
    let conflicts = output.conflicts.iter().map(|conflict| {
        let path = printable(conflict.path.as_str());
        let evidence = printable(&conflict.evidence);
        (conflict.severity, format!("{path} is {}: {evidence}", conflict.class()))
    });
    let observations = output.observations.iter().map(|seen| {
        let path =
            seen.path.as_deref().map(|path| format!(" {}", printable(path))).unwrap_or_default();
        (seen.severity, format!("{}{path}: {}", seen.what.word(), printable(&seen.detail)))
    });
    let mut all: Vec<(Severity, String)> = conflicts.chain(observations).collect();
    let rank = |severity: Severity| match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    };
    all.sort_by_key(|(severity, _)| rank(*severity));
    let mut text = if all.is_empty() { String::new() } else { "\n".to_owned() };
    for (severity, words) in all {
        let (style, word) = match severity {
            Severity::Error => (ERROR, "error"),
            Severity::Warning => (WARNING, "warning"),
            Severity::Info => (HINT, "info"),
        };
        writeln!(text, "{style}{word}{style:#}: {words}").expect("a string takes everything");
    }
    text
}

fn file_table(output: &PublishOutput) -> String {
    let row = |file: &File| {
        let what = file
            .image
            .as_ref()
            .and_then(|image| image.runs_as.as_ref())
            .map(|runs_as| runs_as.word().into_owned());
        vec![
            format!("{:>9}", size(file.size)),
            file.class.word().to_owned(),
            what.unwrap_or_default(),
            printable(file.path.as_str()).into_owned(),
        ]
    };
    table(&output.files.iter().map(row).collect::<Vec<_>>(), 2)
}

fn web_config(output: &PublishOutput) -> String {
    let Some(file) = &output.web_config else { return "none".to_owned() };
    let config = match &file.content {
        Ok(config) => config,
        Err(error) => return format!("cannot be read: {error}"),
    };
    let Some(hosting) = config.hosting() else { return "without aspNetCore".to_owned() };
    let start = format!("{} {}", hosting.section.process_path(), hosting.section.arguments());
    format!("starts `{}`", start.trim())
}
