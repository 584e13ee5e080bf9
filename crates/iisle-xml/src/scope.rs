use std::collections::BTreeMap;

use crate::chars::split_name;
use crate::tree::{XML, XMLNS, number};

pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
pub(crate) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// The namespaces that prefixes are bound to while a document is read. Every step takes
/// logarithmic time, however many declarations a document has.
pub(crate) struct Scope {
    /// Every namespace once; 0 is none.
    pub(crate) namespaces: Vec<Box<str>>,
    indexes: BTreeMap<Box<str>, u32>,
    /// What each prefix is bound to, the innermost last; the empty prefix is the default.
    prefixes: BTreeMap<Box<str>, Vec<u32>>,
    /// The default namespace.
    default: u32,
    /// The depths and prefixes of the declarations in force, the innermost last.
    declared: Vec<(usize, Box<str>)>,
}

impl Scope {
    pub(crate) fn new() -> Self {
        let namespaces: Vec<Box<str>> =
            vec!["".into(), XML_NAMESPACE.into(), XMLNS_NAMESPACE.into()];
        let indexes = namespaces.iter().cloned().zip(0..).collect();
        let prefixes = BTreeMap::from([("xml".into(), vec![XML])]);
        Self { namespaces, indexes, prefixes, default: 0, declared: Vec::new() }
    }

    /// Whether a prefix (empty for the default) may be bound to a namespace.
    pub(crate) fn may_bind(prefix: &str, uri: &str) -> bool {
        match prefix {
            "xml" => uri == XML_NAMESPACE,
            "xmlns" => false,
            "" => uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
            _ => !uri.is_empty() && uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
        }
    }

    pub(crate) fn declare(&mut self, depth: usize, prefix: &str, uri: &str) {
        let namespace = self.indexes.get(uri).copied().unwrap_or_else(|| {
            let index = number(self.namespaces.len());
            self.namespaces.push(uri.into());
            self.indexes.insert(uri.into(), index);
            index
        });
        match self.prefixes.get_mut(prefix) {
            Some(bound) => bound.push(namespace),
            None => drop(self.prefixes.insert(prefix.into(), vec![namespace])),
        }
        if prefix.is_empty() {
            self.default = namespace;
        }
        self.declared.push((depth, prefix.into()));
    }

    /// Forgets what was declared at `depth` and below.
    pub(crate) fn leave(&mut self, depth: usize) {
        while let Some((_, prefix)) = self.declared.pop_if(|(declared, _)| *declared >= depth) {
            if let Some(bound) = self.prefixes.get_mut(&prefix) {
                bound.pop();
                if prefix.is_empty() {
                    self.default = bound.last().copied().unwrap_or(0);
                }
            }
        }
    }

    /// The namespace of an element of this name; `Err` is the prefix that is not bound.
    pub(crate) fn element<'a>(&self, name: &'a str) -> Result<u32, &'a str> {
        match split_name(name) {
            None => Ok(self.default),
            Some((prefix, _)) => self.bound(prefix).ok_or(prefix),
        }
    }

    /// The namespace of an attribute of this name; `Err` is the prefix that is not bound.
    pub(crate) fn attribute<'a>(&self, name: &'a str) -> Result<u32, &'a str> {
        match split_name(name) {
            None if name == "xmlns" => Ok(XMLNS),
            None => Ok(0),
            Some(("xmlns", _)) => Ok(XMLNS),
            Some((prefix, _)) => self.bound(prefix).ok_or(prefix),
        }
    }

    fn bound(&self, prefix: &str) -> Option<u32> {
        self.prefixes.get(prefix)?.last().copied()
    }
}

/// The prefix that an attribute of this name binds, empty for the default.
pub(crate) fn declared_prefix(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        rest => rest.strip_prefix(':'),
    }
}
