use iisle_report::{RuleId, Severity};

use super::shadow_copy::ShadowCopy;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('S', 1),
    name: "shadow-copy-inside-app",
    severity: Severity::Warning,
    help: "use a folder beside the application, such as ..\\ShadowCopy\\App",
    explain: include_str!("shadow_copy_inside.md"),
    symptom: "the copies are deployed over, synced and deleted",
    source: "dotnet/aspnetcore issue 31864",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(shadow) = ShadowCopy::of(config).filter(ShadowCopy::is_used) else {
        return;
    };
    let (at, text) = match shadow.directory {
        Some(entry) => (entry.element, entry.value().unwrap_or_default()),
        None => (shadow.enabling.element, "ShadowCopyDirectory"),
    };
    match Place::of(text) {
        Place::Elsewhere => {}
        Place::Inside => {
            let message = format!("shadowCopyDirectory '{text}' is inside the app root");
            findings.push(config.element(at), message);
        }
        Place::Around => {
            let message = format!("shadowCopyDirectory '{text}' is the app root or a parent of it");
            findings
                .push(config.element(at), message)
                .severity(Severity::Error)
                .symptom("the app folder is copied into itself");
        }
    }
}

/// Where a folder lies, seen from the app root.
enum Place {
    Inside,
    /// The root itself or a parent of it.
    Around,
    /// Beside it, or at a place that only the target knows.
    Elsewhere,
}

impl Place {
    fn of(text: &str) -> Self {
        if text.starts_with(['\\', '/']) || text.contains([':', '%']) {
            return Self::Elsewhere;
        }
        let (mut up, mut down) = (0_u32, 0_u32);
        for step in text.split(['\\', '/']) {
            match step {
                "" | "." => {}
                ".." if down > 0 => down -= 1,
                ".." => up += 1,
                _ => down += 1,
            }
        }
        match (up, down) {
            (_, 0) => Self::Around,
            (0, _) => Self::Inside,
            _ => Self::Elsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, handler_settings};

    fn settings(model: &str, settings: &[(&str, &str)]) -> String {
        check(&RULE, &handler_settings(model, settings))
    }

    #[test]
    fn a_folder_inside_the_app_is_a_warning() {
        insta::assert_snapshot!(settings("inprocess", &[("enableShadowCopy", "true"), ("shadowCopyDirectory", r".\ShadowCopy")]), @r"warning web.config:8:137 shadowCopyDirectory '.\ShadowCopy' is inside the app root");
        insta::assert_snapshot!(settings("inprocess", &[("enableShadowCopy", "true")]), @"warning web.config:8:82 shadowCopyDirectory 'ShadowCopyDirectory' is inside the app root");
    }

    #[test]
    fn the_app_root_and_its_parents_are_errors() {
        insta::assert_snapshot!(settings("inprocess", &[("enableShadowCopy", "true"), ("shadowCopyDirectory", ".")]), @"error web.config:8:137 shadowCopyDirectory '.' is the app root or a parent of it");
        insta::assert_snapshot!(settings("inprocess", &[("enableShadowCopy", "true"), ("shadowCopyDirectory", r"..\")]), @r"error web.config:8:137 shadowCopyDirectory '..\' is the app root or a parent of it");
    }

    #[test]
    fn a_folder_beside_the_app_is_right() {
        for folder in [r"..\ShadowCopy\shop", r"C:\ShadowCopy\shop", r"%TEMP%\shop"] {
            let found = settings(
                "inprocess",
                &[("enableShadowCopy", "true"), ("shadowCopyDirectory", folder)],
            );
            assert_eq!(found, "", "{folder}");
        }
        assert_eq!(settings("inprocess", &[("shadowCopyDirectory", ".")]), "");
    }
}
