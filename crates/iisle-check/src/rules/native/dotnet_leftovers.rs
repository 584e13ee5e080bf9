use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('R', 10),
    name: "dotnet-leftovers",
    severity: Severity::Warning,
    help: "remove what is meant for .NET",
    explain: include_str!("dotnet_leftovers.md"),
    symptom: "the settings are ignored or confuse the program",
    source: "practice",
    check: Check::ConfigAndOutput(check),
};

const SETTINGS: [&str; 5] = [
    "stackSize",
    "callStartupHook",
    "enableShadowCopy",
    "experimentalEnableShadowCopy",
    "shadowCopyDirectory",
];

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        if Started::of(&hosting, output).native(output).is_none() {
            continue;
        }
        if let Some(dll) = hosting.assembly_argument() {
            let at = config.attribute_or(hosting.section.element, "arguments");
            findings.push(at, format!("arguments name '{dll}', but the program is native"));
        }
        for name in SETTINGS {
            if let Some(entry) = hosting.section.handler_setting(name) {
                let message = format!("'{name}' has no meaning for a native program");
                findings.push(config.element(entry.element), message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn what_is_left_of_a_dotnet_app_is_named() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\shop.exe" arguments=".\Shop.dll"><handlerSettings><handlerSetting name="stackSize" value="0x1000" /></handlerSettings></aspNetCore>
            == shop.exe
            native x64
        "#), @r"
        warning web.config:8:55 arguments name '.\Shop.dll', but the program is native
        warning web.config:8:84 'stackSize' has no meaning for a native program
        ");
    }

    #[test]
    fn a_native_program_with_its_own_arguments_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\shop.exe" arguments="--config shop.toml" />
            == shop.exe
            native x64
        "#), @"");
    }
}
