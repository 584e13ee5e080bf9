//! The members of `System.String`.

use std::cmp::Ordering;

use super::{Arg, Failure, Value};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn from_units(units: &[u16]) -> Value {
    Value::text(String::from_utf16_lossy(units))
}

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Exact,
    IgnoreCase,
}

fn comparison(arg: &Arg) -> Option<Comparison> {
    let text = arg.as_text()?;
    let name = text.trim();
    let name = name.strip_prefix("System.").unwrap_or(name);
    let name = name.strip_prefix("StringComparison.").unwrap_or(name);
    match name {
        "Ordinal" | "InvariantCulture" | "CurrentCulture" => Some(Comparison::Exact),
        "OrdinalIgnoreCase" | "InvariantCultureIgnoreCase" | "CurrentCultureIgnoreCase" => {
            Some(Comparison::IgnoreCase)
        }
        _ => None,
    }
}

fn folded(text: &str, how: Comparison) -> String {
    match how {
        Comparison::Exact => text.to_owned(),
        Comparison::IgnoreCase => upper(text),
    }
}

/// Simple upper case, one character for one.
pub(super) fn upper(text: &str) -> String {
    let one = |c: char| {
        let mut mapped = c.to_uppercase();
        match (mapped.next(), mapped.next()) {
            (Some(single), None) => single,
            _ => c,
        }
    };
    text.chars().map(one).collect()
}

fn lower(text: &str) -> String {
    let one = |c: char| {
        let mut mapped = c.to_lowercase();
        match (mapped.next(), mapped.next()) {
            (Some(single), None) => single,
            _ => c,
        }
    };
    text.chars().map(one).collect()
}

/// A culture-like order: punctuation, digits, letters regardless of case, then lower case first.
fn compare(first: &str, second: &str) -> Ordering {
    let class = |c: char| {
        let kind = match c {
            c if c.is_alphabetic() => 2,
            c if c.is_numeric() => 1,
            _ => 0,
        };
        (kind, c.to_lowercase().next().unwrap_or(c))
    };
    first.chars().map(class).cmp(second.chars().map(class)).then_with(|| second.cmp(first))
}

fn find(hay: &[u16], needle: &[u16], from: usize, to: usize) -> Option<usize> {
    let last = to.checked_sub(needle.len())?;
    (from..=last).find(|at| hay[*at..].starts_with(needle))
}

fn find_last(hay: &[u16], needle: &[u16], until: usize) -> Option<usize> {
    let last = until.min(hay.len()).checked_sub(needle.len())?;
    (0..=last).rev().find(|at| hay[*at..].starts_with(needle))
}

fn index(at: Option<usize>) -> Value {
    Value::Int(at.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1))
}

fn trim_set(args: &[Arg]) -> Option<Vec<char>> {
    match args {
        [] => Some(Vec::new()),
        [Arg::Text(_) | Arg::Typed(_)] => Some(args[0].as_text()?.chars().collect()),
        _ => None,
    }
}

fn in_set(set: &[char]) -> impl Fn(char) -> bool + '_ {
    move |c| if set.is_empty() { c.is_whitespace() } else { set.contains(&c) }
}

/// Calls a member on a text, escapes decoded.
pub(super) fn call(text: &str, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let known = lookup(text, member, args)?;
    known.ok_or_else(|| Failure::no_member(member, false))
}

fn out_of_range() -> Failure {
    Failure::fails("an index or a length lies outside the text")
}

