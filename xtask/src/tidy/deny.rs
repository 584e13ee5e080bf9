//! Walls around packages of others, and their licenses: both are data of `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use toml::Table;

use super::notes::Notes;

/// What `deny.toml` says, as far as it is held here too.
#[derive(Debug)]
pub(super) struct Deny {
    /// For each package behind a wall, the packages that may depend on it.
    pub(super) walls: BTreeMap<String, BTreeSet<String>>,
    /// SPDX identifiers.
    pub(super) licenses: BTreeSet<String>,
}

impl Deny {
    /// Reads the text of `deny.toml`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let root: Table = text.parse().context("deny.toml is not TOML")?;
        let list = |table: &str, key: &str| {
            let value =
                root.get(table).and_then(|table| table.get(key)).and_then(|value| value.as_array());
            value.with_context(|| format!("deny.toml has no list [{table}] {key}"))
        };
        let mut walls = BTreeMap::new();
        for wall in list("bans", "deny")? {
            let name = wall.get("crate").and_then(|name| name.as_str());
            let name = name.context("an entry of [bans] deny has no `crate`")?;
            let wrappers = wall.get("wrappers").and_then(|value| value.as_array());
            walls.insert(name.to_owned(), texts(wrappers.map_or(&[], Vec::as_slice)));
        }
        Ok(Self { walls, licenses: texts(list("licenses", "allow")?) })
    }

    /// Whether one of ours may depend on a package of others; silent about what has no wall.
    pub(super) fn check_dependency(
        &self,
        ours: &str,
        theirs: &str,
        place: &str,
        notes: &mut Notes,
    ) {
        let Some(allowed) = self.walls.get(theirs) else { return };
        if !allowed.contains(ours) {
            let ours_among: Vec<&str> = allowed
                .iter()
                .map(String::as_str)
                .filter(|name| name.starts_with("iisle") || *name == "xtask")
                .collect();
            let who =
                if ours_among.is_empty() { "nobody".to_owned() } else { ours_among.join(", ") };
            notes.complain(place, format!("may not see `{theirs}`: only {who} may (deny.toml)"));
        }
    }

    /// Whether a license expression of a package of others is one we accept.
    pub(super) fn accepts(&self, expression: &str) -> bool {
        let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut at = 0;
        let accepted = self.any(&words, &mut at);
        accepted && at == words.len()
    }

    fn any(&self, words: &[&str], at: &mut usize) -> bool {
        let mut accepted = self.all(words, at);
        while words.get(*at) == Some(&"OR") {
            *at += 1;
            // Not `||`: the rest must be read in any case.
            accepted |= self.all(words, at);
        }
        accepted
    }

    fn all(&self, words: &[&str], at: &mut usize) -> bool {
        let mut accepted = self.one(words, at);
        while words.get(*at) == Some(&"AND") {
            *at += 1;
            accepted &= self.one(words, at);
        }
        accepted
    }

    fn one(&self, words: &[&str], at: &mut usize) -> bool {
        let word = words.get(*at).copied().unwrap_or_default();
        *at += 1;
        if word == "(" {
            let accepted = self.any(words, at);
            let closed = words.get(*at) == Some(&")");
            *at += 1;
            return accepted && closed;
        }
        let mut license = word.to_owned();
        if words.get(*at) == Some(&"WITH") {
            license = format!("{word} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
            *at += 2;
        }
        self.licenses.contains(&license)
    }
}

fn texts(list: &[toml::Value]) -> BTreeSet<String> {
    list.iter().filter_map(|value| value.as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deny() -> Deny {
        Deny::parse(
            r#"
            [bans]
            deny = [{ crate = "zip", wrappers = ["iisle-webdeploy"] }]
            [licenses]
            allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause"]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn only_those_behind_the_wall_see_what_is_there() {
        let mut notes = Notes::default();
        deny().check_dependency("iisle-webdeploy", "zip", "a", &mut notes);
        deny().check_dependency("iisle-xml", "memchr", "a", &mut notes);
        assert!(notes.is_good(), "{}", notes.text());
        deny().check_dependency("iisle-xml", "zip", "crates/iisle-xml/Cargo.toml", &mut notes);
        assert_eq!(
            notes.text(),
            "error: crates/iisle-xml/Cargo.toml: may not see `zip`: only iisle-webdeploy may (deny.toml)"
        );
    }

    #[test]
    fn one_side_of_or_is_enough_and_both_of_and_are_needed() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(Apache-2.0 OR MIT) AND BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(deny().accepts(good), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0",
            "MIT MIT",
            "(MIT OR GPL-3.0) AND Zlib",
        ] {
            assert!(!deny().accepts(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_without_walls_is_an_error() {
        let error = Deny::parse("[bans]\n").unwrap_err();
        assert_eq!(error.to_string(), "deny.toml has no list [bans] deny");
    }
}
