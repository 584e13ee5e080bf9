//! What a site itself says must stay: its `.deployignore`, and the folders that its web.config names.

use iisle_path::{Patterns, RelPath};
use iisle_report::Location;
use iisle_sync::Policy;
use iisle_tree::{LocalTree, Tree, TreeError};
use iisle_webconfig::{LogFile, explain, read};

use crate::Failure;
use crate::drift::MAX_CONFIG;

/// Patterns of the site, one a line; `#` begins a comment.
const IGNORE_FILE: &str = ".deployignore";
/// More is no list of patterns.
const MAX_IGNORE: u64 = 1 << 20;

/// The policy with what the site in `destination` wants protected.
///
/// # Errors
/// When its `.deployignore` cannot be read: what it protects must not be lost by a slip.
///
/// Source: `sync.md` SD-24.
pub(crate) fn with_own(policy: &Policy, destination: &LocalTree) -> Result<Policy, Failure> {
    let mut policy = policy.clone();
    let ignored = ignored(destination)?;
    let folders = destination.read_all(&crate::webconfig::path(), MAX_CONFIG);
    let folders = folders.map(|text| folders_of(&text)).unwrap_or_default();
    policy.protected = policy.protected.and(ignored.into_iter().chain(folders))?;
    Ok(policy)
}

/// What the site's list names, and the list.
fn ignored(destination: &LocalTree) -> Result<Vec<String>, Failure> {
    let path = RelPath::parse(IGNORE_FILE).expect("it is a name");
    let text = match destination.read_all(&path, MAX_IGNORE) {
        Ok(text) => text,
        Err(TreeError::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let file = destination.root().join(IGNORE_FILE).display().to_string();
    patterns(&text).map_err(|(line, failure)| {
        failure
            .context(format!("`{file}` says what to protect, and cannot be understood"))
            .at(Location::at(file.clone(), line, 1))
    })
}

/// The patterns of a list, or the number of a line and what is wrong with it.
fn patterns(text: &[u8]) -> Result<Vec<String>, (u32, Failure)> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        (number(line - 1), Failure::new("it is not UTF-8"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // It stays for the next deployment, whatever the source holds.
    let mut patterns = vec![format!("/{IGNORE_FILE}")];
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('!') {
            let failure = Failure::new(format!("`{line}` takes nothing out"))
                .hint("say --unprotect with a pattern to take something out of what is protected");
            return Err((number(at), failure));
        }
        Patterns::parse([line]).map_err(|error| (number(at), error.into()))?;
        patterns.push(line.to_owned());
    }
    Ok(patterns)
}

fn number(line: usize) -> u32 {
    u32::try_from(line + 1).unwrap_or(u32::MAX)
}

/// Patterns for the folders that a web.config has an app or its module write to.
fn folders_of(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for setting in read(text).map(|config| explain(&config).settings).unwrap_or_default() {
        let value = setting.value.unwrap_or_default();
        let name = setting.name.to_ascii_lowercase();
        let (folder, prefix) = match (name.as_str(), LogFile::resolve(&value)) {
            ("stdoutlogfile", LogFile::Inside { folder, prefix }) => (folder, prefix),
            ("handlersettings/shadowcopydirectory", _) if value.is_empty() => continue,
            ("handlersettings/shadowcopydirectory", LogFile::Inside { folder, prefix }) => {
                let name = prefix.trim_end_matches('.');
                let folder = if folder.is_empty() || name.is_empty() {
                    format!("{folder}{name}")
                } else {
                    format!("{folder}/{name}")
                };
                (folder, "")
            }
            _ => continue,
        };
        found.push(match folder.as_str() {
            // Files beside those of the app.
            "" if !prefix.is_empty() => format!("/{}_*.log", literal(prefix)),
            "" => continue,
            folder => format!("/{}/", literal(folder)),
        });
    }
    found
}

/// A pattern that means a text as it is.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}') {
            pattern.extend(['[', letter, ']']);
        } else {
            pattern.push(letter);
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::{folders_of, patterns, with_own};
    use iisle_path::RelPath;
    use iisle_sync::Policy;
    use iisle_tree::{LocalTree, host};

    fn config(attribute: &str, settings: &str) -> String {
        format!(
            "<configuration><system.webServer><aspNetCore processPath=\"dotnet\" stdoutLogFile=\"{attribute}\">\
             <handlerSettings>{settings}</handlerSettings></aspNetCore></system.webServer></configuration>"
        )
    }

    // SD-24
    #[test]
    fn what_a_site_lists_and_what_its_web_config_names_is_protected() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            host::write_atomic(&folder.path().join(name), text.as_bytes()).unwrap();
        };
        let tree = LocalTree::open(folder.path()).unwrap();
        let policy = || with_own(&Policy::new(["/mine/"]).unwrap(), &tree).unwrap();
        let protects = |path: &str| policy().protects(&RelPath::parse(path).unwrap());
        assert!(!protects("uploads/a.png") && !protects(".deployignore") && protects("mine/x"));
        write(".deployignore", "\u{feff}# by hand\n\n  uploads/ \r\n*.lic\n");
        write("web.config", &config(".\\Output\\app", ""));
        for path in ["uploads/a.png", "x/Site.LIC", ".deployignore", "output/app_1.log", "mine/x"] {
            assert!(protects(path), "{path}");
        }
        assert!(!protects("App.dll") && !protects("x/.deployignore"));
    }

    // SD-24
    #[test]
    fn a_list_that_cannot_be_understood_stops_the_deployment() {
        let folder = tempfile::tempdir().unwrap();
        let tree = LocalTree::open(folder.path()).unwrap();
        for (text, line) in [(b"a\n[z".as_slice(), 2), (b"!x", 1), (b"a\nb\n\xff", 3)] {
            host::write_atomic(&folder.path().join(".deployignore"), text).unwrap();
            let failure = with_own(&Policy::new([""; 0]).unwrap(), &tree).unwrap_err();
            assert_eq!(failure.location.unwrap().line, Some(line));
        }
    }

    #[test]
    fn only_folders_of_the_site_are_named() {
        let of = |log: &str, shadow: &str| {
            let setting =
                format!("<handlerSetting name=\"shadowCopyDirectory\" value=\"{shadow}\" />");
            folders_of(config(log, if shadow.is_empty() { "" } else { &setting }).as_bytes())
        };
        assert_eq!(of(".\\logs\\stdout", ""), ["/logs/"]);
        assert_eq!(of("stdout", ""), ["/stdout_*.log"]);
        assert_eq!(of("a[1]/b/", ""), ["/a[[]1[]]/b/"]);
        assert!(of("..\\logs\\x", "").is_empty() && of("C:\\logs\\x", "").is_empty());
        assert_eq!(of("..\\x\\y", "Copies"), ["/Copies/"]);
        assert_eq!(of("..\\x\\y", ".\\a\\Copies\\"), ["/a/Copies/"]);
        assert!(of("..\\x\\y", "../Copies/").is_empty() && of("..\\x\\y", ".").is_empty());
        assert_eq!(folders_of(b"no xml"), [""; 0]);
        assert_eq!(patterns(b"a\n").unwrap(), ["/.deployignore", "a"]);
    }
}
