use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::{FileFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 10),
    name: "bundle-in-process",
    severity: Severity::Error,
    help: "publish with PublishSingleFile=false, or set hostingModel=\"outofprocess\"",
    explain: include_str!("bundle_in_process.md"),
    symptom: "500.38",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    if let Started::Program(file) = Started::of(&hosting, output)
        && file.is_bundle()
    {
        findings
            .push(
                config.attribute_or(hosting.section.element, "hostingModel"),
                "single-file bundle in-process: 500.38",
            )
            .evidence(format!("{} is a single-file bundle", file.path));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_bundle_needs_a_process_of_its_own() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\App.exe" hostingModel="inprocess" />
            == App.exe
            bundle x64
        "#), @"
        error web.config:8:57 single-file bundle in-process: 500.38
          App.exe is a single-file bundle
        ");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\App.exe" hostingModel="outofprocess" />
            == App.exe
            bundle x64
        "#), @"");
    }
}
