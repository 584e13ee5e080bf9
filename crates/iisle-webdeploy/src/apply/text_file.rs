use thiserror::Error;

use crate::NetRegex;
use crate::regex::RegexError;

/// Why a text file cannot be changed.
#[derive(Debug, Error)]
pub(crate) enum TextError {
    /// Its bytes are no text: writing it again would destroy it.
    #[error("it is no text in UTF-8 or UTF-16")]
    NoText,
    #[error(transparent)]
    Regex(#[from] RegexError),
}

/// Replaces every match in a text file by `value`: the new bytes, in UTF-8 without mark, and the
/// number of places.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn replace_in_text(
    bytes: &[u8],
    pattern: &NetRegex,
    value: &str,
) -> Result<(Vec<u8>, u64), TextError> {
    let text = decode(bytes).ok_or(TextError::NoText)?;
    let (text, places) = pattern.replace_all(&text, value)?;
    Ok((text.into_bytes(), places))
}

/// The text of a file by its byte order mark, else as UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => Some(read([*a, *b])),
                _ => None,
            })
            .collect::<Option<_>>()?;
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, 0, 0, rest @ ..] => rest
            .chunks(4)
            .map(|quad| Some(u32::from_le_bytes(quad.try_into().ok()?)).and_then(char::from_u32))
            .collect(),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}
