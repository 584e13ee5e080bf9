//! From bytes to text and back: byte order marks, declarations, code pages.

mod charset;
mod detect;
mod spelling;

pub(crate) use charset::Charset;
pub(crate) use detect::{Encoded, Overlook, decode};
pub(crate) use spelling::Spellings;
