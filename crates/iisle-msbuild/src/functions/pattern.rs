//! Regular expressions, as far as both kinds agree.

use fancy_regex::{Captures, Error, Match, Regex, RegexBuilder};

use super::value::{GroupValue, MatchValue};
use super::{Arg, Failure, Value};

/// A program larger than this is not compiled.
const LARGEST_PROGRAM: usize = 1 << 20;
/// Matching gives up after so many steps back.
const MOST_STEPS_BACK: usize = 100_000;

/// What both kinds read differently: operations on classes, options of .NET alone, balancing
/// groups, control characters, and an open lower bound.
const READ_DIFFERENTLY: &[&str] =
    &["&&", "~~", "--", "-[", "(?n", "(?<-", "\\c", "\\h", "\\K", "\\R", "(?P", "{,"];

fn compile(pattern: &str, options: Option<&str>) -> Result<Regex, Failure> {
    if let Some(part) = READ_DIFFERENTLY.iter().find(|part| pattern.contains(**part)) {
        return Err(Failure::Unsupported(format!("`{part}` in a regular expression")));
    }
    let mut builder = RegexBuilder::new(pattern);
    builder.delegate_size_limit(LARGEST_PROGRAM).backtrack_limit(MOST_STEPS_BACK);
    for option in options.unwrap_or_default().split(['|', ',']) {
        match option.rsplit('.').next().unwrap_or_default().trim() {
            "IgnoreCase" => drop(builder.case_insensitive(true)),
            "Multiline" => drop(builder.multi_line(true)),
            "Singleline" => drop(builder.dot_matches_new_line(true)),
            "" | "None" | "Compiled" | "CultureInvariant" => {}
            other => return Err(Failure::Unsupported(format!("the regex option `{other}`"))),
        }
    }
    builder.build().map_err(|error| {
        // What .NET refuses as well cannot be told from what only it can.
        Failure::Unsupported(format!("the regular expression `{pattern}`: {error}"))
    })
}

fn guard(text: &str, pattern: &str) -> Result<(), Failure> {
    if text.ends_with('\n') && pattern.contains('$') {
        return Err(Failure::Unsupported("`$` before a final line break".to_owned()));
    }
    Ok(())
}

/// Matching takes too long.
fn gave_up(error: &Error) -> Failure {
    Failure::Unsupported(format!("a regular expression: {error}"))
}

