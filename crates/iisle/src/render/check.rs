use std::fmt::Write;

use iisle_ops::{Rule, Verdict};
use iisle_report::Finding;

use super::style::{BOLD, DIM, GOOD, HINT, of};
use super::text::{count, printable, table};

/// Findings, worst first, and a count.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let mut text: String = verdict.findings.iter().map(finding).collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text + &summary(verdict) + "\n"
}

/// One line that counts.
pub(crate) fn summary(verdict: &Verdict) -> String {
    let counts = verdict.summary;
    let named = [
        (counts.errors as u64, "error"),
        (counts.warnings as u64, "warning"),
        (counts.infos as u64, "note"),
    ];
    let mut parts: Vec<_> =
        named.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(*n, noun)).collect();
    if counts.allowed > 0 {
        parts.push(format!("{} allowed", counts.allowed));
    }
    let found = if parts.is_empty() {
        format!("{GOOD}nothing to complain about{GOOD:#}")
    } else {
        parts.join(", ")
    };
    let skipped = verdict.skipped.len() as u64;
    if skipped == 0 {
        found
    } else {
        format!("{found}{DIM}; {} skipped for lack of facts{DIM:#}", count(skipped, "rule"))
    }
}

/// A finding as people read it.
pub(crate) fn finding(finding: &Finding) -> String {
    let Finding { id, name, severity, message, location, evidence, fix, symptom, allowed } =
        finding;
    let style = of(*severity);
    let note = if *allowed { " (allowed)" } else { "" };
    let mut text =
        format!("{style}{}{style:#}[{id}] {}{note}\n", severity.word(), printable(message));
    let mut line = |label: &str, value: &str| {
        writeln!(text, "  {DIM}{label}{DIM:#} {}", printable(value))
            .expect("a string takes everything");
    };
    if let Some(location) = location {
        line("-->", &location.to_string());
    }
    for fact in evidence {
        line("  =", fact);
    }
    if let Some(symptom) = symptom.as_ref().filter(|symptom| !symptom.is_empty()) {
        line("on IIS:", symptom);
    }
    writeln!(text, "  {HINT}fix{HINT:#}: {} {DIM}({name}){DIM:#}", printable(fix))
        .expect("a string takes everything");
    text
}

/// A rule with its prose.
pub(crate) fn explanation(rule: &Rule) -> String {
    let style = of(rule.severity);
    let mut text = format!(
        "{BOLD}{} {}{BOLD:#} ({style}{}{style:#})\n\n{}",
        rule.id,
        rule.name,
        rule.severity.word(),
        rule.explain
    );
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let needs: Vec<_> = rule.needs().iter().map(|fact| fact.word()).collect();
    let symptom = if rule.symptom.is_empty() { "nothing a visitor sees" } else { rule.symptom };
    write!(
        text,
        "\nOn IIS:  {symptom}\nTo mend: {}\nNeeds:   {}\nSource:  {}\n",
        rule.help,
        needs.join(", "),
        rule.source
    )
    .expect("a string takes everything");
    text
}

/// All rules, a line each.
pub(crate) fn rule_list<'a>(rules: impl Iterator<Item = &'a Rule>) -> String {
    let row = |rule: &Rule| {
        [
            rule.id.to_string(),
            rule.severity.word().to_owned(),
            rule.name.to_owned(),
            rule.help.to_owned(),
        ]
        .to_vec()
    };
    table(&rules.map(row).collect::<Vec<_>>(), 0)
}
