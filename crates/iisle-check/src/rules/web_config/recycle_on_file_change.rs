use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 37),
    name: "recycle-on-file-change",
    severity: Severity::Info,
    help: "remove recycleOnFileChange",
    explain: include_str!("recycle_on_file_change.md"),
    symptom: "the element has no effect",
    source: "dotnet/aspnetcore, aspnetcore_schema_v2.xml",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    for list in hosting.section.recycle_on_file_change() {
        findings.push(
            config.element(list.element),
            "recycleOnFileChange has no effect in released modules",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn under_asp_net_core_it_has_no_effect() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet"><recycleOnFileChange><file path="a.json" /></recycleOnFileChange></aspNetCore>
        "#), @"info web.config:8:40 recycleOnFileChange has no effect in released modules");
    }

    #[test]
    fn under_http_platform_it_works() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration><system.webServer><httpPlatform processPath="a.exe"><recycleOnFileChange /></httpPlatform></system.webServer></configuration>
        "#), @"");
    }
}
