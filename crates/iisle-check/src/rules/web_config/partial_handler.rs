use iisle_report::{RuleId, Severity};
use iisle_webconfig::Handler;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 8),
    name: "handler-covers-only-a-part",
    severity: Severity::Warning,
    help: "use path=\"*\" verb=\"*\" resourceType=\"Unspecified\"",
    explain: include_str!("partial_handler.md"),
    symptom: "404, or files of the app are served as they are",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let handlers = config.effective_handlers();
    let ours: Vec<_> = handlers.iter().filter(|handler| handler.runs_asp_net_core()).collect();
    let whole = |handler: &&Handler<'_>| {
        handler.path() == Some("*")
            && handler.verb() == Some("*")
            && handler.resource_type().is_none_or(|it| it.eq_ignore_ascii_case("Unspecified"))
    };
    // Beside a handler that takes everything, narrower ones do no harm.
    if ours.iter().copied().any(|handler| whole(&handler)) {
        return;
    }
    for handler in ours {
        let message = format!(
            "handler '{}' covers only '{}' '{}' {}; other URLs go to StaticFile and may expose files",
            handler.name(),
            handler.path().unwrap_or_default(),
            handler.verb().unwrap_or_default(),
            handler.resource_type().unwrap_or("Unspecified"),
        );
        findings.push(config.element(handler.element), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn handlers(entries: &str) -> String {
        check(
            &RULE,
            &format!(
                "
                == web.config
                <configuration><system.webServer><handlers>
                {entries}
                </handlers></system.webServer></configuration>"
            ),
        )
    }

    #[test]
    fn a_handler_for_files_misses_virtual_urls() {
        insta::assert_snapshot!(handlers(
            r#"<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="File" />"#
        ), @"warning web.config:2:1 handler 'aspNetCore' covers only '*' '*' File; other URLs go to StaticFile and may expose files");
        insta::assert_snapshot!(handlers(
            r#"<add name="aspNetCore" path="api/*" verb="GET" modules="AspNetCoreModuleV2" />"#
        ), @"warning web.config:2:1 handler 'aspNetCore' covers only 'api/*' 'GET' Unspecified; other URLs go to StaticFile and may expose files");
    }

    #[test]
    fn a_handler_for_everything_is_right() {
        insta::assert_snapshot!(handlers(
            r#"<add name="s" path="*.html" verb="GET" modules="StaticFileModule" resourceType="File" />
            <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" />"#
        ), @"");
    }
}
