//! Finds one of many siblings by the value of an attribute.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use iisle_xml::xpath::{ExpandedName, XPathTree};
use iisle_xml::{Document, NodeId};

/// Parents with fewer children are not worth an index.
const FEW: usize = 32;

/// Indexes of the children of elements, made when they are first asked for and kept up to date.
/// They may know too much (nodes that went, values that changed), never too little.
#[derive(Debug, Default)]
pub(super) struct Lookup(BTreeMap<NodeId, Vec<Index>>);

/// The children of one parent that have one name, by the value of one attribute.
#[derive(Debug)]
struct Index {
    name: Name,
    attribute: Name,
    /// Hashes of values with their elements: sorted by hash, and by document order among equals.
    found: Vec<(u64, NodeId)>,
    /// What came later.
    added: BTreeMap<u64, Vec<NodeId>>,
}

#[derive(Debug)]
struct Name {
    namespace: Option<String>,
    local: String,
}

impl Name {
    fn new(name: &ExpandedName<'_>) -> Self {
        Self { namespace: name.namespace.map(str::to_owned), local: name.local.to_owned() }
    }

    fn is(&self, name: &ExpandedName<'_>) -> bool {
        self.local == name.local && self.namespace.as_deref() == name.namespace
    }
}

impl Lookup {
    /// The child elements of `parent` of that name whose attribute has that value, in document
    /// order, and perhaps some more; `None` when looking through the children is as good.
    pub(super) fn find(
        &mut self,
        document: &Document,
        parent: NodeId,
        name: &ExpandedName<'_>,
        attribute: &ExpandedName<'_>,
        value: &str,
    ) -> Option<Vec<NodeId>> {
        let known = self.0.get(&parent).map_or(&[][..], Vec::as_slice);
        let known = known.iter().position(|i| i.name.is(name) && i.attribute.is(attribute));
        if known.is_none() && document.children(parent).nth(FEW).is_none() {
            return None;
        }
        let indexes = self.0.entry(parent).or_default();
        let at = known.unwrap_or_else(|| {
            indexes.push(Index::new(document, parent, name, attribute));
            indexes.len() - 1
        });
        let mut found = indexes[at].find(value);
        found.retain(|element| document.parent(*element) == Some(parent));
        if !found.is_sorted_by(|a, b| document.rank(*a) < document.rank(*b)) {
            found.sort_unstable_by_key(|element| document.rank(*element));
            found.dedup();
        }
        Some(found)
    }

    /// Takes in what has become of an element that was changed, or was put into the tree.
    pub(super) fn changed(&mut self, document: &Document, element: NodeId) {
        let parent = document.parent(element);
        let indexes = parent.and_then(|parent| self.0.get_mut(&parent));
        for index in indexes.into_iter().flatten() {
            if let Some(hash) = index.hash_of(document, element) {
                index.added.entry(hash).or_default().push(element);
            }
        }
    }
}

impl Index {
    fn new(
        document: &Document,
        parent: NodeId,
        name: &ExpandedName<'_>,
        attribute: &ExpandedName<'_>,
    ) -> Self {
        let (name, attribute) = (Name::new(name), Name::new(attribute));
        let mut index = Self { name, attribute, found: Vec::new(), added: BTreeMap::new() };
        let elements = document.elements(parent);
        let hashed =
            elements.filter_map(|element| Some((index.hash_of(document, element)?, element)));
        let mut found: Vec<_> = hashed.collect();
        // Stable, so that document order stays among equals.
        found.sort_by_key(|(hash, _)| *hash);
        index.found = found;
        index
    }

    fn find(&self, value: &str) -> Vec<NodeId> {
        let wanted = hash(value);
        let first = self.found.partition_point(|(hash, _)| *hash < wanted);
        let equal = self.found[first..].iter().take_while(|(hash, _)| *hash == wanted);
        let added = self.added.get(&wanted).into_iter().flatten();
        equal.map(|(_, element)| element).chain(added).copied().collect()
    }

    /// The hash of the attribute's value, if this is an element of the name that has it.
    fn hash_of(&self, document: &Document, element: NodeId) -> Option<u64> {
        if !self.name.is(&XPathTree::name(document, element).expanded) {
            return None;
        }
        let mut attributes =
            (0..).map_while(|index| XPathTree::attribute(document, element, index));
        let attribute = attributes.find(|it| self.attribute.is(&it.name.expanded))?;
        Some(hash(&attribute.value))
    }
}

fn hash(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use iisle_xml::Document;
    use iisle_xml::xpath::ExpandedName;

    use super::Lookup;

    #[test]
    fn siblings_are_found_whatever_happened_to_them() {
        let items: Vec<_> = (0..50).map(|n| format!("<add key='k{n}'/>")).collect();
        let items = items.concat();
        let mut document = Document::parse(format!("<r>{items}<x/></r>").as_bytes()).unwrap();
        let root = document.root();
        let mut lookup = Lookup::default();
        let (name, key) = ("add", "key");
        let expanded = |local| ExpandedName { namespace: None, local };
        let find = |lookup: &mut Lookup, document: &Document, value: &str| {
            let found = lookup.find(document, root, &expanded(name), &expanded(key), value);
            let index = |n| document.elements(root).position(|element| element == n);
            found.unwrap().into_iter().filter_map(index).collect::<Vec<_>>()
        };
        let children: Vec<_> = document.elements(root).collect();
        assert_eq!(find(&mut lookup, &document, "k7"), [7]);
        document.detach(children[7]);
        assert_eq!(find(&mut lookup, &document, "k7"), Vec::<usize>::new());
        document.set_attribute(children[3], key, "k9");
        lookup.changed(&document, children[3]);
        let new = document.create_element(name);
        document.set_attribute(new, key, "k9");
        document.link(root, None, new);
        lookup.changed(&document, new);
        lookup.changed(&document, new);
        assert_eq!(find(&mut lookup, &document, "k9"), [0, 4, 9]);
        let few = lookup.find(&document, new, &expanded(name), &expanded(key), "k9");
        assert_eq!(few, None);
    }
}
