use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};

/// Two options that are not for each other, and what does what was meant.
const INSTEAD: [(&str, &str, &str); 2] = [
    ("--rollback", "--releases", "`iisle releases activate DIR` goes back to the release before"),
    ("--delete", "--releases", "every release is a fresh folder: there is nothing to delete in it"),
];

/// The error of a command line that lacks something, with what that is and a whole example.
pub(crate) fn explained(mut error: Error, mut command: Command, words: &[OsString]) -> Error {
    // Verbs are not described until they are asked for.
    command.build();
    let mut tips = Vec::new();
    match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            let (verb, examples) = verb(&command, words);
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(missing)) => missing.as_slice(),
                _ => &[],
            };
            tips.extend(missing.iter().filter_map(|shown| meaning(verb, shown)));
            tips.extend(example(&examples, missing).map(|line| format!("for example: {line}")));
        }
        ErrorKind::ArgumentConflict => {
            let said = error.to_string();
            let fits =
                |(one, other, _): &&(&str, &str, &str)| said.contains(one) && said.contains(other);
            tips.extend(INSTEAD.iter().filter(fits).map(|(_, _, instead)| (*instead).to_owned()));
        }
        ErrorKind::InvalidValue if is_empty(&error) => {
            tips.push("it is empty: is every variable of the command line set?".to_owned());
        }
        _ => {}
    }
    if !tips.is_empty() {
        let tips = tips.into_iter().map(StyledStr::from).collect();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    error
}

/// The verb that was meant, and its examples.
fn verb<'c>(command: &'c Command, words: &[OsString]) -> (&'c Command, Vec<String>) {
    let (mut found, mut begin, mut examples) = (command, command.get_name().to_owned(), Vec::new());
    for word in words {
        let Some(next) = found.find_subcommand(word) else { continue };
        found = next;
        begin = format!("{begin} {}", found.get_name());
        let help = found.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        examples.extend(help.lines().map(|line| line.trim().to_owned()));
        examples.retain(|line| line.starts_with(&begin));
    }
    (found, examples)
}

fn is_empty(error: &Error) -> bool {
    matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if value.is_empty())
}

/// What the help says of an argument that is shown as `<NAME>` or `--name <NAME>`.
fn meaning(verb: &Command, shown: &str) -> Option<String> {
    let is_shown = |argument: &&Arg| {
        let name = argument.get_value_names().and_then(|names| names.first());
        match (argument.get_long(), name) {
            (Some(long), _) => option(shown) == format!("--{long}"),
            (None, Some(name)) => shown.trim_end_matches("...") == format!("<{name}>"),
            (None, None) => false,
        }
    };
    let help = verb.get_arguments().find(is_shown)?.get_help()?;
    Some(format!("{shown}: {help}"))
}

/// What is shown without its value.
fn option(shown: &str) -> &str {
    shown.split([' ', '[', '=']).next().unwrap_or(shown)
}

/// An example that shows what is missing, or else the first.
fn example<'e>(examples: &'e [String], missing: &[String]) -> Option<&'e String> {
    let has = |line: &&String| missing.iter().all(|shown| line.contains(option(shown)));
    examples.iter().find(has).or(examples.first())
}
