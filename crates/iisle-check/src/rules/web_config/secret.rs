use iisle_report::{RuleId, Severity};
use iisle_webconfig::looks_secret;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 29),
    name: "secret-in-web-config",
    severity: Severity::Warning,
    help: "put the value into the application pool's environment or a secret store",
    explain: include_str!("secret.md"),
    symptom: "the secret is readable to every administrator and copied into packages",
    source: "practice",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        for list in hosting.section.environment_variables() {
            for entry in list.effective() {
                let value = entry.value().unwrap_or_default().trim();
                // W041 speaks of the module's own token.
                let ours = entry.name().eq_ignore_ascii_case("ASPNETCORE_TOKEN");
                if !ours && is_secret(entry.name(), value) {
                    let message = format!(
                        "secret in web.config ('{}'): readable to every administrator and copied \
                         into packages",
                        entry.name()
                    );
                    findings.push(config.element(entry.element), message);
                }
            }
        }
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    if is_placeholder(value) {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let named = looks_secret(name, "x") && !is_plain(&lower);
    // A connection string whose password is a token holds no secret.
    let by_token = ["password=", "pwd="]
        .iter()
        .any(|mark| lower.split_once(mark).is_some_and(|(_, password)| is_placeholder(password)));
    named || (looks_secret("", value) && !by_token)
}

/// Empty, or a text that something else replaces.
fn is_placeholder(value: &str) -> bool {
    value.is_empty() || ["#{", "${", "$(", "__", "%"].iter().any(|open| value.starts_with(open))
}

/// Numbers and switches are settings about secrets, such as a lifetime.
fn is_plain(value: &str) -> bool {
    matches!(value, "true" | "false")
        || value.len() <= 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{RULE, is_secret};
    use crate::testing::check;

    #[test]
    fn a_secret_is_named_but_not_repeated() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet">
              <environmentVariables>
                <environmentVariable name="Db" value="Server=db;User Id=shop;Password=hunter2" />
                <environmentVariable name="Mail__ApiKey" value="abc" />
                <environmentVariable name="Mode" value="fast" />
              </environmentVariables>
            </aspNetCore>
        "#), @"
        warning web.config:10:11 secret in web.config ('Db'): readable to every administrator and copied into packages
        warning web.config:11:11 secret in web.config ('Mail__ApiKey'): readable to every administrator and copied into packages
        ");
    }

    #[test]
    fn literal_values_count_and_placeholders_do_not() {
        assert!(is_secret("ConnectionStrings__Shop", "Server=db;Integrated Security=true"));
        assert!(is_secret("X", "-----BEGIN RSA PRIVATE KEY-----"));
        for (name, value) in [
            ("ApiKey", ""),
            ("ApiKey", "#{ApiKey}"),
            ("TokenLifetimeMinutes", "30"),
            ("RequireSecret", "true"),
            ("Db", "Server=db;Password=;"),
            ("Db", "Server=db;Password=%DB_PASSWORD%"),
            ("Mode", "fast"),
        ] {
            assert!(!is_secret(name, value), "{name}={value}");
        }
    }
}
