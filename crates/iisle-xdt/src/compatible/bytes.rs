use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::charset::Charset;

/// The text of a file, and the encoding its first bytes name.
pub(super) struct Decoded {
    pub(super) text: String,
    /// `None` without a byte order mark.
    pub(super) marked: Option<Charset>,
}

/// Files shorter than this cannot be read.
pub(super) const SHORTEST: usize = 3;

/// Reads bytes as the reference engine does: by their mark, else as UTF-8, whatever they say of
/// themselves.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let marked = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(Charset::Utf8),
        [0xFE, 0xFF, ..] => Some(Charset::Utf16Be),
        [0xFF, 0xFE, ..] => Some(Charset::Utf16Le),
        _ => None,
    };
    let text = match bytes {
        [0xFF, 0xFE, 0, 0, rest @ ..] => utf_32(rest, u32::from_le_bytes),
        [0, 0, 0xFE, 0xFF, rest @ ..] => utf_32(rest, u32::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFE, 0xFF, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => UTF_8.decode_without_bom_handling(rest).0.into_owned(),
        bytes => UTF_8.decode_without_bom_handling(bytes).0.into_owned(),
    };
    Decoded { text, marked }
}

fn utf_32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    let (units, rest) = bytes.as_chunks::<4>();
    let whole = units.iter().map(|unit| char::from_u32(number(*unit)).unwrap_or('\u{FFFD}'));
    whole.chain((!rest.is_empty()).then_some('\u{FFFD}')).collect()
}
