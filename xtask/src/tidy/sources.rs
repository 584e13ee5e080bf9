//! Text files: what must not be in them, and how long they may be.

use super::notes::Notes;

/// Lines of code at which a file is looked at for a second noun.
const LONG: usize = 600;
/// Lines of code that a file may have.
const TOO_LONG: usize = 900;

// In parts, so that this file does not complain about itself.
const IGNORED_TEST: &str = concat!("#[", "ignore");
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const PRIVATE_FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
const UNSAFE: &str = concat!("(unsafe", "_code");
/// The file that may.
const UNSAFE_FILE: &str = "crates/iisle-tree/src/local/windows/calls.rs";
const WINDOWS: &str = concat!("cfg(", "windows)");
/// A function that can leave no file at all under the name of the one it replaces.
const LOSES_FILES: &str = concat!("Replace", "FileW");

/// Checks one text file; `path` is relative to the root, with slashes.
pub(super) fn check(path: &str, text: &str, notes: &mut Notes) {
    let is_foreign = path.starts_with("testdata/") || path.starts_with("templates/files/");
    for (number, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", number + 1);
        if let Some(folder) = PRIVATE_FOLDERS.iter().find(|folder| has_path(line, folder)) {
            notes.complain(&place, format!("names `{folder}`, a path of one machine"));
        }
        if is_foreign {
            continue;
        }
        if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
            notes.complain(&place, format!("says {word}: finish it, or say what is so"));
        }
        if has_extension(path, "rs") {
            check_line_of_rust(path, &place, line, notes);
        }
    }
    if has_extension(path, "rs") && !is_test_file(path) {
        let lines = lines_outside_tests(text);
        if lines > TOO_LONG {
            notes.complain(path, format!("has {lines} lines outside tests, more than {TOO_LONG}"));
        } else if lines > LONG {
            notes.warn(path, format!("has {lines} lines outside tests: look for the second noun"));
        }
    }
}

fn check_line_of_rust(path: &str, place: &str, line: &str, notes: &mut Notes) {
    let code = line.trim_start();
    if code.starts_with("//") {
        return;
    }
    if code.starts_with(IGNORED_TEST) {
        notes.complain(
            place,
            "ignores a test: assert today's behavior and say what is wrong with it",
        );
    }
    if line.contains(UNSAFE) && path != UNSAFE_FILE {
        notes.complain(place, format!("allows `unsafe`, which has one file: {UNSAFE_FILE}"));
    }
    if line.contains(LOSES_FILES) {
        notes.complain(place, format!("calls `{LOSES_FILES}`, which can leave no file at all"));
    }
    let knows_the_host =
        path.starts_with("crates/iisle-tree/") || path.starts_with("xtask/") || is_test_file(path);
    if line.contains(WINDOWS) && !knows_the_host {
        notes.complain(place, "asks for the host's system: only iisle-tree does");
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}

fn is_test_file(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "tests.rs" | "testing" | "benches" | "examples"))
}

/// Lines before the module of tests at the end of a file.
fn lines_outside_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_letter) && !line[at + word.len()..].starts_with(is_letter)
    })
}

/// Whether the line has an absolute path below `folder`: not as the inner part of a longer one.
fn has_path(line: &str, folder: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || "._-*}>)".contains(c);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> String {
        let mut notes = Notes::default();
        check(path, text, &mut notes);
        notes.text()
    }

    #[test]
    fn unfinished_work_is_named_with_its_line() {
        let word = UNFINISHED[0];
        let text = complaints("crates/a/src/b.rs", &format!("fn f() {{}}\n// {word}: more\n"));
        assert!(text.starts_with("error: crates/a/src/b.rs:2: says"), "{text}");
        assert_eq!(complaints("crates/a/src/b.rs", &format!("const {word}S: u8 = 1;\n")), "");
        assert_eq!(complaints("testdata/a/in/x.cs", &format!("// {word}\n")), "");
    }

    // LK-1
    #[test]
    fn a_call_that_can_lose_a_file_is_refused() {
        let text = complaints("crates/a/src/b.rs", &format!("unsafe {{ {LOSES_FILES}(a, b) }}\n"));
        assert!(text.contains("can leave no file at all"), "{text}");
    }

    #[test]
    fn ignored_tests_are_refused() {
        let text = complaints("crates/a/src/b.rs", &format!("    {IGNORED_TEST} = \"slow\"]\n"));
        assert!(text.contains("ignores a test"), "{text}");
    }

    #[test]
    fn paths_of_one_machine_are_refused_also_in_test_data() {
        let folder = PRIVATE_FOLDERS[0];
        let text = complaints("testdata/a/case.toml", &format!("from = \"{folder}x\"\n"));
        assert!(text.contains("a path of one machine"), "{text}");
        assert_eq!(
            complaints("testdata/a/case.toml", &format!("from = \"http://x.org/net{folder}x\"\n")),
            ""
        );
    }

    #[test]
    fn long_files_are_warned_about_then_refused_and_tests_do_not_count() {
        let code = "// x\n".repeat(601);
        assert!(complaints("crates/a/src/b.rs", &code).starts_with("warning: "));
        assert!(complaints("crates/a/src/b.rs", &"// x\n".repeat(901)).starts_with("error: "));
        let tests = format!("// x\n#[cfg(test)]\nmod tests {{\n{code}}}\n");
        assert_eq!(complaints("crates/a/src/b.rs", &tests), "");
        assert_eq!(complaints("crates/a/tests/b.rs", &code), "");
    }

    #[test]
    fn only_one_crate_asks_for_the_host_and_only_one_file_is_unsafe() {
        let host = format!("#[{WINDOWS}]\nfn f() {{}}\n");
        assert!(complaints("crates/iisle-sync/src/a.rs", &host).contains("the host's system"));
        assert_eq!(complaints("crates/iisle-tree/src/a.rs", &host), "");
        assert_eq!(complaints("crates/iisle-sync/src/a.rs", &format!("//! `{WINDOWS}`\n")), "");
        let allow = format!("#![expect{UNSAFE}, reason = \"\")]\n");
        assert!(complaints("crates/iisle-tree/src/local/unix.rs", &allow).contains("one file"));
        assert_eq!(complaints(UNSAFE_FILE, &allow), "");
    }
}
