use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Entry, HostingModel};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 24),
    name: "handler-setting-ignored",
    severity: Severity::Warning,
    help: "rename or remove the setting",
    explain: include_str!("ignored_handler_setting.md"),
    symptom: "the setting has no effect",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::Config(check),
};

/// Settings that the module reads, and the only hosting model that looks at them.
///
/// `stackSize` is judged by W025 and shadow copying by S003.
const SETTINGS: [(&str, Option<HostingModel>); 15] = [
    ("debugFile", None),
    ("debugLevel", None),
    ("stackSize", None),
    ("setCurrentDirectory", Some(HostingModel::InProcess)),
    ("callStartupHook", Some(HostingModel::InProcess)),
    ("suppressRecycleOnStartupTimeout", Some(HostingModel::InProcess)),
    ("handlerVersion", Some(HostingModel::OutOfProcess)),
    ("experimentalEnableShadowCopy", None),
    ("enableShadowCopy", None),
    ("shadowCopyDirectory", None),
    ("cleanShadowCopyDirectory", None),
    ("disallowRotationOnConfigChange", None),
    ("shutdownDelay", None),
    ("enableOutOfProcessConsoleRedirection", Some(HostingModel::OutOfProcess)),
    ("forwardResponseConnectionHeader", Some(HostingModel::OutOfProcess)),
];

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    for list in hosting.section.handler_settings() {
        if config.runs_v1() {
            findings
                .push(
                    config.element(list.element),
                    "<handlerSettings> is unknown to module V1 (500.19)",
                )
                .severity(Severity::Error)
                .symptom("500.19 0x8007000d")
                .fix("use modules=\"AspNetCoreModuleV2\", or remove <handlerSettings>");
            continue;
        }
        for stranger in list.strangers() {
            let message = format!("<{}> is not allowed here (500.19)", stranger.name);
            findings
                .push(config.element(stranger), message)
                .severity(Severity::Error)
                .symptom("500.19 0x8007000d")
                .fix("write <handlerSetting name=\"…\" value=\"…\" />");
        }
        for entry in list.entries() {
            judge(config, entry, hosting.hosting_model(), findings);
        }
    }
}

fn judge(
    config: &Config<'_>,
    entry: Entry<'_>,
    model: Option<HostingModel>,
    findings: &mut Findings<'_>,
) {
    let name = entry.name();
    let known = SETTINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let why = match known {
        None => "the module does not know it".to_owned(),
        Some((_, Some(only))) if model.is_some_and(|model| model != *only) => match only {
            HostingModel::InProcess => "it has an effect in-process only".to_owned(),
            HostingModel::OutOfProcess => "it has an effect out-of-process only".to_owned(),
        },
        Some(_) => return,
    };
    let message = format!("handlerSetting '{name}' is ignored: {why}");
    findings.push(config.element(entry.element), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn unknown_settings_and_those_of_the_other_model_are_ignored() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" hostingModel="inprocess">
              <handlerSettings>
                <handlerSetting name="debugLevels" value="file" />
                <handlerSetting name="handlerVersion" value="2.2" />
                <handlerSetting name="setcurrentdirectory" value="false" />
                <handlerSetting name="shutdownDelay" value="100" />
              </handlerSettings>
            </aspNetCore>
        "#), @"
        warning web.config:10:11 handlerSetting 'debugLevels' is ignored: the module does not know it
        warning web.config:11:11 handlerSetting 'handlerVersion' is ignored: it has an effect out-of-process only
        ");
    }

    #[test]
    fn module_v1_refuses_them() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModule" /></handlers>
                <aspNetCore processPath="dotnet"><handlerSettings /></aspNetCore>
              </system.webServer>
            </configuration>
        "#), @"error web.config:4:38 <handlerSettings> is unknown to module V1 (500.19)");
    }

    #[test]
    fn an_unknown_hosting_model_decides_nothing() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" hostingModel="maybe">
              <handlerSettings><handlerSetting name="callStartupHook" value="false" /></handlerSettings>
            </aspNetCore>
        "#), @"");
    }
}
