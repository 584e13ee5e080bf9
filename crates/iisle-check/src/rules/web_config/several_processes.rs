use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 30),
    name: "several-processes",
    severity: Severity::Warning,
    help: "remove processesPerApplication",
    explain: include_str!("several_processes.md"),
    symptom: "requests meet different processes",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        if let Some(attribute) = hosting.section.attribute("processesPerApplication")
            // W012 speaks of what is out of range.
            && attribute.value.trim().parse::<u32>().is_ok_and(|count| count > 1)
        {
            let message = format!(
                "processesPerApplication=\"{}\": more than one process: in-memory state and key \
                 ring are not shared; ignored in-process",
                attribute.value
            );
            findings.push(config.value(attribute), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn several_processes_are_a_warning() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" processesPerApplication="4" />
        "#), @r#"warning web.config:8:65 processesPerApplication="4": more than one process: in-memory state and key ring are not shared; ignored in-process"#);
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" processesPerApplication="1" />
        "#), @"");
    }
}
