//! What prefixes are bound to at a node.

use crate::scope::{XML_NAMESPACE, declared_prefix};
use crate::{Document, NodeId};

/// The prefixes in scope, the innermost last; the empty prefix is the default namespace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings(Vec<(String, String)>);

impl Bindings {
    /// The namespace a prefix is bound to; none for the default namespace when there is none.
    pub(crate) fn namespace(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE);
        }
        let found = self.0.iter().rev().find(|(known, _)| known == prefix);
        found.map(|(_, uri)| uri.as_str()).filter(|uri| !uri.is_empty())
    }

    /// A prefix that is bound to a namespace (empty: none), the innermost first and the default
    /// last; none of those that are `hidden`.
    pub(crate) fn prefix(&self, uri: &str, hidden: &dyn Fn(&str) -> bool) -> Option<&str> {
        if uri == XML_NAMESPACE {
            return Some("xml");
        }
        if uri.is_empty() {
            return self.namespace("").is_none().then_some("");
        }
        let is_bound = |prefix: &str| self.namespace(prefix) == Some(uri) && !hidden(prefix);
        let mut prefixes = self.0.iter().rev().map(|(prefix, _)| prefix.as_str());
        let found = prefixes.find(|prefix| !prefix.is_empty() && is_bound(prefix));
        found.or_else(|| is_bound("").then_some(""))
    }

    pub(crate) fn declare(&mut self, prefix: String, uri: String) {
        self.0.push((prefix, uri));
    }

    /// What there is now, for [`Bindings::forget`].
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was declared since.
    pub(crate) fn forget(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

impl Document {
    /// The prefixes in scope at a node.
    pub(crate) fn bindings(&self, n: NodeId) -> Bindings {
        let mut bindings = Vec::new();
        let mut at = Some(n);
        while let Some(element) = at {
            for data in self.attribute_list(element).iter().rev() {
                if let Some(prefix) = declared_prefix(self.slice(&data.name)) {
                    bindings.push((prefix.to_owned(), self.value(data).to_owned()));
                }
            }
            at = self.parent(element);
        }
        bindings.reverse();
        Bindings(bindings)
    }

    /// The namespace a prefix (empty: the default) is bound to at a node.
    pub fn lookup_namespace(&self, n: NodeId, prefix: &str) -> Option<String> {
        self.bindings(n).namespace(prefix).map(str::to_owned)
    }

    /// A prefix for attributes of an element in a namespace: `preferred` if it is bound to that
    /// namespace or to none, in which case it is declared; else another one, bound already or
    /// declared.
    ///
    /// # Panics
    /// When `n` is no element or `preferred` no name.
    pub fn attribute_prefix(&mut self, n: NodeId, preferred: &str, namespace: &str) -> String {
        let bindings = self.bindings(n);
        if bindings.namespace(preferred) == Some(namespace) {
            return preferred.to_owned();
        }
        let is_free = |prefix: &str| bindings.namespace(prefix).is_none();
        if !is_free(preferred)
            && let Some(known) = bindings.prefix(namespace, &str::is_empty)
        {
            return known.to_owned();
        }
        let numbered = (1..).map(|n: u32| format!("{preferred}{n}"));
        let prefix = std::iter::once(preferred.to_owned()).chain(numbered).find(|p| is_free(p));
        let prefix = prefix.expect("there are more numbers than prefixes");
        self.set_attribute(n, &format!("xmlns:{prefix}"), namespace);
        prefix
    }
}
