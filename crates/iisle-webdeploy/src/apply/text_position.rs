use std::ops::Range;

use thiserror::Error;

use super::decode::{Decoded, decode};
use super::text_file::Rewritten;
use crate::regex::{join_units, split_units};

/// A place in a text file: `line;column;count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPosition {
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16 units.
    pub column: usize,
    /// UTF-16 units to replace.
    pub count: usize,
}

/// How a value is put at a position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PositionMode {
    /// As documented: it replaces the characters.
    #[default]
    Replace,
    /// As Web Deploy 7.1 was seen to do it: it is inserted one character further and nothing is
    /// removed.
    Insert,
}

/// Why a text is no position.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no position, expected `line;column;count` with line and column from 1")]
pub struct PositionError(String);

impl TextPosition {
    /// Reads `line;column;count`.
    pub fn parse(text: &str) -> Result<Self, PositionError> {
        let error = || PositionError(text.to_owned());
        let numbers: Vec<usize> = text
            .split(';')
            .map(|part| {
                // No sign, and no more than .NET's `int` can hold.
                let digits = part.trim();
                let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
                let number = digits.parse::<i32>().ok().filter(|_| is_number);
                number.and_then(|number| usize::try_from(number).ok()).ok_or_else(error)
            })
            .collect::<Result<_, _>>()?;
        match numbers[..] {
            [line, column, count] if line > 0 && column > 0 => Ok(Self { line, column, count }),
            _ => Err(error()),
        }
    }
}

/// Puts values at positions of a text file; all positions are those of the file as it is. What
/// lies behind the end of its line is taken for the end of the line, what lies behind the end of
/// the file for that end.
pub(crate) fn put_at(
    bytes: &[u8],
    values: &[(TextPosition, &str)],
    mode: PositionMode,
) -> Rewritten {
    let Decoded { text, is_damaged } = decode(bytes);
    let text = split_units(&text);
    let mut all: Vec<_> =
        values.iter().map(|(at, value)| (at.range(&text, mode), split_units(value))).collect();
    all.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut behind = 0;
    for (range, value) in all {
        out.push_str(&text[behind..range.start.max(behind)]);
        out.push_str(&value);
        behind = behind.max(range.end);
    }
    out.push_str(&text[behind..]);
    let bytes = join_units(out).into_bytes();
    Rewritten { bytes, places: values.len() as u64, is_damaged }
}

impl TextPosition {
    /// The bytes of a text that give way to a value.
    fn range(self, text: &str, mode: PositionMode) -> Range<usize> {
        let Self { line, column, count } = self;
        let start = match line {
            1 => 0,
            _ => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(at, _)| at + 1),
        };
        let rest = &text[start..];
        let end_of_line = rest.find('\n').unwrap_or(rest.len());
        let after = |characters: usize, limit: usize| {
            rest[..limit].char_indices().nth(characters).map_or(limit, |(at, _)| at)
        };
        match mode {
            PositionMode::Replace => {
                let end_of_line = rest[..end_of_line].trim_end_matches('\r').len();
                let last = column.saturating_sub(1).saturating_add(count);
                start + after(column - 1, end_of_line)..start + after(last, end_of_line)
            }
            PositionMode::Insert => {
                let line_with_end = (end_of_line + 1).min(rest.len());
                let at = start + after(column.saturating_add(1), line_with_end);
                at..at
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PositionMode, TextPosition, put_at};

    fn check(position: &str, mode: PositionMode) -> String {
        let at = TextPosition::parse(position).unwrap();
        let written = put_at(b"abcdefghij\nklmnopqrst\n", &[(at, "<N>")], mode);
        String::from_utf8(written.bytes).unwrap()
    }

    #[test]
    fn several_positions_are_those_of_the_file_as_it_is() {
        let check = |positions: &[(&str, &str)], mode| {
            let parsed =
                positions.iter().map(|(at, value)| (TextPosition::parse(at).unwrap(), *value));
            let written = put_at(b"abcde\nfghij", &parsed.collect::<Vec<_>>(), mode);
            String::from_utf8(written.bytes).unwrap()
        };
        let all = [("2;2;1", "P"), ("1;2;1", "one\ntwo"), ("1;2;1", "Q"), ("9;1;1", "E")];
        assert_eq!(check(&all, PositionMode::Insert), "abcone\ntwoQde\nfghPijE");
        assert_eq!(check(&all, PositionMode::Replace), "aone\ntwoQcde\nfPhijE");
        let overlapping = [("1;1;3", "X"), ("1;2;4", "Y")];
        assert_eq!(check(&overlapping, PositionMode::Replace), "XY\nfghij");
    }

    #[test]
    fn the_documented_form_replaces() {
        let replaced = |position| check(position, PositionMode::Replace);
        assert_eq!(replaced("1;3;8"), "ab<N>\nklmnopqrst\n");
        assert_eq!(replaced("2;5;2"), "abcdefghij\nklmn<N>qrst\n");
        assert_eq!(replaced("1;11;5"), "abcdefghij<N>\nklmnopqrst\n");
        assert_eq!(replaced("9;1;1"), "abcdefghij\nklmnopqrst\n<N>");
    }

    #[test]
    fn the_form_that_was_seen_inserts() {
        let inserted = |position| check(position, PositionMode::Insert);
        assert_eq!(inserted("1;3;8"), "abcd<N>efghij\nklmnopqrst\n");
        assert_eq!(inserted("2;5;2"), "abcdefghij\nklmnop<N>qrst\n");
        assert_eq!(inserted("1;10;1"), "abcdefghij\n<N>klmnopqrst\n");
        assert_eq!(inserted("9;1;1"), "abcdefghij\nklmnopqrst\n<N>");
    }

    #[test]
    fn columns_are_utf_16_units() {
        let check = |position: &str, mode| {
            let at = TextPosition::parse(position).unwrap();
            let written = put_at("é😀ab".as_bytes(), &[(at, "<😀>")], mode);
            String::from_utf8(written.bytes).unwrap()
        };
        assert_eq!(check("1;3;1", PositionMode::Insert), "é😀a<😀>b");
        assert_eq!(check("1;1;3", PositionMode::Replace), "<😀>ab");
        assert_eq!(check("1;3;2", PositionMode::Replace), "é\u{fffd}<😀>b");
    }

    #[test]
    fn line_and_column_count_from_one() {
        for text in [
            "0;1;1",
            "1;0;1",
            "1;1",
            "a;1;1",
            "",
            "1;1;1;1",
            "-1;1;1",
            "+1;1;1",
            "1;1;+1",
            "1;1;2147483648",
        ] {
            assert!(TextPosition::parse(text).is_err(), "{text}");
        }
        assert!(TextPosition::parse("1; 2 ;0").is_ok());
        assert!(TextPosition::parse("1;1;2147483647").is_ok());
    }
}
