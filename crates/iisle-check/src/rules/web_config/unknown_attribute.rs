use iisle_report::{RuleId, Severity};
use iisle_webconfig::{HostKind, Scope, attribute, attributes};
use strsim::levenshtein;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 11),
    name: "unknown-attribute",
    severity: Severity::Error,
    help: "rename or remove the attribute",
    explain: include_str!("unknown_attribute.md"),
    symptom: "500.19 0x8007000d",
    source: "dotnet/aspnetcore, aspnetcore_schema_v2.xml",
    check: Check::Config(check),
};

/// Attributes that have a story of their own.
const KNOWN_MISTAKES: [(&str, &str); 4] = [
    ("startupRetryCount", "it belongs to httpPlatform only"),
    ("environment", "use <environmentVariable name=\"ASPNETCORE_ENVIRONMENT\" …>"),
    ("stdoutLogPath", "did you mean 'stdoutLogFile'?"),
    ("disableStartupErrorPage", "did you mean 'disableStartUpErrorPage', with a capital U?"),
];

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for section in config.xml.scopes().iter().flat_map(Scope::asp_net_core) {
        for found in &section.element.attributes {
            let name = found.name.as_str();
            if attribute(HostKind::AspNetCore, name).is_some() || is_for_locking(name) {
                continue;
            }
            let known = KNOWN_MISTAKES.iter().find(|(wrong, _)| *wrong == name);
            let advice = match (known, suggestion(name)) {
                (Some((_, story)), _) => format!("; {story}"),
                (None, Some(meant)) => format!("; did you mean '{meant}'?"),
                (None, None) => String::new(),
            };
            let message = format!("unknown attribute '{name}' of <aspNetCore> (500.19){advice}");
            findings.push(config.at(found.position), message);
        }
    }
}

/// Attributes that IIS allows on every element.
fn is_for_locking(name: &str) -> bool {
    const LOCKING: [&str; 6] = [
        "lockAttributes",
        "lockAllAttributesExcept",
        "lockElements",
        "lockAllElementsExcept",
        "lockItem",
        "configSource",
    ];
    LOCKING.contains(&name)
}

fn suggestion(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let distance = |known: &str| levenshtein(&lower, &known.to_ascii_lowercase());
    let known = attributes(HostKind::AspNetCore).iter();
    let nearest = known.map(|known| (distance(known.name), known.name)).min()?;
    (nearest.0 <= 3).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use strsim::levenshtein;

    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_known_name_that_was_meant_is_suggested() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore procesPath="dotnet" HostingModel="inprocess" startupRetryCount="2" disableStartupErrorPage="true" somethingElse="1" />
        "#), @"
        error web.config:8:19 unknown attribute 'procesPath' of <aspNetCore> (500.19); did you mean 'processPath'?
        error web.config:8:39 unknown attribute 'HostingModel' of <aspNetCore> (500.19); did you mean 'hostingModel'?
        error web.config:8:64 unknown attribute 'startupRetryCount' of <aspNetCore> (500.19); it belongs to httpPlatform only
        error web.config:8:86 unknown attribute 'disableStartupErrorPage' of <aspNetCore> (500.19); did you mean 'disableStartUpErrorPage', with a capital U?
        error web.config:8:117 unknown attribute 'somethingElse' of <aspNetCore> (500.19)
        ");
    }

    #[test]
    fn attributes_of_the_schema_and_locks_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments="" startupTimeLimit="120" shutdownTimeLimit="10" rapidFailsPerMinute="10" requestTimeout="00:02:00" stdoutLogEnabled="false" stdoutLogFile="x" processesPerApplication="1" forwardWindowsAuthToken="true" disableStartUpErrorPage="false" hostingModel="" lockItem="true" />
        "#), @"");
    }

    #[test]
    fn distances_count_edits() {
        assert_eq!(levenshtein("kitten", "sitting"), 3);
        assert_eq!(levenshtein("", "abc"), 3);
        assert_eq!(levenshtein("same", "same"), 0);
    }
}
