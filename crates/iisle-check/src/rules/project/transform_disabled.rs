use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 2),
    name: "web-config-transform-disabled",
    severity: Severity::Warning,
    help: "remove the property, or keep processPath and arguments right yourself",
    explain: include_str!("transform_disabled.md"),
    symptom: "502.5 or 500.0",
    source: "dotnet/AspNetCore.Docs issue 18002",
    check: Check::ProjectWith(check),
};

const PROPERTIES: [&str; 2] = ["IsTransformWebConfigDisabled", "IsWebConfigTransformDisabled"];

fn check(project: &Project, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(property) = PROPERTIES.into_iter().find(|name| project.is(name, "true")) else {
        return;
    };
    // A file that starts what is there shows that its author took care.
    let fits = match (known.config, known.output) {
        (Some(config), Some(output)) => {
            config.managers().next().is_some_and(|it| Started::of(&it, output).is_there())
        }
        (Some(config), None) => config.managers().any(|hosting| {
            !hosting.section.process_path().trim().is_empty()
                && !hosting.section.process_path().contains('%')
        }),
        (None, _) => false,
    };
    if !fits {
        findings.push(
            project.place(property),
            format!("{property}=true: processPath and arguments are yours to keep right"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn without_a_fitting_web_config_it_is_a_warning() {
        insta::assert_snapshot!(
            check(&RULE, &project("<IsTransformWebConfigDisabled>true</IsTransformWebConfigDisabled>")),
            @"warning App.csproj:2:59 IsTransformWebConfigDisabled=true: processPath and arguments are yours to keep right"
        );
        insta::assert_snapshot!(check(&RULE, &format!("{}{}", project("<IsWebConfigTransformDisabled>True</IsWebConfigTransformDisabled>"), r#"
            == web.config
            <aspNetCore processPath="%LAUNCHER_PATH%" arguments="%LAUNCHER_ARGS%" />"#)), @"warning App.csproj:2:59 IsWebConfigTransformDisabled=true: processPath and arguments are yours to keep right");
    }

    #[test]
    fn a_web_config_that_starts_the_app_is_right() {
        let own = project("<IsTransformWebConfigDisabled>true</IsTransformWebConfigDisabled>");
        insta::assert_snapshot!(check(&RULE, &format!("{own}{}", r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
            == App.dll
            managed anycpu"#)), @"");
        assert_eq!(
            check(
                &RULE,
                &project("<IsTransformWebConfigDisabled>false</IsTransformWebConfigDisabled>")
            ),
            ""
        );
    }
}
