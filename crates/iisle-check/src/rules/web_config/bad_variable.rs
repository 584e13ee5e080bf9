use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Entry, Scope};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 18),
    name: "bad-environment-variable",
    severity: Severity::Error,
    help: "write <environmentVariable name=\"…\" value=\"…\" />",
    explain: include_str!("bad_variable.md"),
    symptom: "500.19 0x8007000d",
    source: "dotnet/aspnetcore, aspnetcore_schema_v2.xml and CommonLib",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for section in config.xml.scopes().iter().flat_map(Scope::asp_net_core) {
        for variables in section.environment_variables() {
            for stranger in variables.strangers() {
                let message = format!("<{}> is not allowed here (500.19)", stranger.name);
                findings.push(config.element(stranger), message);
            }
            for entry in variables.entries() {
                incomplete(config, entry, findings);
            }
            duplicates(config, &variables.effective(), findings);
        }
    }
}

fn incomplete(config: &Config<'_>, entry: Entry<'_>, findings: &mut Findings<'_>) {
    let missing = if entry.element.value("name").unwrap_or_default().is_empty() {
        "an environment variable without name is not allowed (500.19)".to_owned()
    } else if entry.value().is_none() {
        format!("the environment variable '{}' has no value attribute (500.19)", entry.name())
    } else {
        return;
    };
    findings.push(config.element(entry.element), missing);
}

fn duplicates(config: &Config<'_>, entries: &[Entry<'_>], findings: &mut Findings<'_>) {
    for (index, entry) in entries.iter().enumerate() {
        let same = |other: &&Entry<'_>| other.name().eq_ignore_ascii_case(entry.name());
        let Some(first) = entries[..index].iter().find(same).filter(|_| !entry.name().is_empty())
        else {
            continue;
        };
        let message =
            format!("variable '{}' defined twice; last wins from 3.0, error before", entry.name());
        findings
            .push(config.element(entry.element), message)
            .severity(Severity::Warning)
            .evidence(format!("the first one is at {}", first.element.position))
            .fix("remove the one that is not meant");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn entries_of_another_form_are_errors() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet">
              <environmentVariables>
                <add name="A" value="B" />
                <environmentVariable value="B" />
                <environmentVariable name="C" />
                <environmentVariable name="D" value="" />
              </environmentVariables>
            </aspNetCore>
        "#), @"
        error web.config:10:11 <add> is not allowed here (500.19)
        error web.config:11:11 an environment variable without name is not allowed (500.19)
        error web.config:12:11 the environment variable 'C' has no value attribute (500.19)
        ");
    }

    #[test]
    fn a_name_given_twice_is_a_warning_unless_cleared_between() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet">
              <environmentVariables>
                <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Staging" />
                <environmentVariable name="aspnetcore_environment" value="Production" />
              </environmentVariables>
            </aspNetCore>
        "#), @"
        warning web.config:11:11 variable 'aspnetcore_environment' defined twice; last wins from 3.0, error before
          the first one is at 10:11
        ");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet">
              <environmentVariables>
                <environmentVariable name="A" value="1" />
                <clear />
                <environmentVariable name="A" value="2" />
              </environmentVariables>
            </aspNetCore>
        "#), @"");
    }
}
