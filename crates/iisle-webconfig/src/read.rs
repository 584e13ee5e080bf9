use iisle_xml::{Document, Limits, NodeId, NodeKind, XmlError};
use thiserror::Error;

use crate::Position;
use crate::model::{Attribute, Element, Encoding, WebConfig};

/// Deeper nesting than any section of IIS has, and shallow enough for recursion.
const MAX_DEPTH: usize = 256;

/// Why bytes are not a web.config.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ReadError {
    #[error("web.config is not well-formed")]
    Malformed { source: XmlError },
    #[error("the root element of web.config is `{found}`, not `configuration`")]
    WrongRoot { found: String, position: Position },
}

impl ReadError {
    /// Where in the file; a malformed one may be so as a whole.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Malformed { source } => source.position(),
            Self::WrongRoot { position, .. } => Some(*position),
        }
    }
}

/// Reads a web.config: any encoding that XML allows, well-formed in full, `configuration` (this
/// case, any namespace) at the root.
pub fn read(bytes: &[u8]) -> Result<WebConfig, ReadError> {
    let document = open(bytes)?;
    let encoding = Encoding {
        actual: document.encoding().to_owned(),
        declared: declared_encoding(&document),
        has_bom: document.has_bom(),
    };
    Ok(WebConfig { root: element(&document, document.root()), encoding })
}

/// Parses a document that is not too deep for recursion.
pub(crate) fn parse(bytes: &[u8]) -> Result<Document, XmlError> {
    let limits = Limits { max_depth: MAX_DEPTH, ..Limits::default() };
    Document::parse_with(bytes, &limits)
}

/// Parses the bytes and looks at the root element.
pub(crate) fn open(bytes: &[u8]) -> Result<Document, ReadError> {
    let document = parse(bytes).map_err(|source| ReadError::Malformed { source })?;
    let root = document.root();
    if document.local_name(root) != "configuration" {
        let found = document.name(root).to_owned();
        return Err(ReadError::WrongRoot { found, position: document.position(root) });
    }
    Ok(document)
}

/// Recursion is bounded by the depth that the parser lets through.
fn element(document: &Document, node: NodeId) -> Element {
    let attributes = document.attributes(node).filter(|attribute| !attribute.is_namespace());
    Element {
        name: document.local_name(node).to_owned(),
        namespace: document.namespace(node).map(str::to_owned),
        position: document.position(node),
        attributes: attributes
            .map(|attribute| Attribute {
                name: attribute.name.to_owned(),
                value: attribute.value.to_owned(),
                position: attribute.position(),
                value_position: attribute.value_position(),
            })
            .collect(),
        children: document.elements(node).map(|child| element(document, child)).collect(),
        text: document.text(node).into_owned(),
    }
}

/// The value of `encoding` in the XML declaration.
pub(crate) fn declared_encoding(document: &Document) -> Option<String> {
    let mut top = document.children(document.document_node());
    let declaration = top.find(|&node| document.kind(node) == NodeKind::Declaration)?;
    crate::compatible::pseudo(&document.text(declaration), "encoding")
}
