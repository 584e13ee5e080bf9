//! Response files: switches the engine takes without being asked.

use std::path::{Path, PathBuf};

use crate::options::property_switch;
use crate::paths::Style;
use crate::{EntryKind, Host, ProjectFiles};

/// The switches of response files that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoResponse {
    /// The files, the weaker ones first.
    pub files: Vec<PathBuf>,
    /// Global properties in the order they stand; those of the command line win over them.
    pub properties: Vec<(String, String)>,
}

/// Nested response files are followed so deep.
const DEEPEST: usize = 8;

/// Reads `MSBuild.rsp` beside the project and the nearest `Directory.Build.rsp` above it.
///
/// Only property switches are kept: no other switch changes an evaluation. A switch that cannot be
/// read is left out.
///
/// Source: dotnet/msbuild, `CommandLineParser.cs`.
pub fn auto_response(files: &dyn ProjectFiles, host: Host, project: &Path) -> AutoResponse {
    let style = if host.is_windows() { Style::Windows } else { Style::Unix };
    let project = project.to_string_lossy().into_owned();
    let Some(folder) = style.directory(&project) else { return AutoResponse::default() };
    let mut found = AutoResponse::default();
    let mut above = Some(folder);
    while let Some(dir) = above {
        let candidate = style.combine(dir, "Directory.Build.rsp");
        if files.entry(Path::new(&candidate)) == Some(EntryKind::File) {
            read(files, style, &candidate, &mut found, 0);
            break;
        }
        above = style.directory(dir);
    }
    let beside = style.combine(folder, "MSBuild.rsp");
    if files.entry(Path::new(&beside)) == Some(EntryKind::File) {
        read(files, style, &beside, &mut found, 0);
    }
    found
}

fn read(
    files: &dyn ProjectFiles,
    style: Style,
    path: &str,
    found: &mut AutoResponse,
    depth: usize,
) {
    let Ok(bytes) = files.read(Path::new(path)) else { return };
    found.files.push(PathBuf::from(path));
    let folder = style.directory(path).unwrap_or_default().to_owned();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = text.trim_start_matches('\u{feff}');
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        // The engine ends this one with a separator.
        let line =
            line.replace("%MSBuildThisFileDirectory%", &style.with_trailing_separator(&folder));
        for word in words(&line) {
            if let Some(other) = word.strip_prefix('@') {
                let other = style.full(&folder, &style.fix(other));
                if depth < DEEPEST && !found.files.iter().any(|file| *file == Path::new(&other)) {
                    read(files, style, &other, found, depth + 1);
                }
            } else if let Some(value) = property_value(&word) {
                found.properties.extend(property_switch(value).unwrap_or_default());
            }
        }
    }
}

/// What stands behind `-p:` in any of its spellings.
fn property_value(word: &str) -> Option<&str> {
    let switch = word.strip_prefix("--").or_else(|| word.strip_prefix(['-', '/']))?;
    let (name, value) = switch.split_once(':')?;
    (name.eq_ignore_ascii_case("p") || name.eq_ignore_ascii_case("property")).then_some(value)
}

/// Words of a line; double quotes keep blanks together and stay for the switch to read.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryFiles;

    #[test]
    fn the_nearest_response_file_and_the_one_beside_the_project_give_properties() {
        let mut files = MemoryFiles::new();
        files.insert("/Directory.Build.rsp", "-p:Far=1");
        files.insert(
            "/r/Directory.Build.rsp",
            "# -p:No=1\n-maxcpucount /p:A=1;B=2 -bl\n--property:Here=%MSBuildThisFileDirectory%x\n@more.rsp\n",
        );
        files.insert("/r/more.rsp", "-P:\"C=a b\" @Directory.Build.rsp");
        files.insert("/r/App/MSBuild.rsp", "-p:A=9");
        files.insert("/r/App/App.csproj", "<Project/>");
        let found = auto_response(&files, Host::default(), Path::new("/r/App/App.csproj"));
        let shown: Vec<String> =
            found.properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["A=1", "B=2", "Here=/r/x", "C=a b", "A=9"]);
        assert_eq!(found.files.len(), 3);
    }
}
