use iisle_ops::{Rule, Verdict};
use serde_json::{Value, json};

use super::shared::WireFinding;

/// `check`: section 6.
pub(crate) fn check_body(verdict: &Verdict) -> Value {
    let skipped: Vec<_> = verdict
        .skipped
        .iter()
        .map(|s| json!({ "id": s.id.to_string(), "needs": s.needs.iter().map(|fact| fact.word()).collect::<Vec<_>>() }))
        .collect();
    let summary = verdict.summary;
    json!({
        "profile": verdict.profile.word(),
        "findings": verdict.findings.iter().map(WireFinding::of).collect::<Vec<_>>(),
        "skipped": skipped,
        "summary": {
            "errors": summary.errors, "warnings": summary.warnings, "infos": summary.infos, "allowed": summary.allowed,
        },
        "fixed": [],
    })
}

/// `explain`: section 6.
pub(crate) fn explain_body(rule: &Rule) -> Value {
    json!({ "rule": self::rule(rule) })
}

/// `rules`: section 6.
pub(crate) fn rules_body<'a>(rules: impl Iterator<Item = &'a Rule>) -> Value {
    json!({ "rules": rules.map(rule).collect::<Vec<_>>() })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id.to_string(),
        "name": rule.name,
        "severity": rule.severity.word(),
        "group": rule.id.group().to_string(),
        "help": rule.help,
        "explanation": rule.explain,
        "symptom": rule.symptom,
        "source": rule.source,
        "needs": rule.needs().iter().map(|fact| fact.word()).collect::<Vec<_>>(),
    })
}
