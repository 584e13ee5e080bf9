//! Where the engine's reader sees what is wrong with XML.

use iisle_xml::{Position, XmlError};

/// Moves the place of a fault to where .NET's reader notices it: at names rather than at the
/// brackets before them, and at the end of the file where something is not closed.
///
/// Source: measured, `System.Xml.XmlTextReaderImpl`.
pub(crate) fn place(bytes: &[u8], error: &XmlError) -> Option<Position> {
    let position = error.position()?;
    let is_syntax =
        matches!(error, XmlError::NotWellFormed { .. } | XmlError::UnknownEntity { .. });
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| is_syntax) else {
        return Some(position);
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let noticed = Reader { text, at: 0, open: Vec::new(), has_root: false }.first_fault();
    Some(noticed.map_or(position, |byte| position_of(text, byte)))
}

/// Reads tags and references from the start, as far as .NET's reader would.
struct Reader<'t> {
    text: &'t str,
    /// The byte that is looked at.
    at: usize,
    /// The names of the open elements.
    open: Vec<&'t str>,
    has_root: bool,
}

/// Where reading ends early.
enum End {
    /// At a fault.
    Fault(usize),
    /// At something that this reader does not judge.
    Unknown,
}

impl<'t> Reader<'t> {
    /// The byte where the first fault is noticed; `None` when this reader sees none.
    fn first_fault(mut self) -> Option<usize> {
        while self.at < self.text.len() {
            match self.step() {
                Ok(()) => {}
                Err(End::Fault(at)) => return Some(at),
                Err(End::Unknown) => return None,
            }
        }
        (!self.open.is_empty()).then_some(self.text.len())
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn step(&mut self) -> Result<(), End> {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("--").ok_or(End::Fault(self.at + 4))?;
            self.at += 4 + end + 2;
            return self.expect(">").map_err(|_| End::Unknown);
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").ok_or(End::Fault(self.text.len()))?;
            self.at += 9 + end + 3;
            return Ok(());
        }
        if let Some(instruction) = rest.strip_prefix("<?") {
            let behind = instruction.strip_prefix("xml");
            if self.at > 0 && behind.is_some_and(|it| it.starts_with(char::is_whitespace)) {
                return Err(End::Fault(self.at + 2));
            }
            self.at += 2 + instruction.find("?>").ok_or(End::Unknown)? + 2;
            return Ok(());
        }
        if rest.starts_with("<!") {
            return Err(End::Unknown);
        }
        if rest.starts_with("</") {
            return self.end_tag();
        }
        if rest.starts_with('<') {
            return self.start_tag();
        }
        let end = self.at + rest.find('<').unwrap_or(rest.len());
        let content = &self.text[self.at..end];
        if self.open.is_empty() && !content.trim().is_empty() || content.contains("]]>") {
            return Err(End::Unknown);
        }
        self.references(end)?;
        self.at = end;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), End> {
        self.at += 2;
        let name_at = self.at;
        let name = self.name();
        if self.open.last() != Some(&name) {
            return Err(End::Fault(name_at));
        }
        self.white();
        self.expect(">")?;
        self.open.pop();
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), End> {
        self.at += 1;
        if self.open.is_empty() && self.has_root {
            return Err(End::Fault(self.at));
        }
        self.has_root = true;
        let name = self.name();
        if name.is_empty() {
            return Err(End::Fault(self.at));
        }
        let mut attributes: Vec<&str> = Vec::new();
        loop {
            let is_apart = self.white();
            let rest = self.rest();
            if rest.starts_with('>') {
                self.at += 1;
                self.open.push(name);
                return Ok(());
            }
            if rest.starts_with('/') && (is_apart || rest.starts_with("/>")) {
                self.at += 1;
                return self.expect(">");
            }
            if !is_apart {
                return Err(End::Fault(self.at));
            }
            let attribute = self.name();
            if attribute.is_empty() {
                return Err(End::Fault(self.at));
            }
            if attributes.contains(&attribute) {
                return Err(End::Unknown);
            }
            attributes.push(attribute);
            self.value()?;
        }
    }

    fn value(&mut self) -> Result<(), End> {
        self.white();
        self.expect("=")?;
        self.white();
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or(End::Fault(self.at))?;
        self.at += 1;
        let rest = self.rest();
        let end = self.at + rest.find([quote, '<']).unwrap_or(rest.len());
        self.references(end)?;
        self.at = end;
        self.expect(quote.encode_utf8(&mut [0; 4]))
    }

