use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Element, Handler, HandlerEntry, Scope};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 38),
    name: "handler-removed",
    severity: Severity::Error,
    help: "delete the <remove>, or add the handler behind it",
    explain: include_str!("handler_removed.md"),
    symptom: "404 or 403.14",
    source: "Microsoft Learn, ASP.NET Core Module (sample for sub-applications)",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(remove) = removal(config) else {
        return;
    };
    let is_app = config.hosting.is_some()
        || known.output.is_some_and(|output| output.entry_assembly().is_some());
    if is_app {
        findings.push(
            config.element(remove),
            "the handler is removed: this folder's ASP.NET Core app will never run (404/403.14)",
        );
    }
}

/// Whether the handler `aspNetCore` is taken away and not given back.
pub(super) fn removes_our_handler(config: &Config<'_>) -> bool {
    removal(config).is_some()
}

fn removal<'a>(config: &Config<'a>) -> Option<&'a Element> {
    let given_back = |handler: &Handler<'_>| {
        handler.is_named_asp_net_core()
            || handler.runs_asp_net_core()
            || handler.runs_http_platform()
    };
    if config.effective_handlers().iter().any(given_back) {
        return None;
    }
    let scopes = config.application_root();
    let entries = scopes.iter().flat_map(Scope::handlers).flat_map(|list| list.entries());
    let mut removes = entries.filter_map(|entry| match entry {
        HandlerEntry::Remove(element) => Some(element),
        HandlerEntry::Add(_) | HandlerEntry::Clear(_) | HandlerEntry::Unknown(_) => None,
    });
    let ours = |element: &&Element| {
        element.value("name").is_some_and(|name| name.eq_ignore_ascii_case("aspNetCore"))
    };
    removes.rfind(ours)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    const REMOVED: &str = r#"
        == web.config
        <configuration>
          <system.webServer>
            <handlers>
              <remove name="aspNetCore" />
            </handlers>
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
          </system.webServer>
        </configuration>"#;

    #[test]
    fn a_removed_handler_beside_a_section_is_an_error() {
        insta::assert_snapshot!(check(&RULE, REMOVED), @"error web.config:4:7 the handler is removed: this folder's ASP.NET Core app will never run (404/403.14)");
    }

    #[test]
    fn a_handler_that_comes_back_is_right() {
        let text = REMOVED.replace(
            "</handlers>",
            r#"<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" /></handlers>"#,
        );
        assert_eq!(check(&RULE, &text), "");
    }

    #[test]
    fn a_child_that_is_no_asp_net_core_app_removes_it_rightly() {
        let text =
            REMOVED.replace(r#"<aspNetCore processPath="dotnet" arguments=".\App.dll" />"#, "");
        assert_eq!(check(&RULE, &text), "");
    }
}
