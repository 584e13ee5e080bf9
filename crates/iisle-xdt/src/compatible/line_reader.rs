/// Goes through a text, counting lines by LF only and columns in UTF-16 units, from 1.
pub(super) struct LineReader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'t> LineReader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    /// Where it is, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Goes forward to a place; `false` when it ended elsewhere.
    pub(super) fn seek(&mut self, line: u32, column: u32) -> bool {
        while self.line < line && self.at < self.text.len() {
            self.skip_line();
        }
        while self.column < column && self.step().is_some() {}
        self.line == line && self.column == column
    }

    /// Goes forward by a character.
    pub(super) fn step(&mut self) -> Option<char> {
        let c = self.text[self.at..].chars().next()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += if c > '\u{FFFF}' { 2 } else { 1 };
        }
        Some(c)
    }

    /// Goes behind the next line end of whatever kind; a lone CR is one here, but does not count.
    fn skip_line(&mut self) {
        while let Some(c) = self.step() {
            match c {
                '\r' => {
                    if self.text[self.at..].starts_with('\n') {
                        self.step();
                    }
                    return;
                }
                '\n' => return,
                _ => {}
            }
        }
    }
}
