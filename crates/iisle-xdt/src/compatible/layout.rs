/// Where markup is written to.
pub(super) trait Sink {
    fn text(&mut self, text: &str);
    /// An attribute follows: a blank, its name, `=`, its value in quotes.
    fn start_attribute(&mut self) {}
    fn end_attribute(&mut self) {}
    /// A comment follows, mark and all.
    fn start_comment(&mut self) {}
    fn end_comment(&mut self) {}
}

impl Sink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// Lines longer than this are broken before an attribute without a gap of its own.
const WIDTH: usize = 160;

/// Text that puts the gaps of attributes back, and takes away the blank that the writer puts
/// before `/>`.
///
/// It does the latter wherever ` />` occurs, CDATA sections and processing instructions included;
/// blanks and slashes at the very end of the document never come out.
pub(super) struct Layout {
    out: String,
    /// In UTF-16 units, from 1.
    column: usize,
    state: State,
    /// What is held back.
    held: String,
    /// The white space of the next attribute, when that is recorded.
    lead: Option<Box<str>>,
    line_break: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Writing,
    /// Holds back what may be the start of ` />`.
    Holding,
    /// The next blank begins an attribute.
    Expecting,
    /// Holds back an attribute.
    Attribute,
    Comment,
}

impl Layout {
    pub(super) fn new() -> Self {
        Self {
            out: String::new(),
            column: 1,
            state: State::Writing,
            held: String::new(),
            lead: None,
            line_break: "\r\n".into(),
        }
    }

    /// What came out.
    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// The white space before the next attribute.
    pub(super) fn set_lead(&mut self, gap: &str) {
        self.lead = Some(gap.into());
    }

    /// The line break before attributes that do not fit a line; gives the one before.
    pub(super) fn set_line_break(&mut self, line_break: &str) -> Box<str> {
        std::mem::replace(&mut self.line_break, line_break.into())
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].encode_utf16().count() + 1,
            None => self.column += text.encode_utf16().count(),
        }
    }

    fn release(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.write(&held);
        self.state = State::Writing;
    }

    /// Writes a text outside of attributes and comments.
    fn plain(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if self.state == State::Writing {
                let end = rest.find(' ').unwrap_or(rest.len());
                let (now, later) = rest.split_at(end);
                self.write(now);
                rest = later;
                if !rest.is_empty() {
                    self.state = State::Holding;
                    self.held.push(' ');
                    rest = &rest[1..];
                }
                continue;
            }
            // Holding: blanks and slashes go on being held.
            match c {
                ' ' | '/' => {
                    self.held.push(c);
                    rest = &rest[1..];
                }
                _ => {
                    if c == '>' && self.held.ends_with(" /") {
                        self.held.truncate(self.held.len() - 2);
                        self.held.push('/');
                    }
                    self.release();
                }
            }
        }
    }
}

impl Sink for Layout {
    fn text(&mut self, text: &str) {
        match self.state {
            State::Writing | State::Holding => self.plain(text),
            State::Attribute => self.held.push_str(text),
            State::Comment => self.write(text),
            State::Expecting => match text.split_once(' ') {
                Some((before, attribute)) => {
                    self.write(before);
                    self.state = State::Attribute;
                    self.held.push_str(attribute);
                }
                None => self.write(text),
            },
        }
    }

    fn start_attribute(&mut self) {
        self.release();
        self.state = State::Expecting;
    }

    fn end_attribute(&mut self) {
        let attribute = std::mem::take(&mut self.held);
        let lead = match self.lead.take() {
            Some(lead) => lead,
            None if self.column + attribute.encode_utf16().count() + 1 > WIDTH => {
                self.line_break.clone()
            }
            None => " ".into(),
        };
        self.state = State::Writing;
        self.write(&lead);
        self.write(&attribute);
    }

    fn start_comment(&mut self) {
        self.release();
        self.state = State::Comment;
    }

    fn end_comment(&mut self) {
        self.state = State::Writing;
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Sink};

    #[test]
    fn the_blank_before_the_end_of_an_empty_tag_goes_wherever_it_is() {
        let mut layout = Layout::new();
        for text in ["<a", " /", ">", "<![CDATA[x />y / > //>]]>", "  "] {
            layout.text(text);
        }
        assert_eq!(layout.into_text(), "<a/><![CDATA[x/>y / > //>]]>");
    }

    #[test]
    fn an_attribute_without_gap_stands_behind_a_blank_while_the_line_is_short() {
        let mut layout = Layout::new();
        layout.text("<a");
        layout.set_line_break("\n  ");
        for (value, lead) in [("1", Some("\t")), ("2", None), (&*"3".repeat(151), None)] {
            if let Some(lead) = lead {
                layout.set_lead(lead);
            }
            layout.start_attribute();
            layout.text(" ");
            layout.text("b=");
            layout.text(value);
            layout.end_attribute();
        }
        let expected = format!("<a\tb=1 b=2\n  b={}", "3".repeat(151));
        assert_eq!(layout.into_text(), expected);
    }
}
