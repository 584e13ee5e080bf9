//! The catalogue of checks: ids are unique, every rule has its page, every page its rule.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::Notes;

/// Where rules live.
pub(super) const FOLDER: &str = "crates/iisle-check/src/rules/";

/// Checks the files under [`FOLDER`]: sources with their text, pages with theirs.
pub(super) fn check(sources: &[(String, String)], pages: &[(String, String)], notes: &mut Notes) {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for (path, text) in sources {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        used.extend(includes(text).map(|page| format!("{folder}/{page}")));
        let ids: Vec<String> = ids(text).collect();
        for id in &ids {
            if let Some(other) = owners.insert(id.clone(), path) {
                notes.complain(path, format!("rule {id} is also in {other}"));
            }
        }
        if includes(text).count() < ids.len() {
            notes.complain(path, "has a rule without a page: `explain: include_str!(\"….md\")`");
        }
    }
    for (path, text) in pages {
        if !used.contains(path) {
            notes.complain(path, "is no rule's page");
        }
        if text.trim().is_empty() {
            notes.complain(path, "is empty");
        }
    }
    for page in used.iter().filter(|page| !pages.iter().any(|(path, _)| path == *page)) {
        notes.complain(page, "does not exist");
    }
}

/// The ids that a source gives to rules: `id: RuleId::new('W', 13)` is `W013`.
fn ids(text: &str) -> impl Iterator<Item = String> {
    text.split("id: RuleId::new('").skip(1).filter_map(|rest| {
        let (group, rest) = rest.split_once("', ")?;
        let number: u16 = rest.split_once(')')?.0.parse().ok()?;
        Some(format!("{group}{number:03}"))
    })
}

fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.split("include_str!(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\")").map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(sources: &[(&str, &str)], pages: &[(&str, &str)]) -> String {
        let owned = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let mut notes = Notes::default();
        check(&owned(sources), &owned(pages), &mut notes);
        notes.text()
    }

    const RULE: &str = "id: RuleId::new('W', 13),\nexplain: include_str!(\"a.md\"),";

    #[test]
    fn a_rule_with_its_page_is_fine() {
        assert_eq!(complaints(&[("r/a.rs", RULE)], &[("r/a.md", "Text.")]), "");
    }

    #[test]
    fn two_rules_with_one_id_are_refused() {
        let text = complaints(&[("r/a.rs", RULE), ("r/b.rs", RULE)], &[("r/a.md", "Text.")]);
        assert_eq!(text, "error: r/b.rs: rule W013 is also in r/a.rs");
    }

    #[test]
    fn pages_and_rules_belong_together() {
        let text = complaints(&[("r/b.rs", "id: RuleId::new('A', 1),")], &[("r/c.md", "Text.")]);
        assert!(text.contains("r/b.rs: has a rule without a page"), "{text}");
        assert!(text.contains("r/c.md: is no rule's page"), "{text}");
        let text = complaints(&[("r/a.rs", RULE)], &[("r/a.md", " \n")]);
        assert_eq!(text, "error: r/a.md: is empty");
    }
}
