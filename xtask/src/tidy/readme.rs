//! Commands that a document tells people to type: they exist, with the options shown.

use super::notes::Notes;

/// The help of `iisle` with these verbs before `--help`; `None` when it refuses them.
pub(super) type Help<'a> = dyn FnMut(&[&str]) -> Option<String> + 'a;

/// Checks every command of ours in a document: fenced blocks and code spans.
///
/// Only one who types knows file names; those below `testdata/` and after `--path` are ours, and
/// `exists` answers for them.
pub(super) fn check(
    place: &str,
    document: &str,
    chores: &[&str],
    help: &mut Help<'_>,
    exists: &dyn Fn(&str) -> bool,
    notes: &mut Notes,
) {
    for (line, command) in commands(document) {
        let place = format!("{place}:{line}");
        let words: Vec<&str> = command.split_whitespace().take_while(|word| *word != "#").collect();
        let ours = words.iter().copied().filter(|word| word.starts_with("testdata/"));
        let after_path = words.windows(2).filter(|pair| pair[0] == "--path").map(|pair| pair[1]);
        for path in ours.chain(after_path).filter(|path| !path.contains('…') && !exists(path)) {
            notes.complain(&place, format!("`{path}` does not exist"));
        }
        match words.as_slice() {
            ["iisle" | "iisle.exe", rest @ ..] => check_arguments(&place, rest, help, notes),
            ["cargo", "xtask", chore, ..] if is_verb(chore) && !chores.contains(chore) => {
                notes.complain(&place, format!("there is no `cargo xtask {chore}`"));
            }
            ["cargo", "run", rest @ ..] if rest.windows(2).any(|pair| pair == ["-p", "iisle"]) => {
                if let Some(at) = rest.iter().position(|word| *word == "--") {
                    check_arguments(&place, &rest[at + 1..], help, notes);
                }
            }
            _ => {}
        }
    }
}

fn check_arguments(place: &str, words: &[&str], help: &mut Help<'_>, notes: &mut Notes) {
    let mut verbs: Vec<&str> = Vec::new();
    let Some(mut text) = help(&verbs) else {
        notes.complain(place, "`iisle --help` fails");
        return;
    };
    // `help` has no help of its own; what follows it is a verb like any other.
    let words = words.strip_prefix(&["help"]).unwrap_or(words);
    for word in words {
        // Only a verb that has verbs of its own goes on: the next word is an argument otherwise.
        if !is_verb(word) || !text.contains("\nCommands:\n") {
            break;
        }
        let mut found = None;
        for alternative in word.split('|') {
            verbs.push(alternative);
            found = help(&verbs);
            verbs.pop();
            if found.is_none() {
                notes.complain(
                    place,
                    format!("there is no `iisle {} {alternative}`", verbs.join(" "))
                        .replace("  ", " "),
                );
                return;
            }
        }
        verbs.push(word);
        text = found.unwrap_or_default();
    }
    for option in words
        .iter()
        .map(|word| word.trim_start_matches(['[', '(']))
        .filter(|word| word.starts_with("--"))
    {
        let name = option.split(['=', '[', ']', ')', ',']).next().unwrap_or(option);
        if name != "--" && !has_option(&text, name) {
            notes.complain(place, format!("`iisle {}` has no `{name}`", verbs.join(" ")));
        }
    }
}

fn is_verb(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '|')
}

fn has_option(help: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    help.match_indices(name).any(|(at, _)| ends(&help[at + name.len()..]))
}

/// Commands with their line numbers. In a block with prompts, only lines with a prompt count.
fn commands(document: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut block: Option<Vec<(usize, &str)>> = None;
    for (number, line) in document.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        if line.trim_start().starts_with("```") {
            match block.take() {
                Some(lines) => commands_of_block(&lines, &mut found),
                None => block = Some(Vec::new()),
            }
        } else if let Some(lines) = &mut block {
            lines.push((number, line));
        } else {
            let spans = line.split('`').skip(1).step_by(2);
            found.extend(spans.flat_map(split).map(|command| (number, command)));
        }
    }
    found
}