#[expect(clippy::too_many_lines, reason = "one arm a member, as the type lists them")]
fn lookup(text: &str, member: &str, args: &[Arg]) -> Result<Option<Value>, Failure> {
    let one = || args.first().and_then(Arg::as_text).filter(|_| args.len() == 1);
    let all = units(text);
    let position = |at: i32| usize::try_from(at).ok().filter(|at| *at <= all.len());
    let value = match member {
        "length" | "get_length" if args.is_empty() => {
            Some(Value::Int(i32::try_from(all.len()).unwrap_or(i32::MAX)))
        }
        "tostring" if args.is_empty() => Some(Value::text(text)),
        "toupper" | "toupperinvariant" if args.is_empty() => Some(Value::text(upper(text))),
        "tolower" | "tolowerinvariant" if args.is_empty() => Some(Value::text(lower(text))),
        "startswith" | "endswith" | "contains" | "equals" => match args {
            [needle] => match (needle.as_text(), member) {
                (Some(needle), _) => Some(Value::Bool(test(member, text, &needle))),
                (None, "equals") => Some(Value::Bool(false)),
                (None, _) => None,
            },
            [needle, how] => match (needle.as_text(), comparison(how)) {
                (Some(needle), Some(how)) => {
                    Some(Value::Bool(test(member, &folded(text, how), &folded(&needle, how))))
                }
                _ => None,
            },
            _ => None,
        },
        "compareto" => match args {
            [Arg::Null] => Some(Value::Int(1)),
            [_] => one().map(|other| Value::Int(compare(text, &other) as i32)),
            _ => None,
        },
        "indexof" => return index_of(text, args),
        "lastindexof" => return last_index_of(text, args),
        "indexofany" => one().map(|set| {
            let set = units(&set);
            index(all.iter().position(|unit| set.contains(unit)))
        }),
        "lastindexofany" => one().map(|set| {
            let set = units(&set);
            index(all.iter().rposition(|unit| set.contains(unit)))
        }),
        "substring" => match args {
            [start] => match start.as_int() {
                None => None,
                Some(start) => Some(from_units(&all[position(start).ok_or_else(out_of_range)?..])),
            },
            [start, length] => match (start.as_int(), length.as_int()) {
                (Some(start), Some(length)) => {
                    let (start, end) = range(&all, start, length).ok_or_else(out_of_range)?;
                    Some(from_units(&all[start..end]))
                }
                _ => None,
            },
            _ => None,
        },
        "remove" => match args {
            [start] => match start.as_int() {
                None => None,
                Some(start) => Some(from_units(&all[..position(start).ok_or_else(out_of_range)?])),
            },
            [start, length] => match (start.as_int(), length.as_int()) {
                (Some(start), Some(length)) => {
                    let (start, end) = range(&all, start, length).ok_or_else(out_of_range)?;
                    Some(from_units(&[&all[..start], &all[end..]].concat()))
                }
                _ => None,
            },
            _ => None,
        },
        "insert" => match args {
            [at, what] => match (at.as_int(), what.as_text()) {
                (Some(at), Some(what)) => {
                    let at = position(at).ok_or_else(out_of_range)?;
                    Some(from_units(&[&all[..at], &units(&what), &all[at..]].concat()))
                }
                _ => None,
            },
            _ => None,
        },
        "replace" => match args {
            [old, new] => match old.as_text() {
                Some(old) if !old.is_empty() => {
                    Some(Value::text(text.replace(&old, &new.as_text().unwrap_or_default())))
                }
                _ => None,
            },
            [old, new, how] => match (old.as_text(), comparison(how)) {
                (Some(old), Some(Comparison::Exact)) if !old.is_empty() => {
                    Some(Value::text(text.replace(&old, &new.as_text().unwrap_or_default())))
                }
                (Some(_), Some(Comparison::IgnoreCase)) => {
                    return Err(Failure::Unsupported("replaces regardless of case".to_owned()));
                }
                _ => None,
            },
            _ => None,
        },
        "padleft" | "padright" => return pad(text, member, args),
        "trim" => trim_set(args).map(|set| Value::text(text.trim_matches(in_set(&set)))),
        "trimstart" => trim_set(args).map(|set| Value::text(text.trim_start_matches(in_set(&set)))),
        "trimend" => trim_set(args).map(|set| Value::text(text.trim_end_matches(in_set(&set)))),
        "split" => return split(text, args),
        "tochararray" if args.is_empty() => {
            Some(Value::List(text.chars().map(String::from).collect()))
        }
        "get_chars" | "chars" => match args {
            [at] => match at.as_int() {
                None => None,
                Some(at) => {
                    let at = usize::try_from(at).ok().filter(|at| *at < all.len());
                    let unit = all[at.ok_or_else(out_of_range)?];
                    let c = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
                    Some(Value::Char(c))
                }
            },
            _ => None,
        },
        "gethashcode" | "normalize" | "isnormalized" | "getenumerator" | "enumeraterunes"
        | "clone" | "gettypecode" | "replacelineendings" => {
            return Err(Failure::Unsupported(format!("`{member}` of a text")));
        }
        _ => None,
    };
    Ok(value)
}

fn test(member: &str, text: &str, needle: &str) -> bool {
    match member {
        "startswith" => text.starts_with(needle),
        "endswith" => text.ends_with(needle),
        "contains" => text.contains(needle),
        _ => text == needle,
    }
}

fn range(all: &[u16], start: i32, length: i32) -> Option<(usize, usize)> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end <= all.len()).then_some((start, end))
}

fn index_of(text: &str, args: &[Arg]) -> Result<Option<Value>, Failure> {
    let Some(needle) = args.first().and_then(Arg::as_text) else { return Ok(None) };
    let all = units(text);
    let from = |arg: &Arg| match arg.as_int() {
        None => Ok(None),
        Some(at) => usize::try_from(at)
            .ok()
            .filter(|at| *at <= all.len())
            .map(Some)
            .ok_or_else(out_of_range),
    };
    match &args[1..] {
        [] => Ok(Some(index(find(&all, &units(&needle), 0, all.len())))),
        [how] => {
            if let Some(how) = comparison(how) {
                let (hay, needle) = (units(&folded(text, how)), units(&folded(&needle, how)));
                return Ok(Some(index(find(&hay, &needle, 0, hay.len()))));
            }
            let Some(from) = from(how)? else { return Ok(None) };
            Ok(Some(index(find(&all, &units(&needle), from, all.len()))))
        }
        [start, rest] => {
            let Some(start) = from(start)? else { return Ok(None) };
            if let Some(how) = comparison(rest) {
                let (hay, needle) = (units(&folded(text, how)), units(&folded(&needle, how)));
                return Ok(Some(index(find(&hay, &needle, start, hay.len()))));
            }
            let Some(count) = rest.as_int() else { return Ok(None) };
            let count = usize::try_from(count).ok().filter(|count| start + count <= all.len());
            let end = start + count.ok_or_else(out_of_range)?;
            Ok(Some(index(find(&all, &units(&needle), start, end))))
        }
        _ => Ok(None),
    }
}

