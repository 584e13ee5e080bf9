//! What the real SDK sets and the built-in model does not hold.

use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Property names, one a line. Only the names are known here, not the values.
///
/// Source: the property groups outside of targets in dotnet/msbuild, dotnet/sdk and `NuGet`.
const NAMES: &str = include_str!("model/beyond.txt");

/// Whether the SDK would give a property a value that the model does not know.
pub(crate) fn sets(name: &str) -> bool {
    static KNOWN: OnceLock<BTreeSet<String>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| NAMES.lines().map(str::to_ascii_lowercase).collect());
    // Names with an underscore belong to the SDK's own files.
    name.starts_with('_') || known.contains(&name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_regardless_of_case() {
        assert!(sets("assemblysearchpaths") && sets("_Anything") && !sets("UserSecretsId"));
        let lines: Vec<&str> = NAMES.lines().collect();
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "sorted, each once");
    }
}