fn commands_of_block(lines: &[(usize, &str)], found: &mut Vec<(usize, String)>) {
    let has_prompts = lines.iter().any(|(_, line)| prompted(line).is_some());
    let mut open: Option<(usize, String)> = None;
    for &(number, line) in lines {
        let text = match (&open, prompted(line)) {
            (Some(_), _) => line.trim(),
            (None, Some(rest)) => rest,
            (None, None) if has_prompts => continue,
            (None, None) => line
                .trim()
                .trim_start_matches("- ")
                .trim_start_matches("run: ")
                .trim_start_matches("script: "),
        };
        let (start, mut command) = open.take().unwrap_or((number, String::new()));
        match text.strip_suffix(['\\', '`', '^']) {
            Some(unfinished) => {
                command += unfinished;
                open = Some((start, command));
            }
            None => found.extend(split(&(command + text)).map(|command| (start, command))),
        }
    }
}

fn prompted(line: &str) -> Option<&str> {
    let line = line.trim_start();
    ["$ ", "> ", "PS> "].iter().find_map(|prompt| line.strip_prefix(prompt))
}

/// The simple commands of a line.
fn split(line: &str) -> impl Iterator<Item = String> {
    let line =
        line.replace("&&", "\n").replace("||", "\n").replace(" | ", "\n").replace("; ", "\n");
    line.lines().map(|command| command.trim().to_owned()).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(document: &str) -> String {
        let mut help = |verbs: &[&str]| match verbs {
            [] => Some("x\n\nCommands:\n  sync\n  web\n\nOptions:\n  --version\n".to_owned()),
            ["sync"] => Some("Options:\n      --delete  Delete\n      --dry-run\n".to_owned()),
            ["web"] => Some("\nCommands:\n  generate\n".to_owned()),
            ["web", "generate"] => Some("Options:\n  -o, --output <FILE>\n".to_owned()),
            _ => None,
        };
        let mut notes = Notes::default();
        let exists = |path: &str| path == "crates/iisle" || path == "testdata/a/b";
        check("README.md", document, &["ci"], &mut help, &exists, &mut notes);
        notes.text()
    }

    #[test]
    fn commands_that_exist_are_fine() {
        let document = "Use `iisle help`, `iisle help web`, `iisle sync SRC DST [--delete]` or `iisle web generate|generate -o X`.\n\
            ```sh\ndotnet publish && iisle sync a b --dry-run\ncargo xtask ci\ncargo install --path crates/iisle\n\
            cargo run --release -p iisle -- sync testdata/a/b c\n```\n\
            ```yaml\n- run: iisle --version\n```\n";
        assert_eq!(complaints(document), "");
    }

    #[test]
    fn unknown_verbs_options_chores_and_paths_are_named() {
        let document = "`iisle copy a`, `iisle help copy`\n```sh\niisle sync a \\\n  b --mirror\niisle web show\ncargo xtask fuzz\n\
            cargo run -p iisle -- sync testdata/z x\n```\n";
        assert_eq!(
            complaints(document),
            "error: README.md:1: there is no `iisle copy`\n\
             error: README.md:1: there is no `iisle copy`\n\
             error: README.md:3: `iisle sync` has no `--mirror`\n\
             error: README.md:5: there is no `iisle web show`\n\
             error: README.md:6: there is no `cargo xtask fuzz`\n\
             error: README.md:7: `testdata/z` does not exist"
        );
    }

    #[test]
    fn an_option_is_not_found_in_a_longer_one() {
        assert_eq!(
            complaints("`iisle sync --dry`"),
            "error: README.md:1: `iisle sync` has no `--dry`"
        );
    }

    #[test]
    fn output_in_a_transcript_is_no_command() {
        assert_eq!(complaints("```console\n$ iisle sync a b\niisle nonsense\n```\n"), "");
    }
}
