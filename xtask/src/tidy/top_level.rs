//! The top level: what a visitor sees first, and nothing else.

use std::collections::BTreeSet;

use super::notes::Notes;

/// Folders and files without which something is missing.
const WANTED: [&str; 17] = [
    ".cargo",
    ".ci",
    ".config",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "templates",
    "testdata",
    "xtask",
];
/// What may be there beside it.
const HIDDEN: [&str; 4] = [".gitattributes", ".github", ".gitignore", ".typos.toml"];

/// Checks the tracked files, whose paths are relative to the root.
pub(super) fn check<'a>(files: impl Iterator<Item = &'a str>, notes: &mut Notes) {
    let found: BTreeSet<&str> = files.map(|path| path.split('/').next().unwrap_or(path)).collect();
    for name in WANTED.iter().filter(|name| !found.contains(*name)) {
        notes.complain(name, "is missing at the top level");
    }
    for name in found.iter().filter(|name| !WANTED.contains(name) && !HIDDEN.contains(name)) {
        notes.complain(name, "does not belong to the top level");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_and_what_is_too_much_is_named() {
        let mut notes = Notes::default();
        check(WANTED.into_iter().chain(["crates/a/Cargo.toml"]), &mut notes);
        assert!(notes.is_good(), "{}", notes.text());
        check(WANTED.into_iter().skip(4).chain(["docs/x.md"]), &mut notes);
        let text = notes.text();
        assert!(text.contains("CHANGELOG.md: is missing"), "{text}");
        assert!(text.contains("docs: does not belong"), "{text}");
    }
}
