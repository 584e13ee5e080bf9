use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use super::shadow_copy;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('S', 3),
    name: "shadow-copy-out-of-process",
    severity: Severity::Warning,
    help: "remove the settings; use app_offline.htm while files are replaced",
    explain: include_str!("shadow_copy_out_of_process.md"),
    symptom: "the settings have no effect",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::OutOfProcess))
    else {
        return;
    };
    let entries = shadow_copy::entries(&hosting.section);
    if let Some(entry) = entries.first() {
        findings.push(config.element(entry.element), "shadow copy is in-process only: ignored");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, handler_settings};

    fn settings(model: &str, settings: &[(&str, &str)]) -> String {
        check(&RULE, &handler_settings(model, settings))
    }

    #[test]
    fn out_of_process_it_is_ignored() {
        insta::assert_snapshot!(settings("outofprocess", &[("enableShadowCopy", "true"), ("shadowCopyDirectory", "a")]), @"warning web.config:8:85 shadow copy is in-process only: ignored");
        assert_eq!(settings("inprocess", &[("enableShadowCopy", "true")]), "");
        assert_eq!(settings("outofprocess", &[("debugFile", "a")]), "");
    }
}
