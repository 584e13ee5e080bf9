//! Manifests of our packages.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::notes::Notes;

/// Checks the text of a manifest: lints of the workspace, a description, versions in one table.
pub(super) fn check(place: &str, text: &str, notes: &mut Notes) -> Result<()> {
    let root: Table = text.parse().with_context(|| format!("{place} is not TOML"))?;
    let inherits_lints =
        root.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool);
    if inherits_lints != Some(true) {
        notes.complain(place, "has no `[lints] workspace = true`");
    }
    let description = root.get("package").and_then(|package| package.get("description"));
    if description.and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
        notes.complain(place, "has no description");
    }
    check_versions(place, &root, notes);
    let targets = root.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flat_map(Table::values).filter_map(Value::as_table) {
        check_versions(place, target, notes);
    }
    Ok(())
}

fn check_versions(place: &str, table: &Table, notes: &mut Notes) {
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
            if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                notes.complain(
                    place,
                    format!("`{name}` has its version here, not in the workspace's table"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> String {
        let mut notes = Notes::default();
        check("a/Cargo.toml", text, &mut notes).unwrap();
        notes.text()
    }

    #[test]
    fn the_usual_manifest_is_fine() {
        let text = "[package]\nname = 'a'\ndescription = 'b'\n[lints]\nworkspace = true\n\
                    [dependencies]\nx.workspace = true\n\
                    [target.'cfg(windows)'.dependencies]\ny = { workspace = true, features = ['z'] }\n";
        assert_eq!(complaints(text), "");
    }

    #[test]
    fn lints_and_description_are_missed() {
        let text = complaints("[package]\nname = 'a'\n");
        assert!(text.contains("has no description"), "{text}");
        assert!(text.contains("has no `[lints] workspace = true`"), "{text}");
    }

    #[test]
    fn versions_are_refused_for_every_kind_and_target() {
        let text = "[package]\ndescription = 'b'\n[lints]\nworkspace = true\n\
                    [dev-dependencies]\nx = '1'\n[target.'cfg(unix)'.dependencies]\ny = { version = '1' }\n";
        assert_eq!(complaints(text).lines().count(), 2);
    }
}
