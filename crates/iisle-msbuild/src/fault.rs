//! Where the engine's reader sees what is wrong with XML.

use iisle_xml::{Position, XmlError};

/// Moves the place of a fault to where .NET's reader notices it: at names rather than at the
/// brackets before them, and at the end of the file where something is not closed.
///
/// Source: measured, `System.Xml.XmlTextReaderImpl`.
pub(crate) fn place(bytes: &[u8], error: &XmlError) -> Option<Position> {
    let position = error.position()?;
    let Ok(text) = std::str::from_utf8(bytes) else { return Some(position) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(at) = offset(text, position) else { return Some(position) };
    let rest = &text[at..];
    let problem = match error {
        XmlError::NotWellFormed { problem, .. } => problem.as_str(),
        XmlError::UnknownEntity { .. } => "",
        _ => return Some(position),
    };
    let name = |text: &str| text.find(|c: char| !is_of_name(c)).unwrap_or(text.len());
    let is_open = problem.contains("not closed");
    let noticed = if rest.starts_with("</") {
        if is_open { text.len() } else { at + 2 }
    } else if rest.starts_with("<!--") && is_open {
        at + 4
    } else if rest.starts_with('<') && problem.starts_with("attribute value") {
        rest[1..].find('<').map_or(text.len(), |next| at + 1 + next)
    } else if rest.starts_with('<') && is_open {
        text.len()
    } else if rest.starts_with("<?xml") {
        at + 2
    } else if rest.starts_with('<') && problem.contains("second root") {
        at + 1
    } else if rest.starts_with("&#") {
        at
    } else if let Some(entity) = rest.strip_prefix('&') {
        at + 1 + if problem.is_empty() { 0 } else { name(entity) }
    } else if problem.ends_with("has no value") {
        at + name(rest)
    } else {
        at
    };
    Some(position_of(text, noticed))
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

/// The byte at a position.
fn offset(text: &str, position: Position) -> Option<usize> {
    let (mut line, mut column) = (1, 1);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if (line, column) == (position.line, position.column) {
            return Some(at);
        }
        let ends_line = c == '\n' || c == '\r' && chars.peek().is_none_or(|(_, c)| *c != '\n');
        (line, column) = if ends_line { (line + 1, 1) } else { (line, column + 1) };
    }
    None
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
        assert_eq!(check("<a>x &foo y</a>"), "1,10");
        assert_eq!(check("<a b=\"1/></a>"), "1,10");
        assert_eq!(check("<a>\n <!-- b"), "2,6");
        assert_eq!(check("<a><![CDATA[x\n</a>"), "2,5");
        assert_eq!(check("<a bc></a>"), "1,6");
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