fn last_index_of(text: &str, args: &[Arg]) -> Result<Option<Value>, Failure> {
    let Some(needle) = args.first().and_then(Arg::as_text) else { return Ok(None) };
    let all = units(text);
    match &args[1..] {
        [] => Ok(Some(index(find_last(&all, &units(&needle), all.len())))),
        [how] => {
            if let Some(how) = comparison(how) {
                let (hay, needle) = (units(&folded(text, how)), units(&folded(&needle, how)));
                return Ok(Some(index(find_last(&hay, &needle, hay.len()))));
            }
            let Some(start) = how.as_int() else { return Ok(None) };
            if all.is_empty() && (start == -1 || start == 0) {
                return Ok(Some(index(needle.is_empty().then_some(0))));
            }
            let start = usize::try_from(start).ok().filter(|at| *at <= all.len());
            let until = start.ok_or_else(out_of_range)? + 1;
            Ok(Some(index(find_last(&all, &units(&needle), until))))
        }
        _ => Ok(None),
    }
}

/// More than any sensible value; the engine would take the memory.
const LONGEST_PADDING: usize = 1 << 20;

fn pad(text: &str, member: &str, args: &[Arg]) -> Result<Option<Value>, Failure> {
    let (width, with) = match args {
        [width] => (width.as_int(), Some(' ')),
        [width, with] => {
            let mut chars = with.as_text().unwrap_or_default();
            let single = chars.pop().filter(|_| chars.is_empty());
            (width.as_int(), single)
        }
        _ => (None, None),
    };
    let (Some(width), Some(with)) = (width, with) else { return Ok(None) };
    let width = usize::try_from(width).map_err(|_| out_of_range())?;
    if width > LONGEST_PADDING {
        return Err(Failure::Unsupported(format!("pads to {width} characters")));
    }
    let missing = width.saturating_sub(units(text).len());
    let padding = with.to_string().repeat(missing);
    Ok(Some(Value::text(if member == "padleft" {
        format!("{padding}{text}")
    } else {
        format!("{text}{padding}")
    })))
}

fn split(text: &str, args: &[Arg]) -> Result<Option<Value>, Failure> {
    let (separators, count, options) = match args {
        [] => (None, None, None),
        [separators] => (Some(separators), None, None),
        [separators, second] => match second.as_int() {
            Some(count) => (Some(separators), Some(count), None),
            None => (Some(separators), None, Some(second)),
        },
        [separators, count, options] => match count.as_int() {
            Some(count) => (Some(separators), Some(count), Some(options)),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let set: Vec<char> = match separators.map(Arg::as_text) {
        None => Vec::new(),
        Some(Some(separators)) => separators.chars().collect(),
        Some(None) => return Ok(None),
    };
    let options = match options.map(split_options) {
        None => Vec::new(),
        Some(Some(options)) => options,
        Some(None) => return Ok(None),
    };
    let is = |wanted: &str| options.iter().any(|option| option == wanted);
    let count = match count.map(usize::try_from) {
        None => usize::MAX,
        Some(Ok(_)) if !options.is_empty() => {
            return Err(Failure::Unsupported("splits with a count and options".to_owned()));
        }
        Some(Ok(count)) => count,
        Some(Err(_)) => return Err(Failure::fails("the count is negative")),
    };
    let mut parts: Vec<String> = text.splitn(count, in_set(&set)).map(str::to_owned).collect();
    if is("TrimEntries") {
        for part in &mut parts {
            *part = part.trim().to_owned();
        }
    }
    if is("RemoveEmptyEntries") {
        parts.retain(|part| !part.is_empty());
    }
    Ok(Some(Value::List(parts)))
}

/// The names in an argument that is an enumeration; they need their type in front.
///
/// Source: dotnet/msbuild, `Expander.Function.CoerceArguments`.
fn split_options(arg: &Arg) -> Option<Vec<String>> {
    let text = arg.as_text().filter(|text| text.contains('.'))?;
    let text = text.replace("System.StringSplitOptions.", "").replace("StringSplitOptions.", "");
    let names = text.split(['|', ',']).map(|name| name.trim().to_owned());
    let is_known =
        |name: &String| matches!(name.as_str(), "RemoveEmptyEntries" | "TrimEntries" | "None");
    let names: Vec<String> = names.collect();
    names.iter().all(is_known).then_some(names)
}
