//! JSON as .NET programs read it: comments and a byte order mark are allowed, and errors have a
//! place.
//!
//! Source: the host parses by `RapidJSON` with comments, dotnet/runtime `json_parser.cpp`; settings
//! are parsed by `System.Text.Json` with comments and trailing commas.

use std::borrow::Cow;

use serde_json::Number;

use crate::Position;

/// Nesting that no file of ours has, and shallow enough for recursion.
const MAX_DEPTH: usize = 200;

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The .NET host.
    Host,
    /// The configuration of an application, which also allows trailing commas.
    Settings,
}

/// Why a file is no JSON to its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) message: String,
    pub(crate) position: Position,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    text: String,
    pub(crate) root: Node,
}

/// A value and where it begins.
#[derive(Debug)]
pub(crate) struct Node {
    /// Byte in the text.
    pub(crate) at: usize,
    pub(crate) value: Value,
}

/// A value; members keep their order, and their duplicates.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The first member of this name, as the host takes it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn members(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn elements(&self) -> &[Self] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// The text of a member.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    pub(crate) fn to_value(&self) -> serde_json::Value {
        use serde_json::Value as Plain;
        match &self.value {
            Value::Null => Plain::Null,
            Value::Bool(value) => Plain::Bool(*value),
            Value::Number(value) => Plain::Number(value.clone()),
            Value::Text(value) => Plain::String(value.clone()),
            Value::Array(elements) => elements.iter().map(Self::to_value).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
            }
        }
    }
}

impl Document {
    /// Where a value begins.
    pub(crate) fn position(&self, node: &Node) -> Position {
        position(&self.text, node.at)
    }
}

/// Reads a whole file.
pub(crate) fn parse(bytes: &[u8], reader: Reader) -> Result<Document, JsonError> {
    let start = Position { line: 1, column: 1 };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(JsonError {
            message: "the file is UTF-16, expected UTF-8".into(),
            position: start,
        });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut parser = Parser { text: &text, at: 0, reader };
    match parser.document() {
        Ok(root) => Ok(Document { text, root }),
        Err((message, at)) => {
            Err(JsonError { message: message.into_owned(), position: position(&text, at) })
        }
    }
}

fn position(text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Position {
        line: count(before.matches('\n').count()),
        column: count(before[line_start..].chars().count()),
    }
}

