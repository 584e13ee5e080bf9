use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 41),
    name: "reserved-variable",
    severity: Severity::Warning,
    help: "remove the variable",
    explain: include_str!("reserved_variable.md"),
    symptom: "502.5, or a value that is overwritten",
    source: "dotnet/aspnetcore, OutOfProcessRequestHandler",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    let model = hosting.hosting_model();
    for list in hosting.section.environment_variables() {
        for entry in list.effective() {
            let value = entry.value().unwrap_or_default();
            if let Some((severity, why)) = judge(entry.name(), value, model) {
                // The value of a token stays out of the report.
                let shown = if is(entry.name(), "ASPNETCORE_TOKEN") {
                    entry.name().to_owned()
                } else {
                    format!("{}={value}", entry.name())
                };
                let message = format!("{shown} {why}");
                findings.push(config.element(entry.element), message).severity(severity);
            }
        }
    }
}

fn is(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

fn judge(name: &str, value: &str, model: Option<HostingModel>) -> Option<(Severity, &'static str)> {
    let in_process = model == Some(HostingModel::InProcess);
    let upper = name.to_ascii_uppercase();
    let why = match upper.as_str() {
        "ASPNETCORE_PORT" | "ASPNETCORE_URLS" | "DOTNET_URLS" | "URLS" if in_process => {
            "is ignored in-process"
        }
        "ASPNETCORE_PORT" => {
            return Some(match value.trim().parse::<u32>() {
                Ok(1025..=48000) => {
                    (Severity::Warning, "fixes the port: a second start meets the first one's port")
                }
                _ => (Severity::Error, "is outside 1025–48000: start fails without retry"),
            });
        }
        "ASPNETCORE_URLS" | "DOTNET_URLS" | "URLS" => {
            "is overridden by IIS integration, and breaks an app without it"
        }
        "ASPNETCORE_TOKEN" => "is fixed: the pairing with the module is no longer a secret",
        _ if upper == "ASPNETCORE_APPL_PATH" || upper.starts_with("ASPNETCORE_IIS_") => {
            "is overwritten by the module"
        }
        _ => return None,
    };
    Some((Severity::Warning, why))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn variable(name: &str, value: &str, model: &str) -> String {
        check(&RULE, &format!("
            == web.config
            <aspNetCore processPath=\"dotnet\" hostingModel=\"{model}\"><environmentVariables><environmentVariable name=\"{name}\" value=\"{value}\" /></environmentVariables></aspNetCore>"))
    }

    #[test]
    fn a_port_outside_the_range_is_an_error() {
        insta::assert_snapshot!(variable("ASPNETCORE_PORT", "80", "outofprocess"), @"error web.config:8:90 ASPNETCORE_PORT=80 is outside 1025–48000: start fails without retry");
        insta::assert_snapshot!(variable("ASPNETCORE_PORT", "auto", "outofprocess"), @"error web.config:8:90 ASPNETCORE_PORT=auto is outside 1025–48000: start fails without retry");
        insta::assert_snapshot!(variable("aspnetcore_port", "5000", "outofprocess"), @"warning web.config:8:90 aspnetcore_port=5000 fixes the port: a second start meets the first one's port");
        insta::assert_snapshot!(variable("ASPNETCORE_PORT", "80", "inprocess"), @"warning web.config:8:87 ASPNETCORE_PORT=80 is ignored in-process");
    }

    #[test]
    fn what_the_module_sets_is_a_warning() {
        insta::assert_snapshot!(variable("ASPNETCORE_URLS", "http://*:80", "outofprocess"), @"warning web.config:8:90 ASPNETCORE_URLS=http://*:80 is overridden by IIS integration, and breaks an app without it");
        insta::assert_snapshot!(variable("ASPNETCORE_TOKEN", "abc", "outofprocess"), @"warning web.config:8:90 ASPNETCORE_TOKEN is fixed: the pairing with the module is no longer a secret");
        insta::assert_snapshot!(variable("ASPNETCORE_IIS_HTTPAUTH", "none", "inprocess"), @"warning web.config:8:87 ASPNETCORE_IIS_HTTPAUTH=none is overwritten by the module");
    }

    #[test]
    fn other_variables_are_right() {
        for name in ["ASPNETCORE_ENVIRONMENT", "ASPNETCORE_HTTPS_PORT", "Shop__Urls"] {
            assert_eq!(variable(name, "x", "inprocess"), "", "{name}");
        }
    }
}
