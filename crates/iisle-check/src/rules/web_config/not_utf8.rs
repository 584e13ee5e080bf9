use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 39),
    name: "not-utf-8",
    severity: Severity::Info,
    help: "save the file as UTF-8",
    explain: include_str!("not_utf8.md"),
    symptom: "other tools may misread the file",
    source: "practice",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let encoding = &config.xml.encoding;
    let is_utf8 = |name: &str| ["utf-8", "us-ascii"].iter().any(|it| name.eq_ignore_ascii_case(it));
    let message = if !is_utf8(&encoding.actual) {
        format!("the file is stored as {}, not UTF-8", encoding.actual)
    } else if let Some(declared) =
        encoding.declared.as_deref().filter(|name| encoding.has_bom && !is_utf8(name))
    {
        format!("the file begins with the mark of {} but declares {declared}", encoding.actual)
    } else {
        return;
    };
    findings.push(Location::at(config.file, 1, 1), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn utf_16_is_advice() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            utf-16: <?xml version="1.0" encoding="utf-16"?><configuration />
        "#), @"info web.config:1:1 the file is stored as utf-16, not UTF-8");
    }

    #[test]
    fn utf_8_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration />
        "#), @"");
    }

    #[test]
    fn a_mark_that_contradicts_the_declaration_is_advice() {
        insta::assert_snapshot!(check(&RULE, "
            == web.config
            \u{feff}<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>
            <configuration />
        "), @"info web.config:1:1 the file begins with the mark of utf-8 but declares iso-8859-1");
    }
}
