use std::fmt;

/// A place in a document: line and column from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1. CR LF, LF and a lone CR end a line.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// Where every document begins.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    /// `line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Bytes between two entries of [`LineIndex::characters`].
const STRIDE: usize = 1024;

/// Where the lines of a text begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineIndex {
    starts: Vec<u32>,
    /// Characters that begin before every [`STRIDE`]th byte: a line may be as long as the text.
    characters: Vec<u32>,
}

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let number = |n: usize| u32::try_from(n).expect("documents are shorter than 4 GiB");
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(number(at + 1));
            }
        }
        let mut characters = vec![0];
        for piece in bytes.chunks(STRIDE) {
            let before = characters.last().copied().unwrap_or(0);
            characters.push(before + number(begun(piece)));
        }
        Self { starts, characters }
    }

    /// Characters that begin before `offset`.
    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let known = offset / STRIDE;
        let counted = self.characters.get(known).copied().unwrap_or(0) as usize;
        counted + begun(&text.as_bytes()[known * STRIDE..offset])
    }

    /// The position of a byte offset of `text`; offsets behind its end mean the end.
    pub(crate) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let at = u32::try_from(offset).expect("documents are shorter than 4 GiB");
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let column = self.characters_before(text, offset) - self.characters_before(text, start) + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: number(line), column: number(column) }
    }
}

/// Characters that begin in a piece of UTF-8: every byte but those that continue one.
fn begun(piece: &[u8]) -> usize {
    piece.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\r\nbü\rc\nd";
        let index = LineIndex::new(text);
        let at = |needle: char| index.position(text, text.find(needle).unwrap());
        assert_eq!(at('b'), Position { line: 2, column: 1 });
        assert_eq!(at('c'), Position { line: 3, column: 1 });
        assert_eq!(at('d'), Position { line: 4, column: 1 });
        assert_eq!(index.position(text, text.len()), Position { line: 4, column: 2 });
        assert_eq!(index.position(text, text.find('\r').unwrap()), Position { line: 1, column: 2 });
    }

    #[test]
    fn columns_of_one_long_line_count_characters() {
        let text = "ü€a😀".repeat(1000);
        let index = LineIndex::new(&text);
        for (number, (at, _)) in text.char_indices().enumerate() {
            let column = u32::try_from(number + 1).unwrap();
            assert_eq!(index.position(&text, at), Position { line: 1, column });
        }
    }
}
