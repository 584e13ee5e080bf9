use iisle_report::{Finding, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Fact, Rule};
use crate::rules::rules;
use crate::settings::{Profile, Settings};
use crate::subject::{Config, Neighbors, Subject, WebConfigFile};

/// What a check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The environment that was judged for.
    pub profile: Profile,
    /// Sorted by severity, file, line and id; those let pass are among them, marked.
    pub findings: Vec<Finding>,
    /// Rules that could not judge, in the order of their ids.
    pub skipped: Vec<Skipped>,
    /// The findings counted.
    pub summary: Summary,
}

/// A rule whose facts were absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The rule.
    pub id: RuleId,
    /// The facts that were missing.
    pub needs: Vec<Fact>,
}

/// How many findings there are: each counts once, by its severity or as let pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Errors that count.
    pub errors: usize,
    /// Warnings that count.
    pub warnings: usize,
    /// Advice that counts.
    pub infos: usize,
    /// Findings of any severity that were let pass.
    pub allowed: usize,
}

impl Verdict {
    /// Whether nothing stops the deployment: no error that was not let pass.
    pub fn is_good(&self) -> bool {
        self.summary.errors == 0
    }
}

/// Judges a subject by every rule whose facts are there.
pub fn check(subject: &Subject<'_>, settings: &Settings) -> Verdict {
    check_by(rules(), subject, settings)
}

pub(crate) fn check_by(
    rules: impl Iterator<Item = &'static Rule>,
    subject: &Subject<'_>,
    settings: &Settings,
) -> Verdict {
    let config = subject.web_config.and_then(Config::read);
    let facts = Facts { subject, file: subject.web_config, config: config.as_ref() };
    let (mut findings, mut skipped) = (Vec::new(), Vec::new());
    for rule in rules {
        let mut into = Findings::new(rule, settings.profile, &mut findings);
        if facts.judge(rule.check, &mut into).is_none() {
            let needs = rule.needs().iter().copied().filter(|fact| facts.lack(*fact)).collect();
            skipped.push(Skipped { id: rule.id, needs });
        }
    }
    for finding in &mut findings {
        finding.allowed = settings.allows.iter().any(|allow| allow.covers(finding));
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    skipped.sort_by_key(|skipped| skipped.id);
    let summary = count(&findings);
    Verdict { profile: settings.profile, findings, skipped, summary }
}

fn count(findings: &[Finding]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        let counter = match finding.severity {
            _ if finding.allowed => &mut summary.allowed,
            Severity::Error => &mut summary.errors,
            Severity::Warning => &mut summary.warnings,
            Severity::Info => &mut summary.infos,
        };
        *counter += 1;
    }
    summary
}

struct Facts<'a> {
    subject: &'a Subject<'a>,
    file: Option<WebConfigFile<'a>>,
    config: Option<&'a Config<'a>>,
}

