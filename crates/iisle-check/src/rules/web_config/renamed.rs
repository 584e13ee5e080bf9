use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 2),
    name: "web-config-renamed",
    severity: Severity::Error,
    help: "rename it to web.config, in the root; delete copies",
    explain: include_str!("renamed.md"),
    symptom: "403.14; the content of the copy can be downloaded",
    source: "Microsoft Learn, web.config file",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if output.file("web.config").is_some() || !output.is_for_iis() {
        return;
    }
    let mut candidates: Vec<_> = output
        .files
        .iter()
        .filter(|file| file.path.is_top_level() && is_near_miss(file.path.as_str()))
        .collect();
    if candidates.is_empty() {
        let below = |path: &RelPath| path.file_name().eq_ignore_ascii_case("web.config");
        candidates.extend(output.files.iter().filter(|file| below(&file.path)));
    }
    for file in candidates {
        let message = format!(
            "found '{}', expected 'web.config' in the root; .txt/.json/.xml copies are downloadable",
            file.path
        );
        findings.push(Location::file(file.path.as_str()), message);
    }
}

/// Names that a web.config gets by accident: a copy, a backup, a transform of a configuration.
fn is_near_miss(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "webconfig"
        || lower.starts_with("web.config")
        || lower.ends_with("web.config")
        || (lower.starts_with("web.") && lower.ends_with(".config"))
        || (lower.starts_with("copy of web") || lower.starts_with("web - copy"))
            && lower.ends_with(".config")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn near_misses_are_named() {
        for name in [
            "web.config.txt",
            "Copy of web.config",
            "webconfig",
            "Web.Release.config",
            "old.web.config",
        ] {
            let text = format!(
                "
                == shop.exe
                native x64
                == {name}
                <configuration />"
            );
            let found = check(&RULE, &text);
            assert!(
                found.starts_with(&format!("error {name} found '{name}', expected")),
                "{found}"
            );
        }
    }

    #[test]
    fn a_file_in_a_folder_counts_when_there_is_no_other() {
        insta::assert_snapshot!(check(&RULE, r"
            == shop.exe
            native x64
            == publish/web.config
            <configuration />
        "), @"error publish/web.config found 'publish/web.config', expected 'web.config' in the root; .txt/.json/.xml copies are downloadable");
    }

    #[test]
    fn copies_beside_the_real_one_are_no_matter_of_this_rule() {
        insta::assert_snapshot!(check(&RULE, r"
            == shop.exe
            native x64
            == web.config
            <configuration />
            == web.config.bak
            <configuration />
        "), @"");
    }
}
