use iisle_xml::Position;

/// Lines and columns of places that are asked for in ascending order, mostly.
pub(super) struct Lines {
    at: usize,
    line: u32,
    column: u32,
}

impl Default for Lines {
    fn default() -> Self {
        Self { at: 0, line: 1, column: 1 }
    }
}

impl Lines {
    /// The position of a byte offset. CR LF, LF and a lone CR end a line; columns count UTF-16
    /// units.
    pub(super) fn position(&mut self, text: &str, offset: usize) -> Position {
        if offset < self.at {
            *self = Self::default();
        }
        let bytes = text.as_bytes();
        for c in text[self.at..offset].chars() {
            self.at += c.len_utf8();
            let ends = c == '\n' || (c == '\r' && bytes.get(self.at) != Some(&b'\n'));
            if ends {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += if c > '\u{FFFF}' { 2 } else { 1 };
            }
        }
        Position { line: self.line, column: self.column }
    }
}
