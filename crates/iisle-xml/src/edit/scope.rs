use crate::lex::local;
use crate::scope::declared_prefix;
use crate::tree::{Flags, XML, XMLNS, number, range};
use crate::{Document, NodeId, NodeKind};

/// Namespaces of elements and attributes after an edit.
impl Document {
    /// Resolves the prefixes of an element and of all below it anew. Copies of other documents get
    /// prefixes that mean here what theirs meant there.
    pub(crate) fn rebind(&mut self, top: NodeId) {
        if !self.is_attached(top) {
            return;
        }
        let mut at = Some(top);
        while let Some(n) = at {
            if self.node(n).flags.has(Flags::UNSETTLED) {
                self.settle(n);
            } else if self.kind(n) == NodeKind::Element {
                self.rebind_own(n);
            }
            at = self.following(n, top);
        }
    }

    /// Resolves the prefixes of an element's own tag anew.
    pub(crate) fn rebind_own(&mut self, n: NodeId) {
        let prefix = self.prefix(n).unwrap_or_default().to_owned();
        let namespace = self.bound(n, &prefix);
        let Some(element) = self.element_mut(n) else { return };
        element.namespace = namespace;
        for index in range(&element.attributes) {
            let name = self.slice(&self.arena.attributes[index].name);
            let namespace = match name.split_once(':') {
                _ if declared_prefix(name).is_some() => XMLNS,
                None => 0,
                Some((prefix, _)) => {
                    let prefix = prefix.to_owned();
                    self.bound(n, &prefix)
                }
            };
            self.arena.attributes[index].namespace = namespace;
        }
    }

    /// What a prefix (empty for the default) is bound to at an element; 0 when to nothing.
    fn bound(&mut self, n: NodeId, prefix: &str) -> u32 {
        if prefix == "xml" {
            return XML;
        }
        let declares = |name: &str| match prefix {
            "" => name == "xmlns",
            _ => name.starts_with("xmlns:") && local(name) == prefix,
        };
        let mut uri = None;
        let mut at = Some(n);
        while let (Some(element), None) = (at, uri) {
            let list = self.attribute_list(element).iter();
            let found = list.rev().find(|data| declares(self.slice(&data.name)));
            uri = found.map(|data| self.value(data));
            at = self.parent(element);
        }
        let uri = uri.map(str::to_owned);
        self.namespace_index(uri.as_deref())
    }

    /// The index of a namespace, which may be a new one.
    pub(crate) fn namespace_index(&mut self, uri: Option<&str>) -> u32 {
        let Some(uri) = uri.filter(|uri| !uri.is_empty()) else { return 0 };
        if let Some(index) = self.arena.namespaces.iter().position(|known| **known == *uri) {
            return number(index);
        }
        self.arena.namespaces.push(uri.into());
        number(self.arena.namespaces.len() - 1)
    }
}
