use std::error::Error as _;

use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{WebConfigFile, contradicted_declaration};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 3),
    name: "web-config-malformed",
    severity: Severity::Error,
    help: "correct the file at this position",
    explain: include_str!("malformed.md"),
    symptom: "500.19 0x8007000d",
    source: "IIS configuration reference",
    check: Check::ConfigFile(check),
};

fn check(config: &WebConfigFile<'_>, findings: &mut Findings<'_>) {
    match config.content {
        Err(error) => {
            let position = error.position();
            let at = position.map_or_else(
                || Location::file(config.file),
                |position| Location::at(config.file, position.line, position.column),
            );
            let message = match error.source() {
                // The cause names the problem; the error itself only says that there is one.
                Some(cause) => {
                    let place = position.map_or_else(String::new, |it| format!(" at {it}"));
                    format!(
                        "{} is not well-formed{place}: {cause} (500.19 0x8007000d)",
                        config.file
                    )
                }
                None => format!("{error} (500.19 0x8007000d)"),
            };
            findings.push(at, message);
        }
        Ok(xml) => {
            let Some(declared) = contradicted_declaration(&xml.encoding) else {
                return;
            };
            let message = format!(
                "{} declares the encoding `{declared}` but is stored as {} (500.19 0x8007000d)",
                config.file, xml.encoding.actual
            );
            findings
                .push(Location::at(config.file, 1, 1), message)
                .fix("save the file as UTF-8, or correct the encoding in its first line");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_broken_file_is_an_error_at_its_position() {
        insta::assert_snapshot!(check(&RULE, "
            == web.config
            <configuration>
              <system.webServer>
            </configuration>
        "), @"error web.config:3:1 web.config is not well-formed at 3:1: `</configuration>` does not close `<system.webServer>` of line 2 (500.19 0x8007000d)");
        insta::assert_snapshot!(check(&RULE, "
            == web.config
            empty
        "), @"error web.config:1:1 web.config is not well-formed at 1:1: the file is empty, expected a root element (500.19 0x8007000d)");
        insta::assert_snapshot!(check(&RULE, "
            == web.config
            text before
            <configuration />
        "), @"error web.config:1:1 web.config is not well-formed at 1:1: text before the root element (500.19 0x8007000d)");
    }

    #[test]
    fn utf_16_bytes_under_a_utf_8_declaration_are_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            utf-16: <?xml version="1.0" encoding="utf-8"?><configuration />
        "#), @"error web.config:1:31 web.config is not well-formed at 1:31: the declaration says `utf-8`, but the bytes are UTF-16 (500.19 0x8007000d)");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            utf-16: <?xml version="1.0" encoding="utf-16"?><configuration />
        "#), @"");
    }

    #[test]
    fn a_file_that_iis_reads_is_no_finding() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <?xml version="1.0" encoding="utf-8"?>
            <configuration />
        "#), @"");
    }
}
