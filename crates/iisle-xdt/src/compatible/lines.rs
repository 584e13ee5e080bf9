use iisle_xml::Position;

/// Lines and columns of places that are asked for in ascending order, mostly: a step back costs
/// no more than its length.
pub(super) struct Lines {
    at: usize,
    column: u32,
    /// Where the lines up to this place begin.
    starts: Vec<usize>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { at: 0, column: 1, starts: vec![0] }
    }
}

impl Lines {
    /// The position of a byte offset. CR LF, LF and a lone CR end a line; columns count UTF-16
    /// units.
    pub(super) fn position(&mut self, text: &str, offset: usize) -> Position {
        if offset < self.at {
            self.step_back(text, offset);
        }
        let bytes = text.as_bytes();
        for c in text[self.at..offset].chars() {
            self.at += c.len_utf8();
            let ends = c == '\n' || (c == '\r' && bytes.get(self.at) != Some(&b'\n'));
            if ends {
                self.starts.push(self.at);
                self.column = 1;
            } else {
                self.column += units(c);
            }
        }
        let line = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        Position { line, column: self.column }
    }

    fn step_back(&mut self, text: &str, offset: usize) {
        if self.starts.last().is_some_and(|start| *start <= offset) {
            self.column -= text[offset..self.at].chars().map(units).sum::<u32>();
            self.at = offset;
            return;
        }
        while self.starts.pop_if(|start| *start > offset).is_some() {}
        self.at = self.starts.last().copied().unwrap_or(0);
        self.column = 1;
    }
}

/// UTF-16 units of a character.
fn units(c: char) -> u32 {
    if c > '\u{FFFF}' { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use iisle_xml::Position;

    use super::Lines;

    #[test]
    fn positions_do_not_depend_on_the_order_they_are_asked_for_in() {
        let text = "a\u{1F600}b\r\n\r\nc\rd\n\u{E4}x";
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let alone = |offset| Lines::default().position(text, offset);
        assert_eq!(alone(5), Position { line: 1, column: 4 });
        assert_eq!(alone(text.len()), Position { line: 5, column: 3 });
        for first in &offsets {
            for second in &offsets {
                let mut lines = Lines::default();
                lines.position(text, *first);
                assert_eq!(lines.position(text, *second), alone(*second), "{first} {second}");
            }
        }
    }
}
