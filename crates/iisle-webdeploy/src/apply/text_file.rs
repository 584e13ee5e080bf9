use super::decode::{Decoded, decode};
use crate::{NetRegex, RegexError};

/// A text file that was written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// Its bytes, in UTF-8 without mark.
    pub(crate) bytes: Vec<u8>,
    /// Places that have a new value.
    pub(crate) places: u64,
    /// Whether it held bytes that are no text and are lost.
    pub(crate) is_damaged: bool,
}

/// Replaces every match in a text file by `value`.
///
/// The file is written anew even when nothing matches.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn replace_in_text(
    bytes: &[u8],
    pattern: &NetRegex,
    value: &str,
) -> Result<Rewritten, RegexError> {
    let Decoded { text, is_damaged } = decode(bytes);
    let (text, places) = pattern.replace_all(&text, value)?;
    Ok(Rewritten { bytes: text.into_bytes(), places, is_damaged })
}
