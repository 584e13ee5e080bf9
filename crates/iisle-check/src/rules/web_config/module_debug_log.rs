use iisle_report::{RuleId, Severity};
use iisle_webconfig::Entry;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::settings::Profile;
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 20),
    name: "module-debug-log",
    severity: Severity::Warning,
    help: "remove the debug settings when the problem is found",
    explain: include_str!("module_debug_log.md"),
    symptom: "the log file grows without limit",
    source: "Microsoft Learn, ASP.NET Core Module enhanced diagnostic logs",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    let level = hosting.section.handler_setting("debugLevel");
    let file = hosting.section.handler_setting("debugFile");
    let set = |entry: &Entry<'_>| !entry.value().unwrap_or_default().is_empty();
    let Some(entry) = level.filter(set).or(file.filter(set)) else {
        return;
    };
    let (name, value) = (entry.name(), entry.value().unwrap_or_default());
    // The module matches each word by its beginning.
    let traces = level.and_then(|level| level.value()).is_some_and(|level| {
        level.split(',').any(|word| word.to_ascii_uppercase().starts_with("TRACE"))
    });
    let severity = if traces && findings.profile() == Profile::Production {
        Severity::Error
    } else {
        Severity::Warning
    };
    let message = format!("module debug log is on ({name}={value}): unbounded file growth");
    findings.push(config.element(entry.element), message).severity(severity);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Profile;
    use crate::testing::{check, check_for};

    fn setting(name: &str, value: &str) -> String {
        format!("
            == web.config
            <aspNetCore processPath=\"dotnet\"><handlerSettings><handlerSetting name=\"{name}\" value=\"{value}\" /></handlerSettings></aspNetCore>")
    }

    #[test]
    fn a_debug_log_is_a_warning() {
        insta::assert_snapshot!(check(&RULE, &setting("debugFile", r".\logs\ancm.log")), @r"warning web.config:8:57 module debug log is on (debugFile=.\logs\ancm.log): unbounded file growth");
        insta::assert_snapshot!(check(&RULE, &setting("DebugLevel", "file,info")), @"warning web.config:8:57 module debug log is on (DebugLevel=file,info): unbounded file growth");
    }

    #[test]
    fn a_trace_in_production_is_an_error() {
        insta::assert_snapshot!(check(&RULE, &setting("debugLevel", "FILE,TRACE")), @"error web.config:8:57 module debug log is on (debugLevel=FILE,TRACE): unbounded file growth");
        insta::assert_snapshot!(check_for(Profile::Staging, &RULE, &setting("debugLevel", "FILE,TRACE")), @"warning web.config:8:57 module debug log is on (debugLevel=FILE,TRACE): unbounded file growth");
    }

    #[test]
    fn other_settings_are_right() {
        assert_eq!(check(&RULE, &setting("stackSize", "0x200000")), "");
        assert_eq!(check(&RULE, &setting("debugLevel", "")), "");
    }
}
