//! From bytes to text and back: byte order marks, declarations, code pages.

mod charset;
mod detect;
mod spelling;

pub(crate) use charset::Charset;
pub(crate) use detect::{Encoded, Overlook, decode};
pub(crate) use spelling::Spellings;

/// A text in an encoding whose characters begin at one byte, by the name a declaration gives it,
/// without byte order mark. Characters that the encoding lacks become `&#xHEX;`. `None` when the
/// name is not known.
pub fn encode(text: &str, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    Charset::named(name)?.encode(text, &mut bytes);
    Some(bytes)
}
