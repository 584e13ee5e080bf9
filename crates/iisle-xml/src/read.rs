use std::sync::OnceLock;

use crate::encoding::{self, Encoded, Overlook};
use crate::gaps::OpenedTags;
use crate::order::Ranks;
use crate::position::LineIndex;
use crate::{Document, Limits, XmlError, lex};

/// Texts and spans are counted with 32 bits, and a byte may become three in UTF-8.
const MAX_BYTES: usize = 1 << 30;

impl Document {
    /// Reads a document with the default [`Limits`].
    ///
    /// The encoding is that of the byte order mark, else the declared one, else UTF-8. A mark of
    /// UTF-8 stands against a declaration of another code page, which most readers overlook too
    /// ([`Document::encoding_conflict`] tells); other contradictions are errors.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        Self::parse_with(bytes, &Limits::default())
    }

    /// Reads a document.
    pub fn parse_with(bytes: &[u8], limits: &Limits) -> Result<Self, XmlError> {
        within(bytes.len(), limits)?;
        let (text, encoded) = encoding::decode(bytes, Overlook::Narrow)?;
        Self::read(text, encoded, limits)
    }

    /// Reads a document as programs do that decode before they parse: a byte order mark is
    /// believed, whatever the declaration says.
    pub fn parse_marked(bytes: &[u8], limits: &Limits) -> Result<Self, XmlError> {
        within(bytes.len(), limits)?;
        let (text, encoded) = encoding::decode(bytes, Overlook::All)?;
        Self::read(text, encoded, limits)
    }

    /// Reads a document that is text already: what its declaration says of the encoding does not
    /// matter, and it is written as UTF-8 without byte order mark.
    pub fn parse_text(text: &str, limits: &Limits) -> Result<Self, XmlError> {
        within(text.len(), limits)?;
        Self::read(text.to_owned(), Encoded::text(), limits)
    }

    /// The document as it was before all edits.
    #[must_use]
    pub fn original(&self) -> Self {
        // What was read once is within the limits it was read with.
        let limits =
            Limits { max_bytes: usize::MAX, max_depth: usize::MAX, max_expansion: usize::MAX };
        let read = Self::read(self.source.clone(), self.encoded.clone(), &limits);
        read.expect("what was read can be read again")
    }

    fn read(source: String, encoded: Encoded, limits: &Limits) -> Result<Self, XmlError> {
        if source.is_empty() {
            return Err(XmlError::Empty);
        }
        let parsed = lex::read(&source, limits).map_err(|fault| {
            let before = &source[..source.floor_char_boundary(fault.offset)];
            fault.kind.placed(LineIndex::new(before).position(before, before.len()))
        })?;
        let newline = first_newline(&source);
        Ok(Self {
            source,
            added: parsed.expansions,
            encoded,
            lines: OnceLock::new(),
            newline,
            unit: OnceLock::new(),
            ranks: Ranks::new(parsed.arena.nodes.len()),
            arena: parsed.arena,
            entities: parsed.entities,
            ids: parsed.ids,
            opened_tags: OpenedTags::default(),
        })
    }
}

fn within(found: usize, limits: &Limits) -> Result<(), XmlError> {
    let limit = limits.max_bytes.min(MAX_BYTES);
    if found > limit { Err(XmlError::TooLarge { found, limit }) } else { Ok(()) }
}

fn first_newline(text: &str) -> &'static str {
    match text.find(['\r', '\n']) {
        None => "",
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        Some(_) => "\n",
    }
}