pub(super) fn call(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let texts: Option<Vec<String>> = args.iter().map(Arg::as_text).collect();
    let wrong = || Failure::no_member(member, true);
    let texts = texts.ok_or_else(wrong)?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match (member, &texts[..]) {
        ("ismatch", [text, pattern, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            let regex = compile(pattern, rest.first().copied())?;
            Ok(Value::Bool(regex.is_match(text).map_err(|e| gave_up(&e))?))
        }
        ("match", [text, pattern, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            let regex = compile(pattern, rest.first().copied())?;
            Ok(Value::Match(Box::new(first_match(&regex, text)?)))
        }
        ("matches", [text, pattern]) => {
            guard(text, pattern)?;
            let regex = compile(pattern, None)?;
            let found: Result<Vec<String>, Error> =
                regex.find_iter(text).map(|found| found.map(|m| m.as_str().to_owned())).collect();
            Ok(Value::List(found.map_err(|e| gave_up(&e))?))
        }
        ("replace", [text, pattern, with, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            let regex = compile(pattern, rest.first().copied())?;
            let mut out = String::new();
            let mut from = 0;
            for captures in regex.captures_iter(*text) {
                let captures = captures.map_err(|e| gave_up(&e))?;
                let Some(whole) = captures.get(0) else { continue };
                out.push_str(&text[from..whole.start()]);
                replace(with, &captures, &mut out);
                from = whole.end();
            }
            out.push_str(&text[from..]);
            Ok(Value::text(out))
        }
        ("split", [text, pattern]) => {
            guard(text, pattern)?;
            let regex = compile(pattern, None)?;
            if regex.captures_len() > 1 {
                return Err(Failure::Unsupported("splits with groups".to_owned()));
            }
            let parts: Result<Vec<String>, Error> =
                regex.split(text).map(|part| part.map(str::to_owned)).collect();
            Ok(Value::List(parts.map_err(|e| gave_up(&e))?))
        }
        ("escape", [text]) => Ok(Value::text(escaped(text))),
        ("unescape" | "count" | "new", _) => {
            Err(Failure::Unsupported(format!("`Regex::{member}`")))
        }
        _ => Err(wrong()),
    }
}

fn first_match(regex: &Regex, text: &str) -> Result<MatchValue, Failure> {
    let names = regex.capture_names().map(|name| name.map(str::to_owned)).collect();
    let Some(found) = regex.captures(text).map_err(|e| gave_up(&e))? else {
        return Ok(MatchValue { groups: vec![GroupValue::default()], names });
    };
    let group = |part: Option<Match<'_>>| match part {
        None => GroupValue::default(),
        Some(part) => GroupValue {
            success: true,
            text: part.as_str().to_owned(),
            index: i32::try_from(text[..part.start()].encode_utf16().count()).unwrap_or(i32::MAX),
        },
    };
    Ok(MatchValue { groups: found.iter().map(group).collect(), names })
}

/// Writes a .NET replacement pattern for one match.
fn replace(with: &str, captures: &Captures<'_, str>, out: &mut String) {
    let mut rest = with;
    let group = |found: Option<Match<'_>>| found.map_or("", |part| part.as_str()).to_owned();
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse::<usize>().ok();
        let named = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        if let Some((name, tail)) = named {
            let by_number = name.parse().ok().and_then(|number| captures.get(number));
            match by_number.or_else(|| captures.name(name)) {
                Some(part) => out.push_str(part.as_str()),
                // A group that took no part is empty, one that is not there stays as written.
                None if name.parse::<usize>().is_ok_and(|number| number < captures.len()) => {}
                None => out.extend(["${", name, "}"]),
            }
            rest = tail;
        } else if let Some(number) = number.filter(|number| *number < captures.len()) {
            out.push_str(&group(captures.get(number)));
            rest = &rest[digits..];
        } else if let Some(tail) = rest.strip_prefix('$') {
            out.push('$');
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix('&') {
            out.push_str(&group(captures.get(0)));
            rest = tail;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(member: &str, args: &[&str]) -> String {
        let args: Vec<Arg> = args.iter().map(|text| Arg::Text((*text).to_owned())).collect();
        match call(member, &args) {
            Ok(value) => crate::escape::unescape(&value.into_text()).into_owned(),
            Err(failure) => format!("{failure:?}"),
        }
    }

    #[test]
    fn patterns_look_around_and_back() {
        assert_eq!(run("ismatch", &["net8.0", "^net(?=\\d)"]), "True");
        assert_eq!(run("ismatch", &["net48", "^net(?!\\d+$)"]), "False");
        assert_eq!(run("match", &["abcabd", "(ab).*\\1d"]), "abcabd");
        assert_eq!(
            run("replace", &["v1.2.3", "v(\\d+)\\.(?<minor>\\d+)", "$1_${minor}$$$9"]),
            "1_2$$9.3"
        );
    }

    #[test]
    fn what_dotnet_reads_differently_is_not_guessed() {
        for pattern in ["[a-z-[aeiou]]", "[a&&b]", "(?<-open>x)", "a{,2}", "\\cA"] {
            assert!(run("ismatch", &["a", pattern]).starts_with("Unsupported"), "{pattern}");
        }
        let endless = format!("{}b", "a".repeat(40));
        assert!(run("ismatch", &[&endless, "^(a|aa)+(?=c)$"]).starts_with("Unsupported"));
    }
}
