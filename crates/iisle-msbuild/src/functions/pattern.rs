//! Regular expressions, as far as both kinds agree.

use regex::{Regex, RegexBuilder};

use super::value::{GroupValue, MatchValue};
use super::{Arg, Failure, Value};

/// A program larger than this is not compiled.
const LARGEST_PROGRAM: usize = 1 << 20;

fn compile(pattern: &str, options: Option<&str>) -> Result<Regex, Failure> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(LARGEST_PROGRAM);
    for option in options.unwrap_or_default().split(['|', ',']) {
        match option.rsplit('.').next().unwrap_or_default().trim() {
            "IgnoreCase" => drop(builder.case_insensitive(true)),
            "Multiline" => drop(builder.multi_line(true)),
            "Singleline" => drop(builder.dot_matches_new_line(true)),
            "" | "None" | "Compiled" | "CultureInvariant" | "ExplicitCapture" => {}
            other => return Err(Failure::Unsupported(format!("the regex option `{other}`"))),
        }
    }
    builder.build().map_err(|error| {
        // What .NET refuses as well cannot be told from look-around and the like.
        Failure::Unsupported(format!("the regular expression `{pattern}`: {error}"))
    })
}

fn guard(text: &str, pattern: &str) -> Result<(), Failure> {
    if text.ends_with('\n') && pattern.contains('$') {
        return Err(Failure::Unsupported("`$` before a final line break".to_owned()));
    }
    Ok(())
}

pub(super) fn call(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let texts: Option<Vec<String>> = args.iter().map(Arg::as_text).collect();
    let wrong = || Failure::no_member(member, true);
    let texts = texts.ok_or_else(wrong)?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match (member, &texts[..]) {
        ("ismatch", [text, pattern, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            Ok(Value::Bool(compile(pattern, rest.first().copied())?.is_match(text)))
        }
        ("match", [text, pattern, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            let regex = compile(pattern, rest.first().copied())?;
            Ok(Value::Match(Box::new(first_match(&regex, text))))
        }
        ("matches", [text, pattern]) => {
            guard(text, pattern)?;
            let regex = compile(pattern, None)?;
            Ok(Value::List(regex.find_iter(text).map(|found| found.as_str().to_owned()).collect()))
        }
        ("replace", [text, pattern, with, rest @ ..]) if rest.len() < 2 => {
            guard(text, pattern)?;
            let regex = compile(pattern, rest.first().copied())?;
            Ok(Value::text(regex.replace_all(text, replacement(with, &regex).as_str())))
        }
        ("split", [text, pattern]) => {
            guard(text, pattern)?;
            let regex = compile(pattern, None)?;
            if regex.captures_len() > 1 {
                return Err(Failure::Unsupported("splits with groups".to_owned()));
            }
            Ok(Value::List(regex.split(text).map(str::to_owned).collect()))
        }
        ("escape", [text]) => Ok(Value::text(escaped(text))),
        ("unescape" | "count" | "new", _) => {
            Err(Failure::Unsupported(format!("`Regex::{member}`")))
        }
        _ => Err(wrong()),
    }
}

fn first_match(regex: &Regex, text: &str) -> MatchValue {
    let names = regex.capture_names().map(|name| name.map(str::to_owned)).collect();
    let Some(found) = regex.captures(text) else {
        return MatchValue { groups: vec![GroupValue::default()], names };
    };
    let group = |part: Option<regex::Match<'_>>| match part {
        None => GroupValue::default(),
        Some(part) => GroupValue {
            success: true,
            text: part.as_str().to_owned(),
            index: i32::try_from(text[..part.start()].encode_utf16().count()).unwrap_or(i32::MAX),
        },
    };
    MatchValue { groups: found.iter().map(group).collect(), names }
}

/// A .NET replacement pattern in the crate's notation.
fn replacement(with: &str, regex: &Regex) -> String {
    let mut out = String::new();
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse::<usize>().ok();
        if let Some(name) = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()) {
            out.push_str("${");
            out.push_str(name);
            out.push('}');
            rest = rest.get(name.len() + 2..).unwrap_or_default();
        } else if let Some(number) = number.filter(|number| *number < regex.captures_len()) {
            out.push_str("${");
            out.push_str(&number.to_string());
            out.push('}');
            rest = &rest[digits..];
        } else if let Some(tail) = rest.strip_prefix('$') {
            out.push_str("$$");
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix('&') {
            out.push_str("${0}");
            rest = tail;
        } else {
            out.push_str("$$");
        }
    }
    out.push_str(rest);
    out
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