type Failure = (Cow<'static, str>, usize);

struct Parser<'a> {
    text: &'a str,
    at: usize,
    reader: Reader,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Node, Failure> {
        self.skip_blank()?;
        if self.peek().is_none() {
            return self.fail("the document is empty");
        }
        let root = self.value(0)?;
        self.skip_blank()?;
        if self.peek().is_some() {
            return self.fail("another value follows the root");
        }
        Ok(root)
    }

    fn fail<T>(&self, message: &'static str) -> Result<T, Failure> {
        Err((Cow::Borrowed(message), self.at))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn take_text(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// White space and comments.
    fn skip_blank(&mut self) -> Result<(), Failure> {
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let rest = &self.text[self.at..];
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    return self.fail("the comment has no end");
                };
                self.at += end + 4;
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Failure> {
        if depth > MAX_DEPTH {
            return self.fail("values are nested too deeply");
        }
        let at = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.take_text("true") => Value::Bool(true),
            _ if self.take_text("false") => Value::Bool(false),
            _ if self.take_text("null") => Value::Null,
            _ => return self.fail("invalid value"),
        };
        Ok(Node { at, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Failure> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_blank()?;
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fail("a name of a member is missing");
            }
            let name = self.string()?;
            self.skip_blank()?;
            if !self.take(b':') {
                return self.fail("a colon is missing after the name of a member");
            }
            self.skip_blank()?;
            members.push((name, self.value(depth + 1)?));
            self.skip_blank()?;
            let comma = self.take(b',');
            if comma {
                self.skip_blank()?;
            }
            match (comma, self.peek()) {
                (false, Some(b'}')) => break,
                (true, Some(b'}')) if self.reader == Reader::Settings => break,
                (true, _) => {}
                (false, _) => return self.fail("a comma or `}` is missing after a member"),
            }
        }
        self.at += 1;
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Value, Failure> {
        self.at += 1;
        let mut elements = Vec::new();
        self.skip_blank()?;
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.skip_blank()?;
            let comma = self.take(b',');
            if comma {
                self.skip_blank()?;
            }
            match (comma, self.peek()) {
                (false, Some(b']')) => break,
                (true, Some(b']')) if self.reader == Reader::Settings => break,
                (true, _) => {}
                (false, _) => return self.fail("a comma or `]` is missing after an element"),
            }
        }
        self.at += 1;
        Ok(Value::Array(elements))
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        match self.text[start..self.at].parse::<Number>() {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => Err((Cow::Borrowed("invalid number"), start)),
        }
    }

    fn string(&mut self) -> Result<String, Failure> {
        self.at += 1;
        let mut found = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.bytes().take_while(|b| !matches!(b, b'"' | b'\\' | 0..0x20)).count();
            found.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => found.push(self.escape()?),
                _ => return self.fail("a closing quotation mark is missing"),
            }
        }
        self.at += 1;
        Ok(found)
    }

    fn escape(&mut self) -> Result<char, Failure> {
        let start = self.at;
        let escaped = self.text.as_bytes().get(start + 1).copied();
        self.at += 2;
        let plain = match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err((Cow::Borrowed("invalid escape in a text"), start)),
        };
        Ok(plain)
    }

    /// The four digits behind `\u`, and the second half of a pair.
    fn unicode(&mut self, start: usize) -> Result<char, Failure> {
        let failure = || (Cow::Borrowed("invalid escape in a text"), start);
        let first = self.hex().ok_or_else(failure)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or_else(failure);
        }
        if !self.take_text("\\u") {
            return Err(failure());
        }
        let second = self.hex().filter(|it| (0xdc00..0xe000).contains(it)).ok_or_else(failure)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(failure)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value = digits.bytes().all(|b| b.is_ascii_hexdigit());
        self.at += 4;
        value.then(|| u32::from_str_radix(digits, 16).ok())?
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reader, parse};

    fn host(text: &str) -> String {
        match parse(text.as_bytes(), Reader::Host) {
            Ok(document) => document.root.to_value().to_string(),
            Err(error) => format!("{}: {}", error.position, error.message),
        }
    }

    #[test]
    fn the_host_reads_comments_and_a_byte_order_mark() {
        assert_eq!(
            host("\u{feff}// a\n{ /* b */ \"a\": [1, -2.5e3, true, null] }"),
            r#"{"a":[1,-2500.0,true,null]}"#
        );
        assert_eq!(host(r#""\u00e9\ud83d\ude00\n\/""#), "\"é😀\\n/\"");
    }

    #[test]
    fn the_first_of_two_members_counts() {
        let document = parse(br#"{"a": 1, "a": 2}"#, Reader::Host).unwrap();
        assert_eq!(document.root.get("a").unwrap().to_value(), 1);
    }

    #[test]
    fn errors_have_a_place() {
        for (text, expected) in [
            ("", "1:1: the document is empty"),
            ("{\"a\":1,}", "1:8: a name of a member is missing"),
            ("{\n \"ä\" 1}", "2:6: a colon is missing after the name of a member"),
            ("{\"a\": 1 \"b\"", "1:9: a comma or `}` is missing after a member"),
            ("[1 2]", "1:4: a comma or `]` is missing after an element"),
            ("{} x", "1:4: another value follows the root"),
            ("\"a\nb\"", "1:3: a closing quotation mark is missing"),
            ("\"\\ud800\"", "1:2: invalid escape in a text"),
            ("/* a", "1:1: the comment has no end"),
            ("01", "1:1: invalid number"),
            ("nul", "1:1: invalid value"),
        ] {
            assert_eq!(host(text), expected, "{text:?}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(host(&deep), "1:202: values are nested too deeply");
    }

    #[test]
    fn utf_16_is_refused() {
        let bytes = [0xff, 0xfe, b'{', 0, b'}', 0];
        let error = parse(&bytes, Reader::Host).unwrap_err();
        assert_eq!(error.message, "the file is UTF-16, expected UTF-8");
    }

    #[test]
    fn settings_may_have_trailing_commas() {
        let text = b"{\"a\": [1, 2,], /* c */ }";
        assert!(parse(text, Reader::Settings).is_ok() && parse(text, Reader::Host).is_err());
        assert!(parse(b"[,]", Reader::Settings).is_err());
    }

    proptest! {
        #[test]
        fn what_another_parser_reads_is_read_alike(text in r#"[\[\]{}",:a0-9\\u .e-]{0,40}"#) {
            let other = serde_json::from_str::<serde_json::Value>(&text);
            let ours = parse(text.as_bytes(), Reader::Host);
            prop_assert_eq!(ours.is_ok(), other.is_ok());
            // Of two members with one name we take the first, the other parser the last.
            if let (Ok(ours), Ok(other)) = (ours, other) && text.matches(':').count() < 2 {
                prop_assert_eq!(ours.root.to_value(), other);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            drop(parse(&bytes, Reader::Settings));
        }
    }
}
