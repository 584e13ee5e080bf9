use iisle_report::{Finding, Location, Severity};

use crate::rule::Rule;
use crate::settings::Profile;

/// Where a rule puts what it finds.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    rule: &'static Rule,
    profile: Profile,
    found: &'a mut Vec<Finding>,
}

/// A finding that was just put: what follows refines it.
pub(crate) struct Put<'a>(&'a mut Finding);

impl<'a> Findings<'a> {
    pub(crate) fn new(rule: &'static Rule, profile: Profile, found: &'a mut Vec<Finding>) -> Self {
        Self { rule, profile, found }
    }

    /// The environment that is judged for.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Adds a finding with the rule's own severity, fix and symptom.
    pub(crate) fn push(&mut self, location: Location, message: impl Into<String>) -> Put<'_> {
        let rule = self.rule;
        Put(self.found.push_mut(Finding {
            id: rule.id,
            name: rule.name,
            severity: rule.severity,
            message: message.into(),
            location: Some(location),
            evidence: Vec::new(),
            fix: rule.help.to_owned(),
            symptom: (!rule.symptom.is_empty()).then(|| rule.symptom.to_owned()),
            allowed: false,
        }))
    }
}

impl Put<'_> {
    pub(crate) fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    pub(crate) fn evidence(self, text: impl Into<String>) -> Self {
        self.0.evidence.push(text.into());
        self
    }

    pub(crate) fn fix(self, text: impl Into<String>) -> Self {
        self.0.fix = text.into();
        self
    }

    pub(crate) fn symptom(self, text: impl Into<String>) -> Self {
        self.0.symptom = Some(text.into());
        self
    }
}
