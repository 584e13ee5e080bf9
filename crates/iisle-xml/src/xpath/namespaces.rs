use std::collections::BTreeMap;

use crate::scope::{XML_NAMESPACE, XMLNS_NAMESPACE};

/// The namespaces that the prefixes of an expression stand for.
///
/// `xml` and `xmlns` are always bound. A name without prefix is in no namespace, whatever is declared here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces {
    bound: BTreeMap<String, String>,
}

impl Namespaces {
    /// No prefix but `xml`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds a prefix, in place of what it was bound to. An empty URI makes it mean no namespace.
    pub fn declare(&mut self, prefix: impl Into<String>, uri: impl Into<String>) {
        self.bound.insert(prefix.into(), uri.into());
    }

    /// What a prefix is bound to; `None` when it is not.
    pub fn uri(&self, prefix: &str) -> Option<&str> {
        match self.bound.get(prefix) {
            Some(uri) => Some(uri),
            None => match prefix {
                "xml" => Some(XML_NAMESPACE),
                "xmlns" => Some(XMLNS_NAMESPACE),
                _ => None,
            },
        }
    }
}

impl<P: Into<String>, U: Into<String>> FromIterator<(P, U)> for Namespaces {
    fn from_iter<I: IntoIterator<Item = (P, U)>>(pairs: I) -> Self {
        let bound = pairs.into_iter().map(|(p, u)| (p.into(), u.into())).collect();
        Self { bound }
    }
}
