//! The numbered requirements of the specification of sync: each has a test that names it, or says why
//! it has none.
//!
//! A test names what it proves in a comment of its own above `#[test]`: `// SD-11`, or
//! `// SD-11, LK-7: what it has to do with them`.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::Notes;

/// The list of the requirements, a line for each: `- SD-11: what it asks for`.
pub(super) const LIST: &str = "crates/iisle-sync/REQUIREMENTS.md";

/// What a requirement without a test says of itself in the list.
const OPEN: &str = "(not built: ";

/// Checks the list against all sources: paths with their texts.
pub(super) fn check<'a>(
    list: &str,
    sources: impl Iterator<Item = (&'a str, &'a str)>,
    notes: &mut Notes,
) {
    let mut asked = BTreeMap::new();
    for line in list.lines().filter_map(|line| line.strip_prefix("- ")) {
        let (number, text) = line.split_once(": ").unwrap_or((line, ""));
        if !is_number(number) || asked.insert(number, text).is_some() {
            notes.complain(LIST, format!("`{number}` is no number, or is there twice"));
        }
    }
    let mut proven = BTreeSet::new();
    for (path, text) in sources {
        for number in named(text) {
            if !asked.contains_key(number) {
                notes.complain(path, format!("a test names {number}, which is not in {LIST}"));
            }
            proven.insert(number);
        }
    }
    for (number, text) in asked {
        match (proven.contains(number), text.contains(OPEN)) {
            (false, false) => notes.complain(LIST, format!("no test names {number}")),
            (true, true) => {
                notes.complain(LIST, format!("{number} is said not to be built, and has a test"));
            }
            _ => {}
        }
    }
}

/// The numbers that the tests of a source name.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(comment) = line.strip_prefix("// ") else { continue };
        let numbers = comment.split(':').next().unwrap_or_default().split(", ");
        // Other attributes and the rest of the comment may stand between.
        let mut below = lines[at + 1..].iter();
        let next = below.find(|line| !line.starts_with("// ") && !is_other_attribute(line));
        if next.is_some_and(|line| *line == "#[test]") {
            found.extend(numbers.filter(|number| is_number(number)));
        }
    }
    found.into_iter()
}

fn is_other_attribute(line: &str) -> bool {
    line.starts_with("#[") && line != "#[test]"
}

fn is_number(text: &str) -> bool {
    let groups = ["RB", "WD", "LK", "AO", "SD", "CR"];
    text.split_once('-').is_some_and(|(group, number)| {
        groups.contains(&group)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# List\n\n- SD-1: plan first\n- LK-2: look (not built: later)\n";

    fn complaints(list: &str, source: &str) -> String {
        let mut notes = Notes::default();
        check(list, [("a.rs", source)].into_iter(), &mut notes);
        notes.text()
    }

    #[test]
    fn a_number_above_a_test_is_proven() {
        assert_eq!(complaints(LIST, "// SD-1: because\n// more\n#[cfg(unix)]\n#[test]\n"), "");
        for source in ["/// Source: `sync.md` SD-1.\n#[test]", "// SD-1\nfn f() {}\n#[test]", ""] {
            let text = complaints(LIST, source);
            assert!(text.contains("no test names SD-1"), "{source}: {text}");
        }
    }

    #[test]
    fn the_list_is_kept_truthful() {
        let text = complaints(LIST, "// SD-1, LK-2\n#[test]");
        assert!(text.contains("LK-2 is said not to be built, and has a test"), "{text}");
        let text = complaints(LIST, "// SD-1, SD-99\n#[test]");
        assert!(text.contains("a.rs: a test names SD-99"), "{text}");
        let text = complaints("- SD-1: a\n- SD-1: b\n- what\n", "// SD-1\n#[test]");
        assert!(text.contains("`SD-1` is no number") && text.contains("`what`"), "{text}");
    }
}
