//! The arrows between our crates: `crates/README.md` says which there may be, the manifests which
//! there are.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::Notes;

/// What a crate may see of ours, by short names (`path` for `iisle-path`, `iisle` for itself).
pub(super) type Arrows = BTreeMap<String, BTreeSet<String>>;

/// A dependency between two of our packages, by short names.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    /// Only tests, benches and examples see it.
    pub(super) is_dev: bool,
}

/// The name of a package as the block of arrows has it.
pub(super) fn short(package: &str) -> &str {
    package.strip_prefix("iisle-").unwrap_or(package)
}

/// The block of arrows of a document: the fenced block with a line `iisle -> …`.
///
/// A line holds one group `names -> names` or several; several names before an arrow are separated
/// by commas, `(nothing)` stands for none, and `#` starts a comment.
pub(super) fn parse(document: &str) -> Option<Arrows> {
    let mut blocks = document.split("```").skip(1).step_by(2);
    let block = blocks.find(|block| {
        block.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("iisle") && words.next() == Some("->")
        })
    })?;
    let mut arrows = Arrows::new();
    for line in block.lines().skip(1) {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let heads: Vec<usize> = (1..words.len()).filter(|&at| words[at] == "->").collect();
        let starts: Vec<usize> = heads.iter().map(|&head| first_name(&words, head)).collect();
        for (group, (&head, &start)) in heads.iter().zip(&starts).enumerate() {
            let end = starts.get(group + 1).copied().unwrap_or(words.len());
            let sees = words[head + 1..end].iter().filter(|word| **word != "(nothing)");
            let sees: BTreeSet<String> = sees.map(|word| short(word).to_owned()).collect();
            for name in &words[start..head] {
                let name = short(name.trim_end_matches(','));
                arrows.entry(name.to_owned()).or_default().extend(sees.iter().cloned());
            }
        }
    }
    Some(arrows)
}

/// Where the names before the arrow at `head` start: one, or several with commas between.
fn first_name(words: &[&str], head: usize) -> usize {
    let mut start = head - 1;
    while start > 0 && words[start - 1].ends_with(',') {
        start -= 1;
    }
    start
}

/// Compares what may be with what is.
///
/// Dev-dependencies are free, for a test may see what its crate may not; only `testdata` is nothing
/// but a dev-dependency, and nobody depends on `xtask`.
pub(super) fn check(allowed: &Arrows, packages: &[String], arrows: &[Arrow], notes: &mut Notes) {
    const PLACE: &str = "crates/README.md";
    let packages: BTreeSet<&str> = packages.iter().map(|package| short(package)).collect();
    for package in &packages {
        if !allowed.contains_key(*package) {
            notes.complain(PLACE, format!("the block of arrows has no line for `{package}`"));
        }
    }
    for (from, sees) in allowed {
        for name in sees.iter().chain([from]).filter(|name| !packages.contains(name.as_str())) {
            notes.complain(
                PLACE,
                format!("the block of arrows names `{name}`, which is no package"),
            );
        }
        for to in sees {
            let drawn = |arrow: &Arrow| arrow.from == *from && arrow.to == *to && !arrow.is_dev;
            if !arrows.iter().any(drawn) {
                notes.warn(PLACE, format!("`{from} -> {to}` is allowed and not used"));
            }
        }
    }
    for Arrow { from, to, is_dev } in arrows {
        let may = allowed.get(from).is_some_and(|sees| sees.contains(to));
        if to == "xtask" || !is_dev && (to == "testdata" || !may) {
            notes.complain(&manifest(from), format!("may not depend on `{to}` ({PLACE})"));
        }
    }
}

fn manifest(short_name: &str) -> String {
    match short_name {
        "iisle" => "crates/iisle/Cargo.toml".to_owned(),
        "templates" | "testdata" | "xtask" => format!("{short_name}/Cargo.toml"),
        other => format!("crates/iisle-{other}/Cargo.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "\
text
```sh
cargo build
```
```text
iisle           -> ops report path
iisle-ops       -> tree report path      # the verbs
iisle-tree      -> path          iisle-report -> path
iisle-path, testdata -> (nothing)
```
";

    fn complaints(arrows: &[(&str, &str, bool)]) -> String {
        let allowed = parse(BLOCK).unwrap();
        let packages =
            ["iisle", "iisle-ops", "iisle-tree", "iisle-report", "iisle-path", "iisle-testdata"];
        let packages: Vec<String> = packages.map(str::to_owned).to_vec();
        let arrows: Vec<Arrow> = arrows
            .iter()
            .map(|&(from, to, is_dev)| Arrow { from: from.to_owned(), to: to.to_owned(), is_dev })
            .collect();
        let mut notes = Notes::default();
        check(&allowed, &packages, &arrows, &mut notes);
        notes.text().lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_line_holds_one_group_or_several() {
        let arrows = parse(BLOCK).unwrap();
        let flat: Vec<String> = arrows
            .iter()
            .map(|(from, to)| {
                format!("{from}:{}", to.iter().map(String::as_str).collect::<Vec<_>>().join("+"))
            })
            .collect();
        assert_eq!(
            flat.join(" "),
            "iisle:ops+path+report ops:path+report+tree path: report:path testdata: tree:path"
        );
    }

    #[test]
    fn a_document_without_the_block_has_none() {
        assert!(parse("```text\nfoo -> bar\n```").is_none());
    }

    #[test]
    fn allowed_arrows_are_fine() {
        assert_eq!(complaints(&[("ops", "tree", false), ("tree", "path", false)]), "");
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_refused() {
        assert_eq!(
            complaints(&[("path", "tree", false)]),
            "error: crates/iisle-path/Cargo.toml: may not depend on `tree` (crates/README.md)"
        );
    }

    #[test]
    fn tests_may_see_more_but_never_the_chores() {
        assert_eq!(complaints(&[("path", "tree", true), ("ops", "testdata", true)]), "");
        assert!(complaints(&[("ops", "testdata", false)]).contains("may not depend on `testdata`"));
        assert!(complaints(&[("ops", "xtask", true)]).contains("may not depend on `xtask`"));
    }

    #[test]
    fn packages_and_the_block_know_each_other() {
        let mut notes = Notes::default();
        let allowed = parse("```text\niisle -> ops\n```").unwrap();
        check(&allowed, &["iisle".to_owned(), "iisle-xml".to_owned()], &[], &mut notes);
        let text = notes.text();
        assert!(text.contains("no line for `xml`"), "{text}");
        assert!(text.contains("names `ops`, which is no package"), "{text}");
    }
}
