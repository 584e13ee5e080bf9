use std::fmt::Write;

use iisle_ops::{PublishReport, State, Step};
use iisle_report::Severity;

use super::check::{finding, summary};
use super::inspect::kind;
use super::style::{BOLD, DIM, ERROR, GOOD, WARNING, warning};
use super::text::printable;
use super::{pack, sync, webconfig};

/// The width of the column of steps.
const INDENT: &str = "            ";

/// What a publish did, step by step, and what to do next.
pub(crate) fn publish(report: &PublishReport) -> String {
    let mut text = String::new();
    for step in &report.steps {
        if matches!(step.state, State::Skipped | State::NotRun) {
            continue;
        }
        let style = if step.state == State::Failed { ERROR } else { GOOD };
        let label = format!("{:>10}", step.step.word());
        writeln!(text, "{style}{label}{style:#}  {}", detail(report, step.step, step.state))
            .expect("a string takes everything");
        text += &below(report, step.step);
    }
    text + &last(report)
}

/// The line of a step.
fn detail(report: &PublishReport, step: Step, state: State) -> String {
    let word = state.word();
    let line = match step {
        Step::Read => read(report),
        Step::WebConfig => report.web_config.as_ref().map(|w| {
            let path = w.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
            let how = match (w.differs, w.written, w.created) {
                (false, ..) => "right already",
                (true, true, true) => "generated",
                (true, true, false) => "written",
                (true, false, true) => "would be generated",
                (true, false, false) => "would be written",
            };
            format!("{} {how}", printable(&path))
        }),
        Step::Check => report.check.as_ref().map(summary),
        Step::Logs => report.logs.as_ref().map(|logs| {
            let how = if logs.created { "created" } else { "is there" };
            format!("{}/ {how}", printable(&logs.path))
        }),
        Step::Package => report.package.as_ref().map(|package| {
            let how = if package.is_unchanged() { " (unchanged)" } else { "" };
            format!("{}{how}", pack::line(package))
        }),
        Step::Sync => report.sync.as_ref().map(|s| {
            let to = s.destination.display().to_string();
            format!("{}: {}", printable(&to), sync::totals(s))
        }),
        Step::Build | Step::Provision | Step::Probe => None,
    };
    line.unwrap_or_else(|| word.to_owned())
}

fn read(report: &PublishReport) -> Option<String> {
    let output = report.publish_output.as_ref()?;
    let entry = output.entry.as_deref().unwrap_or("?");
    let rid = output.rid.as_deref().map(|rid| format!(", {rid}")).unwrap_or_default();
    let framework =
        output.target_framework.as_deref().map(|f| format!("{f}, ")).unwrap_or_default();
    Some(format!("{BOLD}{}{BOLD:#}: {framework}{}{rid}", printable(entry), kind(output.kind)))
}

/// What stands below the line of a step.
fn below(report: &PublishReport, step: Step) -> String {
    match step {
        Step::Read => report.disagreements.iter().map(|w| warning(w, INDENT)).collect(),
        Step::WebConfig => {
            report.web_config.as_ref().map(|w| webconfig::details(w, INDENT)).unwrap_or_default()
        }
        Step::Check => {
            let findings = report.check.iter().flat_map(|verdict| &verdict.findings);
            let shown = findings.filter(|f| f.severity < Severity::Info).map(finding);
            indented(&shown.collect::<String>())
        }
        Step::Sync => {
            let plan = report.sync.as_ref().and_then(|s| s.plan.as_ref());
            indented(&plan.map(sync::plan_lines).unwrap_or_default())
        }
        Step::Build | Step::Logs | Step::Package | Step::Provision | Step::Probe => String::new(),
    }
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| [INDENT, line, "\n"]).collect()
}

/// The last line: how it ended and what comes next.
fn last(report: &PublishReport) -> String {
    let style = if report.outcome.exit_code() == 0 { GOOD } else { ERROR };
    let mut text = format!("\n{style}{}{style:#}", report.outcome.word());
    let next = match (&report.package, &report.sync) {
        _ if report.outcome.exit_code() != 0 => None,
        (Some(package), _) => {
            let stem = package.package.path.with_extension("deploy.cmd");
            Some(format!(
                "deploy the package on the server: {} /Y",
                printable(&stem.display().to_string())
            ))
        }
        (None, None) => Some("add --package FILE.zip or --to DIR to deploy it".to_owned()),
        (None, Some(_)) => None,
    };
    match next {
        Some(next) => writeln!(text, "{DIM}; next: {next}{DIM:#}"),
        None => writeln!(text),
    }
    .expect("a string takes everything");
    let warnings = report.check.as_ref().map_or(0, |verdict| verdict.summary.warnings);
    if report.outcome.exit_code() == 0 && warnings > 0 {
        writeln!(text, "{WARNING}look at the warnings above before visitors do{WARNING:#}")
            .expect("a string takes everything");
    }
    text
}
