use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 40),
    name: "rewrite-conditions-on-files",
    severity: Severity::Warning,
    help: "match on the URL, or use middleware of the app",
    explain: include_str!("rewrite_file_conditions.md"),
    symptom: "the condition never matches",
    source: "Microsoft Learn, IIS modules with ASP.NET Core",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    // For a site of files only, such as a Blazor WebAssembly client, the conditions are right.
    if config.hosting.is_none() {
        return;
    }
    let mut conditions = Vec::new();
    for rewrite in config.xml.sections("system.webServer/rewrite") {
        conditions.extend(rewrite.descendants().into_iter().filter(|element| {
            element.name == "add"
                && element.value("matchType").is_some_and(|kind| {
                    kind.eq_ignore_ascii_case("IsFile") || kind.eq_ignore_ascii_case("IsDirectory")
                })
        }));
    }
    let Some(first) = conditions.first() else {
        return;
    };
    let mut put = findings.push(
        config.element(first),
        "conditions on files never match: static files of the app lie in wwwroot, not at the URL",
    );
    for condition in &conditions {
        let kind = condition.value("matchType").unwrap_or_default();
        put = put.evidence(format!("matchType=\"{kind}\" at {}", condition.position));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    const REWRITE: &str = r#"
        == web.config
        <configuration>
          <system.webServer>
            <rewrite><rules><rule name="spa"><match url=".*" /><conditions>
              <add input="{REQUEST_FILENAME}" matchType="IsFile" negate="true" />
              <add input="{REQUEST_FILENAME}" matchType="isDirectory" negate="true" />
              <add input="{HTTPS}" pattern="off" />
            </conditions></rule></rules></rewrite>
            <aspNetCore processPath="dotnet" />
          </system.webServer>
        </configuration>"#;

    #[test]
    fn conditions_on_files_are_one_warning() {
        insta::assert_snapshot!(check(&RULE, REWRITE), @r#"
        warning web.config:4:7 conditions on files never match: static files of the app lie in wwwroot, not at the URL
          matchType="IsFile" at 4:7
          matchType="isDirectory" at 5:7
        "#);
    }

    #[test]
    fn a_site_of_files_may_have_them() {
        let text = REWRITE.replace(r#"<aspNetCore processPath="dotnet" />"#, "");
        assert_eq!(check(&RULE, &text), "");
    }
}
