use iisle_report::{RuleId, Severity};

use super::super::web_config::missing;
use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 1),
    name: "package-web-config-missing",
    severity: Severity::Error,
    help: "publish with Microsoft.NET.Sdk.Web and pack again; do not skip web.config",
    explain: include_str!("no_web_config.md"),
    symptom: "403.14, or files of the app are served as they are",
    source: "Microsoft Learn, web.config file",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    let Some(parts) = package.parts else { return };
    for (index, content) in parts.contents.iter().enumerate() {
        let provider = parts.manifest.providers.get(content.content.provider);
        // A further folder may hold anything.
        let is_application = index == 0 || provider.is_some_and(|top| top.is("iisApp"));
        if is_application && content.output.is_for_iis() {
            missing::judge(&content.output, &package.inside(content, "web.config"), findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{APP, app_package, check_package};

    #[test]
    fn an_app_without_it_is_an_error_at_its_place_in_the_package() {
        insta::assert_snapshot!(check_package(&RULE, &app_package("", APP)), @r"
        error App.zip/Content/C_C/app/web.config web.config is missing: IIS would list or serve files of this folder (403.14) and never start the app
        ");
    }

    #[test]
    fn an_app_with_it_and_other_content_are_right() {
        let whole = format!(
            "{APP}
            == Content/C_C/app/Web.config
            <configuration />"
        );
        assert_eq!(check_package(&RULE, &app_package("", &whole)), "");
        assert_eq!(
            check_package(
                &RULE,
                &app_package(
                    "",
                    "
            == Content/C_C/app/index.html
            <html></html>"
                )
            ),
            ""
        );
    }
}
