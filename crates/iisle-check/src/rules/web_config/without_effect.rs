use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 43),
    name: "iis-module-without-effect",
    severity: Severity::Info,
    help: "use the middleware of ASP.NET Core",
    explain: include_str!("without_effect.md"),
    symptom: "the settings have no effect on the app's URLs",
    source: "Microsoft Learn, IIS modules with ASP.NET Core",
    check: Check::Config(check),
};

/// Sections of modules that only work on files which IIS serves itself, and what the app has
/// instead.
const SECTIONS: [(&str, &str); 6] = [
    ("caching", "response caching middleware"),
    ("defaultDocument", "default files middleware"),
    ("directoryBrowse", "directory browser middleware"),
    ("httpCompression", "response compression middleware"),
    ("staticContent", "static file middleware"),
    ("urlCompression", "response compression middleware"),
];

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    if config.hosting.is_none() {
        return;
    }
    for (name, instead) in SECTIONS {
        for section in config.xml.sections(&format!("system.webServer/{name}")) {
            findings.push(
                config.element(section),
                format!(
                    "IIS module of <{name}> is not functional for ASP.NET Core URLs: use {instead}"
                ),
            );
        }
    }
    for errors in config.xml.sections("system.webServer/httpErrors") {
        let response = errors.value("existingResponse").unwrap_or("Auto");
        let passes = ["PassThrough", "Auto"].iter().any(|it| response.eq_ignore_ascii_case(it));
        if !passes {
            findings.push(
                config.attribute_or(errors, "existingResponse"),
                format!("httpErrors with existingResponse=\"{response}\" replaces the app's own error pages"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn modules_for_files_do_nothing_for_the_app() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <staticContent><mimeMap fileExtension=".x" mimeType="text/x" /></staticContent>
                <httpErrors existingResponse="Replace" />
                <aspNetCore processPath="dotnet" />
              </system.webServer>
            </configuration>
        "#), @r#"
        info web.config:3:5 IIS module of <staticContent> is not functional for ASP.NET Core URLs: use static file middleware
        info web.config:4:35 httpErrors with existingResponse="Replace" replaces the app's own error pages
        "#);
    }

    #[test]
    fn error_pages_that_let_the_app_speak_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <httpErrors existingResponse="PassThrough" />
                <httpErrors errorMode="Detailed" />
                <aspNetCore processPath="dotnet" />
              </system.webServer>
            </configuration>
        "#), @"");
    }
}
