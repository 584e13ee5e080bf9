use iisle_xml::Position;

use super::line_reader::LineReader;

/// Finds the text of start tags by line and column, only ever going forward.
///
/// Only LF ends a line here, while the reader that tells the positions takes a lone CR for a line
/// end too: behind one, tags are looked for in wrong places.
pub(super) struct TagFinder<'t> {
    text: &'t str,
    reader: LineReader<'t>,
}

impl<'t> TagFinder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, reader: LineReader::new(text) }
    }

    /// From a place to the first `>` outside double quotes; `None` when the place is behind us, or
    /// there is no such character.
    pub(super) fn tag_at(&mut self, place: Position) -> Option<&'t str> {
        if !self.reader.seek(place.line, place.column) {
            return None;
        }
        let start = self.reader.offset();
        let mut is_quoted = false;
        while let Some(c) = self.reader.step() {
            match c {
                '"' => is_quoted = !is_quoted,
                '>' if !is_quoted => return Some(&self.text[start..self.reader.offset()]),
                _ => {}
            }
        }
        None
    }
}
