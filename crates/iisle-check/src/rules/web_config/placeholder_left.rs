use iisle_report::{RuleId, Severity};

use crate::facts::launcher_token;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 14),
    name: "placeholder-left",
    severity: Severity::Error,
    help: "publish with the web.config transform on, or write the real value",
    explain: include_str!("placeholder_left.md"),
    symptom: "502.5 or 500.0",
    source: "dotnet/sdk, WebSdk",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        for attribute in &hosting.section.element.attributes {
            if let Some(token) = launcher_token(&attribute.value) {
                let message = format!("untransformed placeholder '{token}' in {}", attribute.name);
                findings.push(config.value(attribute), message).fix(
                    "publish with the transform on (IsTransformWebConfigDisabled must not be true)",
                );
            } else if matches!(attribute.name.as_str(), "processPath" | "arguments")
                && let Some(token) = deployment_token(&attribute.value)
            {
                let message = format!("placeholder '{token}' is left in {}", attribute.name);
                findings
                    .push(config.value(attribute), message)
                    .severity(Severity::Warning)
                    .fix("let the step that deploys replace it, or write the value");
            }
        }
    }
}

/// `#{X}`, `${X}`, `$(X)` or `__X__`: what release tools replace.
fn deployment_token(text: &str) -> Option<&str> {
    let bracketed =
        [("#{", '}'), ("${", '}'), ("$(", ')')].into_iter().find_map(|(open, close)| {
            let start = text.find(open)?;
            let length = text[start..].find(close)?;
            (length > open.len()).then(|| &text[start..=start + length])
        });
    bracketed.or_else(|| underlined(text))
}

fn underlined(text: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(start) = text[from..].find("__").map(|at| from + at) {
        let name = start + 2;
        let end = text[name..].find("__").map(|at| name + at)?;
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        };
        // `__main__.py` is a file of Python, not a token.
        if is_name(&text[name..end]) && !text[end + 2..].starts_with(".py") {
            return Some(&text[start..end + 2]);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{RULE, deployment_token};
    use crate::testing::check;

    #[test]
    fn launcher_tokens_are_errors_wherever_they_stand() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="%LAUNCHER_PATH%" arguments="%launcher_args%" stdoutLogFile=".\%ANCM_LAUNCHER_PATH%" />
        "#), @"
        error web.config:8:32 untransformed placeholder '%LAUNCHER_PATH%' in processPath
        error web.config:8:60 untransformed placeholder '%LAUNCHER_ARGS%' in arguments
        error web.config:8:92 untransformed placeholder '%ANCM_LAUNCHER_PATH%' in stdoutLogFile
        ");
    }

    #[test]
    fn tokens_of_release_tools_are_warnings() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\__AppName__.exe" arguments="--env #{Environment}" />
        "#), @"
        warning web.config:8:32 placeholder '__AppName__' is left in processPath
        warning web.config:8:62 placeholder '#{Environment}' is left in arguments
        ");
    }

    #[test]
    fn variables_of_the_server_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="%ProgramFiles%\dotnet\dotnet.exe" arguments=".\App.dll" />
        "#), @"");
    }

    #[test]
    fn tokens_have_a_name() {
        for text in ["$(X)", "${X}", "#{X}", "__X__", "a __X.Y_Z__ b"] {
            assert!(deployment_token(text).is_some(), "{text}");
        }
        for text in ["$()", "${", "#", "____", "__", r".\__main__.py", "a__b", "__é__"] {
            assert_eq!(deployment_token(text), None, "{text}");
        }
    }
}
