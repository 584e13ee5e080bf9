use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 6),
    name: "single-file-in-process",
    severity: Severity::Error,
    help: "set AspNetCoreHostingModel=OutOfProcess, or publish without a single file",
    explain: include_str!("single_file_in_process.md"),
    symptom: "500.38",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::ProjectWith(check),
};

fn check(project: &Project, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(property) =
        ["PublishSingleFile", "PublishAot"].into_iter().find(|name| project.is(name, "true"))
    else {
        return;
    };
    // What the deployed file says counts; without one, what publishing would write.
    let in_process = match known.config.and_then(|config| config.hosting) {
        Some(hosting) => hosting.hosting_model() == Some(HostingModel::InProcess),
        None if known.config.is_some() => false,
        None => project.is("AspNetCoreHostingModel", "inprocess"),
    };
    if in_process {
        let message = format!(
            "{property}=true with in-process hosting: there is no dll that the worker could load \
             (500.38)"
        );
        findings.push(project.place(property), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn a_single_file_cannot_be_hosted_in_process() {
        insta::assert_snapshot!(check(&RULE, &project("<PublishSingleFile>true</PublishSingleFile><AspNetCoreHostingModel>InProcess</AspNetCoreHostingModel>")), @"error App.csproj:2:59 PublishSingleFile=true with in-process hosting: there is no dll that the worker could load (500.38)");
        insta::assert_snapshot!(check(&RULE, &format!("{}{}", project("<PublishSingleFile>true</PublishSingleFile>"), r#"
            == web.config
            <aspNetCore processPath=".\App.exe" hostingModel="inprocess" />"#)), @"error App.csproj:2:59 PublishSingleFile=true with in-process hosting: there is no dll that the worker could load (500.38)");
    }

    #[test]
    fn the_deployed_web_config_decides() {
        assert_eq!(
            check(
                &RULE,
                &format!(
                    "{}{}",
                    project("<PublishSingleFile>true</PublishSingleFile>"),
                    r#"
            == web.config
            <aspNetCore processPath=".\App.exe" hostingModel="outofprocess" />"#
                )
            ),
            ""
        );
    }
}
