use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 16),
    name: "hosting-model-differs",
    severity: Severity::Warning,
    help: "set hostingModel in web.config to what the project says",
    explain: include_str!("model_differs.md"),
    symptom: "the app runs in another process than it was tested in",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::ConfigAndProject(check),
};

fn check(config: &Config<'_>, project: &Project, findings: &mut Findings<'_>) {
    let (Some(hosting), Some(value)) = (config.hosting, project.property("AspNetCoreHostingModel"))
    else {
        return;
    };
    let (Some(wanted), Some(found)) = (HostingModel::parse(value.trim()), hosting.hosting_model())
    else {
        return;
    };
    let written = hosting.section.attribute("hostingModel").filter(|it| !it.value.is_empty());
    // The SDK's default yields to what the project's own web.config says, and in-process is no
    // choice for a single file.
    let by_default = !project.sets("AspNetCoreHostingModel");
    let single = project.is("PublishSingleFile", "true") || project.is("PublishAot", "true");
    if wanted == found || (by_default && (written.is_some() || single)) {
        return;
    }
    let because = match written {
        Some(written) => format!("because hostingModel is '{}'", written.value),
        None => "because hostingModel is missing".to_owned(),
    };
    let message = format!("project says {value}, web.config runs {} {because}", words(found));
    findings
        .push(config.attribute_or(hosting.section.element, "hostingModel"), message)
        .evidence(format!("AspNetCoreHostingModel={value}"));
}

fn words(model: HostingModel) -> &'static str {
    match model {
        HostingModel::InProcess => "in-process",
        HostingModel::OutOfProcess => "out-of-process",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    fn both(properties: &str, attributes: &str) -> String {
        check(
            &RULE,
            &format!(
                "{}
            == web.config
            <aspNetCore processPath=\"dotnet\" {attributes} />",
                project(properties)
            ),
        )
    }

    #[test]
    fn a_missing_attribute_means_out_of_process() {
        insta::assert_snapshot!(both("<AspNetCoreHostingModel>InProcess</AspNetCoreHostingModel>", ""), @"
        warning web.config:8:7 project says InProcess, web.config runs out-of-process because hostingModel is missing
          AspNetCoreHostingModel=InProcess
        ");
    }

    #[test]
    fn a_word_that_contradicts_the_project_is_a_warning() {
        insta::assert_snapshot!(both("<AspNetCoreHostingModel>OutOfProcess</AspNetCoreHostingModel>", r#"hostingModel="inprocess""#), @"
        warning web.config:8:54 project says OutOfProcess, web.config runs in-process because hostingModel is 'inprocess'
          AspNetCoreHostingModel=OutOfProcess
        ");
    }

    #[test]
    fn agreement_and_a_deliberate_web_config_are_right() {
        assert_eq!(
            both(
                "<AspNetCoreHostingModel>InProcess</AspNetCoreHostingModel>",
                r#"hostingModel="inprocess""#
            ),
            ""
        );
        assert_eq!(both("", r#"hostingModel="outofprocess""#), "");
        assert_eq!(both("<PublishSingleFile>true</PublishSingleFile>", ""), "");
    }
}
