//! Character classes of XML 1.0, fifth edition.

/// Whether a document may hold the character at all (production 2).
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// White space (production 3).
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// White space only, or nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    space_length(text) == text.len()
}

/// The length of the white space that `text` begins with.
pub(crate) fn space_length(text: &str) -> usize {
    let space = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    text.bytes().position(|b| !space(&b)).unwrap_or(text.len())
}

/// First character of a name without colon (production 4).
fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// A name without colon.
pub(crate) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

/// A name split at its first colon.
pub(crate) fn split_name(name: &str) -> Option<(&str, &str)> {
    // Names are short: a search that is prepared takes longer than one that is not.
    let at = name.bytes().position(|b| b == b':')?;
    Some((&name[..at], &name[at + 1..]))
}

/// A name with at most one colon, which splits it into two names.
pub(crate) fn is_qname(name: &str) -> bool {
    match split_name(name) {
        None => is_ncname(name),
        Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
    }
}

/// The length of the longest run of name characters (colons included) that `text` begins with.
pub(crate) fn name_length(text: &str) -> usize {
    let plain =
        |b: u8| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':');
    match text.bytes().position(|b| !plain(b)) {
        None => text.len(),
        Some(end) if text.as_bytes()[end].is_ascii() => end,
        Some(_) => text.find(|c| !(is_name_char(c) || c == ':')).unwrap_or(text.len()),
    }
}
