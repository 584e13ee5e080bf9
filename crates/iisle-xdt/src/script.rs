use std::rc::Rc;

use iisle_xml::xpath::Namespaces;
use iisle_xml::{Document, NodeId, Position};

/// The namespace of directives, compared ordinally.
pub(crate) const XDT: &str = "http://schemas.microsoft.com/XML-Document-Transform";

/// The elements of a transform document, as the engine sees them. `O` is what the target knows
/// them by.
#[derive(Debug)]
pub(crate) struct Script<O> {
    /// In document order; the document element is the first.
    pub(crate) elements: Vec<ScriptElement<O>>,
}

/// An element of a transform document.
#[derive(Debug)]
pub(crate) struct ScriptElement<O> {
    pub(crate) origin: O,
    pub(crate) name: ScriptName,
    /// Where its name begins.
    pub(crate) position: Position,
    pub(crate) attributes: Vec<ScriptAttribute>,
    pub(crate) bindings: Rc<Bindings>,
    pub(crate) parent: Option<usize>,
}

/// The prefix that the default namespace of a transform element has in paths.
pub(crate) const DEFAULT_NAMESPACE: &str = "_defaultNamespace";

/// The namespaces in scope at a transform element.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    /// Prefixes but `xml` and what they are bound to; the default namespace has the prefix
    /// [`DEFAULT_NAMESPACE`].
    list: Vec<(String, String)>,
    pub(crate) namespaces: Namespaces,
}

impl Bindings {
    /// Whether a path that was written for these means the same under `others`.
    pub(crate) fn agree_with(&self, others: &Self) -> bool {
        let same = |(prefix, uri): &(String, String)| others.namespaces.uri(prefix) == Some(uri);
        self.list.iter().all(same)
    }

    /// Those of an element in the scope of these; `None` when it declares none.
    fn extended(&self, attributes: &[ScriptAttribute]) -> Option<Self> {
        let own = |attribute: &ScriptAttribute| {
            let prefix = match attribute.declares()? {
                "" => DEFAULT_NAMESPACE,
                prefix => prefix,
            };
            Some((prefix.to_owned(), attribute.value.clone()))
        };
        let mut list: Vec<(String, String)> = attributes.iter().filter_map(own).collect();
        if list.is_empty() {
            return None;
        }
        let hidden = |prefix: &str| list.iter().any(|(own, _)| own == prefix);
        let kept: Vec<_> =
            self.list.iter().filter(|(prefix, _)| !hidden(prefix)).cloned().collect();
        list.extend(kept);
        // An empty declaration takes the default namespace away.
        list.retain(|(prefix, uri)| !uri.is_empty() && prefix != "xml");
        let namespaces = list.iter().cloned().collect();
        Some(Self { list, namespaces })
    }
}

/// The name of an element or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptName {
    /// As written.
    pub(crate) qualified: String,
    pub(crate) namespace: Option<String>,
}

impl ScriptName {
    pub(crate) fn prefix(&self) -> Option<&str> {
        self.qualified.split_once(':').map(|(prefix, _)| prefix)
    }

    pub(crate) fn local(&self) -> &str {
        self.qualified.split_once(':').map_or(&self.qualified, |(_, local)| local)
    }

    /// Whether it is a name of the transform namespace.
    pub(crate) fn is_xdt(&self) -> bool {
        self.namespace.as_deref() == Some(XDT)
    }
}

impl<O> ScriptElement<O> {
    /// The attribute of the transform namespace of that name.
    pub(crate) fn xdt_attribute(&self, local: &str) -> Option<&ScriptAttribute> {
        let mut all = self.attributes.iter();
        all.find(|attribute| attribute.name.is_xdt() && attribute.name.local() == local)
    }

    /// The attribute of that name, as written.
    pub(crate) fn attribute(&self, qualified: &str) -> Option<&ScriptAttribute> {
        self.attributes.iter().find(|attribute| attribute.name.qualified == qualified)
    }
}

/// An attribute of a transform element, declarations of namespaces among them.
#[derive(Debug)]
pub(crate) struct ScriptAttribute {
    pub(crate) name: ScriptName,
    pub(crate) value: String,
    /// Where its name begins.
    pub(crate) position: Position,
}

impl ScriptAttribute {
    /// The prefix it declares, empty for the default namespace.
    pub(crate) fn declares(&self) -> Option<&str> {
        match self.name.qualified.as_str() {
            "xmlns" => Some(""),
            name => name.strip_prefix("xmlns:"),
        }
    }
}

impl<O> Script<O> {
    pub(crate) fn new() -> Self {
        Self { elements: Vec::new() }
    }

    /// Adds an element behind those before it in document order; gives its index.
    pub(crate) fn add(
        &mut self,
        parent: Option<usize>,
        origin: O,
        name: ScriptName,
        position: Position,
        attributes: Vec<ScriptAttribute>,
    ) -> usize {
        let outer = match parent {
            Some(parent) => Rc::clone(&self.elements[parent].bindings),
            None => Rc::default(),
        };
        let index = self.elements.len();
        let bindings = outer.extended(&attributes).map_or(outer, Rc::new);
        let element = ScriptElement { origin, name, position, attributes, bindings, parent };
        self.elements.push(element);
        index
    }

    /// Whether any declaration binds the transform namespace.
    pub(crate) fn has_namespace(&self) -> bool {
        let mut all = self.elements.iter().flat_map(|element| &element.attributes);
        all.any(|attribute| attribute.declares().is_some() && attribute.value == XDT)
    }
}

impl Script<NodeId> {
    /// The elements of a document read by [`Document::parse`].
    pub(crate) fn of(document: &Document) -> Self {
        let mut script = Self::new();
        // Indexes of the open elements, with the nodes they are for.
        let mut open: Vec<(NodeId, usize)> = Vec::new();
        for node in document.descendants(document.root()) {
            let parent = document.parent(node);
            while open.last().is_some_and(|(above, _)| Some(*above) != parent) {
                open.pop();
            }
            let above = open.last().map(|(_, index)| *index);
            let name = named(document.name(node), document.namespace(node));
            let attributes = document.attributes(node).map(|attribute| ScriptAttribute {
                name: named(attribute.name, attribute.namespace),
                value: attribute.value.to_owned(),
                position: attribute.position(),
            });
            // The position of an element is that of its `<`.
            let Position { line, column } = document.position(node);
            let position = Position { line, column: column + 1 };
            let index = script.add(above, node, name, position, attributes.collect());
            open.push((node, index));
        }
        script
    }
}

fn named(qualified: &str, namespace: Option<&str>) -> ScriptName {
    ScriptName { qualified: qualified.to_owned(), namespace: namespace.map(str::to_owned) }
}
