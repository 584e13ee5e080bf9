use std::borrow::Cow;

use crate::chars::is_char;

/// Text for the inside of double quotes: `& < > "`, and tab, LF, CR as references.
///
/// Characters that XML cannot hold become U+FFFD.
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '"' => Some("&quot;"),
        _ => in_attribute(c),
    })
}

/// Text for the inside of single quotes: as [`escape_attribute`], with `'` instead of `"`.
pub(crate) fn escape_single_quoted(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '\'' => Some("&apos;"),
        _ => in_attribute(c),
    })
}

/// Text between tags: `& < >`, and CR as a reference, because a raw one would be read as LF.
///
/// Characters that XML cannot hold become U+FFFD.
pub fn escape_text(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '\r' => Some("&#xD;"),
        _ => everywhere(c),
    })
}

fn in_attribute(c: char) -> Option<&'static str> {
    match c {
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => everywhere(c),
    }
}

fn everywhere(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ if is_char(c) => None,
        _ => Some("\u{fffd}"),
    }
}

fn escape(value: &str, replacement: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = value.find(|c| replacement(c).is_some()) else {
        return Cow::Borrowed(value);
    };
    let mut escaped = String::with_capacity(value.len() + 16);
    escaped.push_str(&value[..first]);
    for c in value[first..].chars() {
        match replacement(c) {
            Some(text) => escaped.push_str(text),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}
