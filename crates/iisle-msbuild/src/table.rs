//! The properties while an evaluation runs.

use std::hash::{Hash, Hasher};

use indexmap::{Equivalent, IndexMap};

use crate::Unsupported;
use crate::expression::Lookup;
use crate::provenance::Said;

/// A name that compares ignoring ASCII case.
#[derive(Debug, Clone)]
pub(crate) struct Name(Box<str>);

/// The same, borrowed.
pub(crate) struct NoCase<'n>(pub(crate) &'n str);

fn hash_folded<H: Hasher>(name: &str, state: &mut H) {
    let mut folded = [0; 64];
    for part in name.as_bytes().chunks(folded.len()) {
        let folded = &mut folded[..part.len()];
        folded.copy_from_slice(part);
        folded.make_ascii_lowercase();
        state.write(folded);
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_folded(&self.0, state);
    }
}

impl Hash for NoCase<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_folded(self.0, state);
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Equivalent<Name> for NoCase<'_> {
    fn equivalent(&self, key: &Name) -> bool {
        self.0.eq_ignore_ascii_case(&key.0)
    }
}

/// What a property holds.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// As first written.
    pub(crate) name: String,
    /// Escaped.
    pub(crate) value: String,
    pub(crate) said: Said,
    pub(crate) doubt: Option<Unsupported>,
}

/// Properties by name.
#[derive(Debug)]
pub(crate) struct Table {
    entries: IndexMap<Name, Entry>,
}

/// As many as a web project has.
const USUAL: usize = 512;

impl Table {
    pub(crate) fn new() -> Self {
        Self { entries: IndexMap::with_capacity(USUAL) }
    }

    pub(crate) fn set(
        &mut self,
        name: &str,
        value: String,
        said: Said,
        doubt: Option<Unsupported>,
    ) {
        if let Some(entry) = self.entries.get_mut(&NoCase(name)) {
            entry.value = value;
            entry.said = said;
            entry.doubt = doubt;
        } else {
            let entry = Entry { name: name.to_owned(), value, said, doubt };
            self.entries.insert(Name(name.into()), entry);
        }
    }

    /// Keeps the value, but says that it is not certain.
    pub(crate) fn mark(&mut self, doubt: Unsupported, said: &Said) {
        if let Some(entry) = self.entries.get_mut(&NoCase(&doubt.name)) {
            entry.doubt.get_or_insert(doubt);
        } else {
            let name = doubt.name.clone();
            self.set(&name, String::new(), said.clone(), Some(doubt));
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(&NoCase(name))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Name, Entry)> {
        self.entries.into_iter()
    }
}

impl Lookup for Table {
    fn find(&self, name: &str) -> Option<(&str, bool)> {
        self.get(name).map(|entry| (entry.value.as_str(), entry.doubt.is_some()))
    }
}
