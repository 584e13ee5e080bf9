use iisle_path::NameRules;
use iisle_report::{Location, RuleId, Severity};
use iisle_webconfig::{Collection, Position};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::ContentFacts;
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 7),
    name: "package-parameter-matches-nothing",
    severity: Severity::Warning,
    help: "mend scope and match of its entries",
    explain: include_str!("idle_parameter.md"),
    symptom: "the value of the build machine stays in force",
    source: "Microsoft Learn, Web Deploy parameterization",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    let Some(parts) = package.parts else { return };
    for content in parts.contents {
        let mut told: Vec<&str> = Vec::new();
        for Literal { file, name, position } in literals(content) {
            for parameter in parts.idle.iter().filter(|parameter| is_for(parameter, &name)) {
                if told.contains(&parameter.as_str()) {
                    continue;
                }
                told.push(parameter);
                let place = package.inside(content, &file);
                let place = match position {
                    Some(at) => Location::at(place, at.line, at.column),
                    None => Location::file(place),
                };
                findings
                    .push(place, format!("parameter '{parameter}' matches nothing"))
                    .evidence(format!("'{name}' has a literal value in {file}"));
            }
        }
    }
}

/// A value of the settings that a deployer would want to change.
struct Literal {
    file: String,
    name: String,
    position: Option<Position>,
}

/// Variables of the process and connection strings, by their names.
fn literals(content: &ContentFacts) -> Vec<Literal> {
    let mut all = Vec::new();
    let output = &content.output;
    if let (Some(file), Some(config)) = (&output.web_config, output.web_config()) {
        let sections = [config.hosting(), config.http_platform()].into_iter().flatten();
        for hosting in sections {
            let lists = hosting.section.environment_variables();
            let entries = lists.iter().flat_map(Collection::effective);
            all.extend(entries.filter(|entry| entry.value().is_some()).map(|entry| Literal {
                file: file.path.to_string(),
                name: entry.name().to_owned(),
                position: Some(entry.element.position),
            }));
        }
    }
    all.extend(content.connection_strings.iter().map(|(file, name)| Literal {
        file: file.to_string(),
        name: name.clone(),
        position: None,
    }));
    all
}

/// Whether a parameter is by its name the one for a literal: it has the name, as a key of
/// `ConnectionStrings` or with what Visual Studio adds.
fn is_for(parameter: &str, literal: &str) -> bool {
    let same = |name: &str| NameRules::Windows.same(parameter, name);
    let key = literal.split_once("__").or_else(|| literal.split_once(':'));
    let key = key.filter(|(section, _)| section.eq_ignore_ascii_case("ConnectionStrings"));
    let name = key.map_or(literal, |(_, key)| key);
    same(literal) || same(name) || same(&format!("{name}-Web.config Connection String"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{APP, app_package, check_package};

    fn parameter(name: &str, entry: &str) -> String {
        check_package(
            &RULE,
            &app_package(
                "",
                &format!(
                    r#"
            == parameters.xml
            <parameters><parameter name="{name}" defaultValue="x">{entry}</parameter></parameters>{APP}
            == Content/C_C/app/appsettings.json
            {{"ConnectionStrings": {{"Main": "Server=db"}}}}
            == Content/C_C/app/web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll"><environmentVariables><environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Production" /></environmentVariables></aspNetCore>"#
                ),
            ),
        )
    }

    #[test]
    fn a_parameter_that_is_set_in_vain_is_named() {
        insta::assert_snapshot!(parameter("Aspnetcore_Environment", ""), @r"
        warning App.zip/Content/C_C/app/web.config:8:84 parameter 'Aspnetcore_Environment' matches nothing
          'ASPNETCORE_ENVIRONMENT' has a literal value in web.config
        ");
        insta::assert_snapshot!(parameter("ASPNETCORE_ENVIRONMENT", r#"<parameterEntry kind="XmlFile" scope="Web\.Release\.config$" match="//environmentVariable/@value" />"#), @r"
        warning App.zip/Content/C_C/app/web.config:8:84 parameter 'ASPNETCORE_ENVIRONMENT' matches nothing
          'ASPNETCORE_ENVIRONMENT' has a literal value in web.config
        ");
        insta::assert_snapshot!(parameter("ASPNETCORE_ENVIRONMENT", r#"<parameterEntry kind="XmlFile" scope="web\.config$" match="//variable/@value" />"#), @r"
        warning App.zip/Content/C_C/app/web.config:8:84 parameter 'ASPNETCORE_ENVIRONMENT' matches nothing
          'ASPNETCORE_ENVIRONMENT' has a literal value in web.config
        ");
        insta::assert_snapshot!(parameter("Main-Web.config Connection String", r#"<parameterEntry kind="TextFile" scope="appsettings\.json$" match="Server=other" />"#), @r"
        warning App.zip/Content/C_C/app/appsettings.json parameter 'Main-Web.config Connection String' matches nothing
          'Main' has a literal value in appsettings.json
        ");
    }

    #[test]
    fn a_parameter_that_finds_its_place_is_right() {
        assert_eq!(
            parameter(
                "ASPNETCORE_ENVIRONMENT",
                r#"<parameterEntry kind="XmlFile" scope="web\.config$" match="//environmentVariable/@value" />"#
            ),
            ""
        );
        assert_eq!(
            parameter(
                "Main",
                r#"<parameterEntry kind="TextFile" scope="appsettings\.json$" match="Server=db" />"#
            ),
            ""
        );
    }

    #[test]
    fn a_parameter_of_another_name_may_be_for_something_else() {
        assert_eq!(parameter("Theme", ""), "");
    }

    #[test]
    fn a_parameter_that_another_refers_to_is_not_idle() {
        let entry = r#"</parameter><parameter name="Text" defaultValue="{main};"><parameterEntry kind="TextFile" scope="json$" match="Server=db" />"#;
        assert_eq!(parameter("Main", entry), "");
    }
}
