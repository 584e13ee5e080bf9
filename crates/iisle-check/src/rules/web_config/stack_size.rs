use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 25),
    name: "stack-size-is-hexadecimal",
    severity: Severity::Warning,
    help: "write the size with 0x, such as 0x200000 for 2 MB",
    explain: include_str!("stack_size.md"),
    symptom: "a stack of another size than meant",
    source: "dotnet/aspnetcore, InProcessOptions.cpp",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    let Some(entry) = hosting.section.handler_setting("stackSize") else {
        return;
    };
    let at = config.element(entry.element);
    if hosting.hosting_model() == Some(HostingModel::OutOfProcess) {
        findings
            .push(at, "stackSize has an effect in-process only: ignored")
            .fix("remove the setting, or host in-process");
        return;
    }
    let value = entry.value().unwrap_or_default().trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let size = u64::from_str_radix(value, 16)
            .map_or_else(|_| String::new(), |bytes| format!(" (≈ {} MB)", bytes / 1_000_000));
        let message = format!("stackSize is read as hexadecimal: {value} means 0x{value}{size}");
        findings.push(at, message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn stack_size(value: &str, model: &str) -> String {
        check(&RULE, &format!("
            == web.config
            <aspNetCore processPath=\"dotnet\" hostingModel=\"{model}\"><handlerSettings><handlerSetting name=\"stackSize\" value=\"{value}\" /></handlerSettings></aspNetCore>"))
    }

    #[test]
    fn a_decimal_looking_size_is_read_as_hexadecimal() {
        insta::assert_snapshot!(stack_size("2097152", "inprocess"), @"warning web.config:8:82 stackSize is read as hexadecimal: 2097152 means 0x2097152 (≈ 34 MB)");
        assert_eq!(stack_size("0x200000", "inprocess"), "");
        assert_eq!(stack_size("1F0000", "inprocess"), "");
    }

    #[test]
    fn out_of_process_it_is_ignored() {
        insta::assert_snapshot!(stack_size("0x200000", "outofprocess"), @"warning web.config:8:85 stackSize has an effect in-process only: ignored");
    }
}
