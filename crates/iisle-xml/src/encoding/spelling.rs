use std::ops::Range;

use super::Charset;
use super::charset::characters;
use crate::tree::number;

/// Characters of a document that its code page can store in more than one way, and that are not
/// stored the usual way: their bytes, by their place in the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spellings(Vec<(Range<u32>, Box<[u8]>)>);

impl Spellings {
    /// Compares what was read with what would be written.
    pub(crate) fn new(charset: Charset, bytes: &[u8], text: &str) -> Self {
        let Charset::Other(encoding) = charset else { return Self::default() };
        let (usual, _, _) = encoding.encode(text);
        if *usual == *bytes {
            return Self::default();
        }
        let mut unusual = Vec::new();
        let mut start = 0;
        for (character, stored) in characters(encoding, bytes) {
            let end = start + character.len();
            if *encoding.encode(&character).0 != *stored {
                unusual.push((number(start)..number(end), stored.into()));
            }
            start = end;
        }
        Self(unusual)
    }

    /// Those within a part of the text.
    pub(crate) fn within(&self, part: Range<u32>) -> &[(Range<u32>, Box<[u8]>)] {
        let first = self.0.partition_point(|(place, _)| place.start < part.start);
        let end = self.0.partition_point(|(place, _)| place.end <= part.end);
        self.0.get(first..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, Spellings};

    #[test]
    fn characters_with_two_spellings_are_remembered() {
        // U+2252 is 81 E0 and, from a vendor's extension, 87 90.
        let charset = Charset::named("shift_jis").unwrap();
        let bytes = b"a\x81\xe0b\x87\x90c";
        let text = charset.decode(bytes).unwrap();
        assert_eq!(text, "a\u{2252}b\u{2252}c");
        let spellings = Spellings::new(charset, bytes, &text);
        assert_eq!(spellings.within(0..9).len(), 1);
        assert_eq!(spellings.within(0..5).len(), 0);
        assert_eq!(spellings.within(5..8), [(5..8, b"\x87\x90"[..].into())]);
    }
}
