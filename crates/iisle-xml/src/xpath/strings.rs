//! The string functions that need more than a method of `str` (section 4.2).

use std::borrow::Cow;

use super::evaluate::count;
use super::number;
use crate::chars::is_space;

/// A part of a text, copied only when the text is a copy already.
fn part(text: Cow<'_, str>, start: usize, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..end]),
        Cow::Owned(text) => Cow::Owned(text[start..end].to_owned()),
    }
}

/// What stands before the first occurrence of a text; nothing when there is none.
pub(crate) fn before<'t>(text: Cow<'t, str>, mark: &str) -> Cow<'t, str> {
    let end = text.find(mark).unwrap_or(0);
    part(text, 0, end)
}

/// What stands behind the first occurrence of a text; nothing when there is none.
pub(crate) fn after<'t>(text: Cow<'t, str>, mark: &str) -> Cow<'t, str> {
    let start = text.find(mark).map_or(text.len(), |at| at + mark.len());
    let end = text.len();
    part(text, start, end)
}

/// The characters whose position (from 1) is not before the rounded `from`, and before the sum of
/// that and the rounded length. NaN is before nothing and behind nothing.
pub(crate) fn substring(text: Cow<'_, str>, from: f64, length: Option<f64>) -> Cow<'_, str> {
    let from = number::round(from);
    let until = length.map(|length| from + number::round(length));
    let mut range = None;
    for (index, (offset, c)) in text.char_indices().enumerate() {
        let position = count(index + 1);
        if position >= from && until.is_none_or(|until| position < until) {
            let (start, _) = range.unwrap_or((offset, 0));
            range = Some((start, offset + c.len_utf8()));
        }
    }
    let (start, end) = range.unwrap_or((0, 0));
    part(text, start, end)
}

/// White space at the ends removed, and one blank for every other run of it.
pub(crate) fn normalize_space(text: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = text.trim_matches(is_space);
    let is_normal =
        trimmed.len() == text.len() && !text.contains(['\t', '\r', '\n']) && !text.contains("  ");
    if is_normal {
        return text;
    }
    let mut normal = String::with_capacity(trimmed.len());
    for word in trimmed.split(is_space).filter(|word| !word.is_empty()) {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    Cow::Owned(normal)
}

/// Every character of `from` replaced by the one at the same place of `to`, or dropped when `to`
/// is shorter. Of a character that is twice in `from`, the first counts.
pub(crate) fn translate(text: &str, from: &str, to: &str) -> String {
    let replaced = |c: char| match from.chars().position(|known| known == c) {
        None => Some(c),
        Some(index) => to.chars().nth(index),
    };
    text.chars().filter_map(replaced).collect()
}