    /// Checks the references up to a byte.
    fn references(&self, end: usize) -> Result<(), End> {
        let text = &self.text[self.at..end];
        for (found, _) in text.match_indices('&') {
            let at = self.at + found + 1;
            let behind = &self.text[at..end];
            if behind.starts_with('#') {
                let number = behind.find(';').map(|end| &behind[1..end]).ok_or(End::Unknown)?;
                if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    return Err(End::Unknown);
                }
                continue;
            }
            let name = name_at(behind);
            let is_known = matches!(name, "amp" | "lt" | "gt" | "quot" | "apos");
            if !is_known || !behind[name.len()..].starts_with(';') {
                return Err(End::Fault(at));
            }
        }
        Ok(())
    }

    fn name(&mut self) -> &'t str {
        let name = name_at(self.rest());
        self.at += name.len();
        name
    }

    /// Skips white space; whether there was any.
    fn white(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.at += length;
        length > 0
    }

    fn expect(&mut self, token: &str) -> Result<(), End> {
        if !self.rest().starts_with(token) {
            return Err(End::Fault(self.at));
        }
        self.at += token.len();
        Ok(())
    }
}

/// The name that a text begins with; empty when it begins with none.
fn name_at(text: &str) -> &str {
    if !text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':')) {
        return "";
    }
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    &text[..text.find(|c| !is_of_name(c)).unwrap_or(text.len())]
}

/// The position of a byte, or of the end.
fn position_of(text: &str, byte: usize) -> Position {
    let (mut line, mut column) = (1, 1);
    let mut chars = text[..byte].chars().peekable();
    while let Some(c) = chars.next() {
        let ends_line = c == '\n' || c == '\r' && chars.peek() != Some(&'\n');
        (line, column) = if ends_line { (line + 1, 1) } else { (line, column + 1) };
    }
    Position { line, column }
}

#[cfg(test)]
mod tests {
    use iisle_xml::{Document, Limits};
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) -> String {
        let error = Document::parse_marked(text.as_bytes(), &Limits::default()).unwrap_err();
        let place = place(text.as_bytes(), &error).unwrap();
        format!("{},{}", place.line, place.column)
    }

    #[test]
    fn faults_stand_where_the_reader_of_dotnet_notices_them() {
        assert_eq!(check("<a>\n <b>\n  <c>1</d>\n </b></a>"), "3,9");
        assert_eq!(check("<a><b></b></a></c>"), "1,17");
        assert_eq!(check("<a><b>\r\n"), "2,1");
        assert_eq!(check("<a><b"), "1,6");
        assert_eq!(check("<a/><b/>"), "1,6");
        assert_eq!(check("<a>\n&foo;</a>"), "2,2");
        assert_eq!(check("<a b='x && y'/>"), "1,10");
        assert_eq!(check("<a>x &foo y</a>"), "1,7");
        assert_eq!(check("<a b=''/c/>"), "1,8");
        assert_eq!(check("<a b=\"1/></a>"), "1,10");
        assert_eq!(check("<a>\n <!-- b"), "2,6");
        assert_eq!(check("<a><![CDATA[x\n</a>"), "2,5");
        assert_eq!(check("<a bc></a>"), "1,6");
        assert_eq!(check("<a>x</a\n </b>"), "2,2");
        assert_eq!(check("<a><b>x</b$></a>"), "1,11");
        assert_eq!(check("<a><b>x</b'c></a>"), "1,11");
        assert_eq!(check("<a b=\"x c=\"d\"/>"), "1,12");
        assert_eq!(check("<a b=\"x\"c=\"d\"/>"), "1,9");
        assert_eq!(check("<a&b></a>"), "1,3");
        assert_eq!(check("<a b c=\"d\"/>"), "1,6");
        assert_eq!(check("<a b=&\"d\"/>"), "1,6");
        assert_eq!(check("<a b=\"d\" /]</a>"), "1,11");
        assert_eq!(check("<a>\n<&/a>"), "2,2");
        assert_eq!(check("\n<?xml version='1.0'?><a/>"), "2,3");
    }

    proptest! {
        #[test]
        fn any_fault_has_a_place(text in "[<>/&;!?a\u{e9}='\" \r\n-]{0,40}") {
            if let Err(error) = Document::parse_marked(text.as_bytes(), &Limits::default()) {
                let found = place(text.as_bytes(), &error);
                prop_assert_eq!(found.is_some(), error.position().is_some());
            }
        }
    }
}
