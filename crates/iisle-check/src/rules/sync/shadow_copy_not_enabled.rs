use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use super::shadow_copy;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('S', 4),
    name: "shadow-copy-not-enabled",
    severity: Severity::Warning,
    help: "add <handlerSetting name=\"enableShadowCopy\" value=\"true\" />",
    explain: include_str!("shadow_copy_not_enabled.md"),
    symptom: "assemblies stay locked while the app runs",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    let entries = shadow_copy::entries(&hosting.section);
    let enabled = entries.iter().any(|entry| {
        shadow_copy::enables(entry.name())
            && entry.value().is_some_and(|value| value.eq_ignore_ascii_case("true"))
    });
    if let Some(entry) = entries.first().filter(|_| !enabled) {
        let mut put = findings
            .push(config.element(entry.element), "shadow copy is configured but not enabled");
        for entry in entries.iter().filter(|entry| shadow_copy::enables(entry.name())) {
            let value = entry.value().unwrap_or_default();
            put = put.evidence(format!("{}={value}", entry.name()));
        }
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
    fn a_directory_without_the_switch_is_a_warning() {
        insta::assert_snapshot!(settings("inprocess", &[("shadowCopyDirectory", r"..\s")]), @"warning web.config:8:82 shadow copy is configured but not enabled");
        insta::assert_snapshot!(settings("inprocess", &[("cleanShadowCopyDirectory", "true"), ("enableShadowCopy", "yes")]), @"
        warning web.config:8:82 shadow copy is configured but not enabled
          enableShadowCopy=yes
        ");
    }

    #[test]
    fn an_enabled_copy_is_right() {
        assert_eq!(
            settings(
                "inprocess",
                &[("enableShadowCopy", "True"), ("shadowCopyDirectory", r"..\s")]
            ),
            ""
        );
        assert_eq!(
            settings(
                "inprocess",
                &[("experimentalEnableShadowCopy", "true"), ("shadowCopyDirectory", r"..\s")]
            ),
            ""
        );
        assert_eq!(settings("inprocess", &[]), "");
    }
}
