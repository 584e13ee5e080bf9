//! What the engine may be built from: no compiler for C, one kind of TLS.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::Notes;

/// The packages that deploy, copy and lock.
pub(super) const ENGINE: [&str; 2] = ["iisle-sync", "iisle-tree"];

/// Packages through which a build script reaches a compiler for another language.
const COMPILERS: [&str; 4] = ["cc", "cmake", "bindgen", "pkg-config"];

/// Packages that are, or bind, another TLS than rustls with ring.
const OTHER_TLS: [&str; 7] = [
    "openssl-sys",
    "native-tls",
    "aws-lc-sys",
    "schannel",
    "security-framework",
    "boring-sys",
    "mbedtls",
];

/// Checks what the packages of the engine are built from; `edges` are dependencies by name, those of
/// builds included and those of tests not.
pub(super) fn check(edges: &BTreeMap<String, BTreeSet<String>>, notes: &mut Notes) {
    for package in ENGINE {
        let below = closure(package, edges);
        for compiler in COMPILERS.iter().filter(|name| below.contains(**name)) {
            notes.complain("Cargo.lock", format!("`{package}` is built with `{compiler}`"));
        }
    }
    let all: BTreeSet<&str> = edges
        .iter()
        .flat_map(|(from, to)| std::iter::once(from).chain(to))
        .map(String::as_str)
        .collect();
    for tls in OTHER_TLS.iter().filter(|name| all.contains(**name)) {
        notes.complain("Cargo.lock", format!("`{tls}` is another TLS than rustls with ring"));
    }
}

fn closure<'a>(start: &'a str, edges: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![start]);
    while let Some(package) = left.pop() {
        if seen.insert(package) {
            left.extend(edges.get(package).into_iter().flatten().map(String::as_str));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(edges: &[(&str, &[&str])]) -> String {
        let owned = |(from, to): &(&str, &[&str])| {
            ((*from).to_owned(), to.iter().map(|name| (*name).to_owned()).collect())
        };
        let mut notes = Notes::default();
        check(&edges.iter().map(owned).collect(), &mut notes);
        notes.text()
    }

    // CR-1
    #[test]
    fn a_compiler_below_the_engine_is_found_at_any_depth() {
        let text = complaints(&[("iisle-sync", &["a"]), ("a", &["b-sys"]), ("b-sys", &["cc"])]);
        assert!(text.contains("`iisle-sync` is built with `cc`"), "{text}");
        assert_eq!(complaints(&[("iisle-sync", &["a"]), ("iisle-webdeploy", &["cc"])]), "");
    }

    // CR-2
    #[test]
    fn another_tls_is_found_anywhere() {
        let text = complaints(&[("iisle", &["http"]), ("http", &["native-tls"])]);
        assert!(text.contains("`native-tls` is another TLS"), "{text}");
        assert_eq!(complaints(&[("http", &["rustls", "ring"])]), "");
    }
}
