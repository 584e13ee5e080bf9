use super::line_reader::LineReader;

/// The text of a start tag cannot be read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Attributes with the gaps before them, and the gap before the end of the tag.
type Parts<'t> = (Vec<(&'t str, Option<&'t str>)>, Option<&'t str>);

/// Reads the attributes of a start tag, and the white space before each of them and before its
/// end.
///
/// `tag` begins somewhere, in general with `<`, and ends with `>`; there may be more than one tag in
/// it. A gap is unknown where a lone carriage return made the reference engine lose count of lines.
pub(super) fn read(tag: &str) -> Result<Parts<'_>, Broken> {
    let mut reader = LineReader::new(tag);
    let end = if tag.ends_with("/>") { tag.len() - 2 } else { tag.len() - 1 };
    let mut found = Vec::new();
    for offset in attribute_offsets(tag)? {
        let name = name_at(tag, offset);
        let (line, column) = xml_position(tag, offset);
        let is_there = reader.seek(line, column);
        found.push((name, is_there.then(|| gap_before(tag, reader.offset()))));
    }
    let gap = (reader.offset() <= end).then(|| gap_before(tag, end));
    Ok((found, gap))
}

/// Where the names of the attributes begin.
fn attribute_offsets(tag: &str) -> Result<Vec<usize>, Broken> {
    let bytes = tag.as_bytes();
    let space = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n'));
    if space(0) {
        return Ok(Vec::new());
    }
    let mut at = 1;
    if bytes.first() != Some(&b'<') || name_at(tag, at).is_empty() {
        return Err(Broken);
    }
    at += name_at(tag, at).len();
    let mut offsets = Vec::new();
    loop {
        let gap = at;
        while space(at) {
            at += 1;
        }
        match bytes.get(at) {
            Some(b'>') => return Ok(offsets),
            // Only the end of the text may be the end of an empty tag.
            Some(b'/') if bytes.get(at + 1) == Some(&b'>') => return Ok(offsets),
            _ => {}
        }
        let name = name_at(tag, at);
        if at == gap || name.is_empty() {
            return Err(Broken);
        }
        offsets.push(at);
        at += name.len();
        while space(at) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'=') {
            return Err(Broken);
        }
        at += 1;
        while space(at) {
            at += 1;
        }
        let quote = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(Broken),
        };
        let value = &bytes[at + 1..];
        let length = value.iter().position(|byte| *byte == quote).ok_or(Broken)?;
        if value[..length].contains(&b'<') {
            return Err(Broken);
        }
        at += length + 2;
    }
}

/// The white space before a place.
fn gap_before(tag: &str, offset: usize) -> &str {
    let before = &tag[..offset];
    &before[before.trim_end_matches(char::is_whitespace).len()..]
}

fn name_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '/' | '>' | '<' | '"' | '\'' | '&');
    &rest[..rest.find(ends).unwrap_or(rest.len())]
}

/// Line and column as the reader of .NET counts them: CR LF, LF and a lone CR end a line.
fn xml_position(text: &str, offset: usize) -> (u32, u32) {
    let bytes = text.as_bytes();
    let (mut line, mut start) = (1, 0);
    for at in 0..offset {
        let ends = match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    let column = text[start..offset].encode_utf16().count() + 1;
    (line, u32::try_from(column).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Broken, read};

    fn check(tag: &str) -> String {
        match read(tag) {
            Ok((attributes, end)) => {
                let attributes = attributes.iter().map(|(name, gap)| format!("{name}:{gap:?} "));
                attributes.collect::<String>() + &format!("{end:?}")
            }
            Err(Broken) => "broken".to_owned(),
        }
    }

    #[test]
    fn gaps_stand_before_names_and_before_the_end() {
        assert_eq!(check("<a>"), "Some(\"\")");
        assert_eq!(
            check("<a\tb='1'  c = \"2\"\r\n d=''\n/>"),
            "b:Some(\"\\t\") c:Some(\"  \") d:Some(\"\\r\\n \") Some(\"\\n\")"
        );
    }

    #[test]
    fn a_tag_that_was_cut_in_a_value_is_broken() {
        assert_eq!(check("<a b='>"), "broken");
    }

    #[test]
    fn a_lone_carriage_return_loses_gaps() {
        assert_eq!(check("<a x=\"1\"\r y=\"2\"/>"), "x:Some(\" \") y:None None");
    }
}
