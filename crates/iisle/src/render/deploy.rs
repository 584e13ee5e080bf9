use std::fmt::Write;

use iisle_ops::{DeployReport, DeployedParameter, SyncOutcome};

use super::style::{BOLD, DIM, ERROR, GOOD, warning};
use super::sync::{
    copy_line, drift_line, kept_lines, offline_line, plan_lines, swap_line, totals_text,
};
use super::text::{count, printable};

/// What was deployed, or would be.
pub(crate) fn deploy(report: &DeployReport) -> String {
    let mut text = String::new();
    let is_done = matches!(report.outcome, SyncOutcome::Ended(_));
    let exit = report.outcome.exit_code();
    if !is_done || exit == 1 {
        for content in &report.contents {
            if report.contents.len() > 1 {
                let root = content.root.display().to_string();
                line(&mut text, &format!("{BOLD}{}{BOLD:#}", printable(&root)));
            }
            text += &plan_lines(&content.plan);
        }
    }
    text.extend(report.warnings.iter().map(|found| warning(found, "")));
    let style = if exit == 0 { GOOD } else { ERROR };
    let word = report.outcome.word();
    let package = report.package.display().to_string();
    let totals = totals_text(report.totals, report.outcome);
    line(&mut text, &format!("{style}{word}{style:#} {}: {totals}", printable(&package)));
    if is_done && exit != 1 {
        text += &kept_lines(&report.kept);
    }
    text += &drift_line(report.outcome, &report.drift, &report.kept);
    text += &report.swapping.map(|time| swap_line(time, report.offline)).unwrap_or_default();
    if exit == 0 {
        text.extend(
            report.contents.iter().find_map(|content| offline_line(content.basis.as_ref())),
        );
    }
    text.extend(report.copies.iter().map(copy_line));
    for provider in &report.providers {
        let to = match &provider.to {
            Some(to) => format!("-> {}", printable(&to.display().to_string())),
            None => "left out".to_owned(),
        };
        let (name, path) = (printable(&provider.name), printable(&provider.path));
        line(&mut text, &format!("  {name} {path} {to}"));
    }
    for parameter in &report.parameters {
        line(&mut text, &format!("  {DIM}{}{DIM:#}", parameter_line(parameter)));
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes everything");
}

fn parameter_line(parameter: &DeployedParameter) -> String {
    let DeployedParameter { name, value, origin, changed } = parameter;
    let value = value.as_deref().map_or("…".into(), printable);
    let places: u64 = changed.iter().map(|(_, places)| places).sum();
    let places = if changed.is_empty() {
        String::new()
    } else {
        format!(", {} in {}", count(places, "place"), count(changed.len() as u64, "file"))
    };
    format!("{} = {value} ({}{places})", printable(name), origin.word())
}
