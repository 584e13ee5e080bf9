use std::path::{Path, PathBuf};

use crate::paths::Style;
use crate::{EntryKind, Host, ProjectFiles, SdkVersion};

/// What `global.json` says about SDKs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GlobalJson {
    /// The file.
    pub file: PathBuf,
    /// `sdk.version`.
    pub version: Option<String>,
    /// `sdk.rollForward`.
    pub roll_forward: Option<String>,
    /// `msbuild-sdks`: SDKs that are packages, with their versions.
    pub packages: Vec<(String, String)>,
}

impl GlobalJson {
    /// The version of the SDK that rules, as far as the file alone tells: the one it names, unless
    /// any newer one will do. `None` when the choice is free.
    ///
    /// Source: docs/core/tools/global-json.md.
    pub fn sdk_version(&self) -> Option<SdkVersion> {
        let version: SdkVersion = self.version.as_deref()?.parse().ok()?;
        let newest =
            self.roll_forward.as_deref().is_some_and(|how| how.eq_ignore_ascii_case("latestMajor"));
        if newest && version < SdkVersion::NEWEST {
            return None;
        }
        Some(version)
    }
}

/// Reads the nearest `global.json` from a folder upwards; `None` when there is none or it cannot
/// be read.
pub fn find_global_json(files: &dyn ProjectFiles, host: Host, folder: &Path) -> Option<GlobalJson> {
    let style = if host.is_windows() { Style::Windows } else { Style::Unix };
    global_json(files, style, &folder.to_string_lossy())
}

pub(crate) fn global_json(
    files: &dyn ProjectFiles,
    style: Style,
    folder: &str,
) -> Option<GlobalJson> {
    let mut folder = folder.to_owned();
    let path = loop {
        let candidate = style.combine(&folder, "global.json");
        if files.entry(Path::new(&candidate)) == Some(EntryKind::File) {
            break candidate;
        }
        folder = style.directory(&folder)?.to_owned();
    };
    let bytes = files.read(Path::new(&path)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let mut json = GlobalJson { file: PathBuf::from(&path), ..GlobalJson::default() };
    for (keys, value) in texts(&text)? {
        match keys.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["sdk", "version"] => json.version = Some(value),
            ["sdk", "rollForward"] => json.roll_forward = Some(value),
            ["msbuild-sdks", package] => json.packages.push((package.to_owned(), value)),
            _ => {}
        }
    }
    Some(json)
}

/// Objects nested deeper are refused.
const DEEPEST: usize = 64;

/// Every text of a JSON document with the keys that lead to it; comments and trailing commas are
/// allowed. `None` when it is no JSON.
pub(crate) fn texts(text: &str) -> Option<Vec<(Vec<String>, String)>> {
    let mut reader = Reader { text: text.trim_start_matches('\u{feff}'), found: Vec::new() };
    reader.value(&mut Vec::new())?;
    Some(reader.found)
}

struct Reader<'t> {
    text: &'t str,
    found: Vec<(Vec<String>, String)>,
}

impl Reader<'_> {
    fn skip(&mut self) {
        loop {
            self.text = self.text.trim_start();
            if let Some(rest) = self.text.strip_prefix("//") {
                self.text = rest.find('\n').map_or("", |end| &rest[end..]);
            } else if let Some(rest) = self.text.strip_prefix("/*") {
                self.text = rest.find("*/").map_or("", |end| &rest[end + 2..]);
            } else {
                return;
            }
        }
    }

    fn takes(&mut self, c: char) -> bool {
        self.skip();
        let rest = self.text.strip_prefix(c);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn value(&mut self, keys: &mut Vec<String>) -> Option<()> {
        if keys.len() > DEEPEST {
            return None;
        }
        self.skip();
        if self.takes('{') {
            while !self.takes('}') {
                let key = self.string()?;
                self.takes(':').then_some(())?;
                keys.push(key);
                self.value(keys)?;
                keys.pop();
                if !self.takes(',') {
                    return self.takes('}').then_some(());
                }
            }
            Some(())
        } else if self.takes('[') {
            keys.push(String::new());
            while !self.takes(']') {
                self.value(keys)?;
                if !self.takes(',') {
                    self.takes(']').then_some(())?;
                    break;
                }
            }
            keys.pop();
            Some(())
        } else if self.text.starts_with('"') {
            let value = self.string()?;
            self.found.push((keys.clone(), value));
            Some(())
        } else {
            let end = self.text.find([',', '}', ']', ' ', '\r', '\n', '\t']);
            let word = &self.text[..end.unwrap_or(self.text.len())];
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            (!word.is_empty() && word.chars().all(plain)).then_some(())?;
            self.text = &self.text[word.len()..];
            Some(())
        }
    }

    fn string(&mut self) -> Option<String> {
        self.skip();
        let mut out = String::new();
        let mut chars = self.text.strip_prefix('"')?.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        let code = u32::from_str_radix(&digits, 16).ok()?;
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    other => out.push(other),
                },
                c => out.push(c),
            }
        }
        self.text = chars.as_str();
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MemoryFiles;

    #[test]
    fn the_nearest_file_is_read_comments_and_all() {
        let mut files = MemoryFiles::new();
        files.insert(
            "/r/global.json",
            "{ // pinned\n \"sdk\": { \"version\": \"8.0.100\", \"allowPrerelease\": true, },\n\
             \"msbuild-sdks\": { \"My.Sdk\": \"1.2.3\" } /* end */ }",
        );
        files.insert("/r/src/App/App.csproj", "<Project/>");
        let json = find_global_json(&files, Host::default(), Path::new("/r/src/App")).unwrap();
        assert_eq!(json.version.as_deref(), Some("8.0.100"));
        assert_eq!(json.packages, [("My.Sdk".to_owned(), "1.2.3".to_owned())]);
        assert_eq!(find_global_json(&files, Host::default(), Path::new("/x")), None);
    }

    #[test]
    fn the_version_rules_unless_any_newer_one_will_do() {
        let said = |version: &str, how: Option<&str>| {
            let json = GlobalJson {
                version: Some(version.to_owned()),
                roll_forward: how.map(str::to_owned),
                ..GlobalJson::default()
            };
            json.sdk_version().map(|version| version.to_string())
        };
        assert_eq!(said("8.0.100", None).as_deref(), Some("8.0.100"));
        assert_eq!(
            said("9.0.100-rc.1.24452.12", Some("latestFeature")).as_deref(),
            Some("9.0.100")
        );
        assert_eq!(said("8.0.100", Some("latestMajor")), None);
        assert_eq!(said("8", None), None);
        assert_eq!(GlobalJson::default().sdk_version(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,/*a\\\\u ]{0,60}") {
            let found = texts(&text).unwrap_or_default();
            prop_assert!(found.len() <= text.len());
        }
    }
}