impl Facts<'_> {
    /// `None` when a fact is missing.
    fn judge(&self, check: Check, into: &mut Findings<'_>) -> Option<()> {
        let Subject { project, output, web_config: _, package } = *self.subject;
        let config = self.config;
        let neighbors = Neighbors { project, output, config, package };
        match check {
            Check::Project(judge) => judge(project?, into),
            Check::ProjectWith(judge) => judge(project?, neighbors, into),
            Check::Output(judge) => judge(output?, into),
            Check::OutputWith(judge) => judge(output?, neighbors, into),
            Check::OutputAndProject(judge) => judge(output?, project?, into),
            Check::ConfigFile(judge) => judge(&self.file?, into),
            Check::Config(judge) => judge(config?, into),
            Check::ConfigWith(judge) => judge(config?, neighbors, into),
            Check::ConfigAndOutput(judge) => judge(config?, output?, into),
            Check::ConfigAndProject(judge) => judge(config?, project?, into),
            Check::Package(judge) => judge(&package?, into),
        }
        Some(())
    }

    /// Whether a fact is missing to a rule that was skipped: such a rule needs a web.config that
    /// was read.
    fn lack(&self, fact: Fact) -> bool {
        match fact {
            Fact::Project => self.subject.project.is_none(),
            Fact::Output => self.subject.output.is_none(),
            Fact::WebConfig => self.config.is_none(),
            Fact::Package => self.subject.package.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use iisle_report::Severity;

    use super::Summary;
    use crate::rules::rules;
    use crate::testing::{ids, judge};
    use crate::{Allow, Fact, Profile, Settings};

    const BROKEN: &str = "
        == web.config
        <configuration>";
    const LEFT_IN: &str = r#"
        == web.config
        <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="true">
          <environmentVariables><environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Development" /></environmentVariables>
        </aspNetCore>"#;

    fn allowing(allows: &[&str]) -> Settings {
        let allows = allows.iter().map(|text| Allow::parse(text).unwrap()).collect();
        Settings { profile: Profile::Production, allows }
    }

    #[test]
    fn without_facts_every_rule_is_skipped_and_none_is_passed() {
        let verdict = judge("", &Settings::default());
        assert_eq!(verdict.skipped.len(), rules().count());
        assert_eq!(verdict.findings, []);
        assert!(verdict.skipped.iter().all(|skipped| !skipped.needs.is_empty()));
    }

    #[test]
    fn a_malformed_web_config_skips_what_needs_it_read() {
        let verdict = judge(BROKEN, &Settings::default());
        assert_eq!(ids(&verdict), ["W003"]);
        for rule in rules().filter(|rule| rule.needs().contains(&Fact::WebConfig)) {
            let skipped = verdict.skipped.iter().any(|skipped| skipped.id == rule.id);
            assert_eq!(skipped, rule.name != "web-config-malformed", "{}", rule.id);
        }
    }

    #[test]
    fn only_missing_facts_are_named() {
        let verdict = judge(LEFT_IN, &Settings::default());
        let skipped = verdict.skipped.iter().find(|it| it.id.to_string() == "W017").unwrap();
        assert_eq!(skipped.needs, [Fact::Output]);
    }

    #[test]
    fn what_is_let_pass_is_shown_and_counts_apart() {
        let verdict = judge(LEFT_IN, &allowing(&["W019", "W021=other.config"]));
        let allowed: Vec<_> = verdict.findings.iter().filter(|finding| finding.allowed).collect();
        assert_eq!(allowed.len(), 1);
        assert_eq!(
            (allowed[0].id.to_string().as_str(), allowed[0].severity),
            ("W019", Severity::Error)
        );
        assert_eq!(verdict.summary, Summary { errors: 0, warnings: 1, infos: 0, allowed: 1 });
        assert!(verdict.is_good());
        assert!(!judge(LEFT_IN, &allowing(&[])).is_good());
    }

    #[test]
    fn findings_are_sorted_by_severity_then_place() {
        let verdict = judge(LEFT_IN, &Settings::default());
        let keys: Vec<_> =
            verdict.findings.iter().map(|it| (it.severity, it.location.clone())).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(ids(&verdict), ["W019", "W021"]);
    }

    #[test]
    fn every_rule_has_an_identity_and_prose() {
        let mut seen = BTreeSet::new();
        for rule in rules() {
            assert!(seen.insert(rule.id.to_string()), "{} twice", rule.id);
            assert!(seen.insert(rule.name.to_owned()), "{} twice", rule.name);
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(rule.name.chars().all(kebab), "{}", rule.name);
            assert!(rule.explain.contains("**How to mend.**"), "{}", rule.id);
            assert!(rule.explain.lines().all(|line| line.chars().count() <= 110), "{}", rule.id);
            assert!(!rule.help.is_empty() && !rule.source.is_empty(), "{}", rule.id);
            assert!(!rule.help.ends_with('.') && !rule.symptom.ends_with('.'), "{}", rule.id);
            assert_eq!(crate::find(rule.id).map(|found| found.id), Some(rule.id));
        }
    }
}
