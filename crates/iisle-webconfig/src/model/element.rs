use crate::Position;

/// One attribute as written; namespace declarations are not attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The qualified name, in the file's case.
    pub name: String,
    /// The value with references resolved and white space normalized as XML demands.
    pub value: String,
    /// Where the name begins.
    pub position: Position,
    /// Where the value begins, behind its quote.
    pub value_position: Position,
}

/// An element of web.config, read-only: what rules about any section look at.
///
/// Comments, processing instructions and white space are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The local name, in the file's case.
    pub name: String,
    /// The namespace, `None` for no namespace.
    pub namespace: Option<String>,
    /// Where its `<` stands.
    pub position: Position,
    /// In source order.
    pub attributes: Vec<Attribute>,
    /// Child elements in source order.
    pub children: Vec<Self>,
    /// Text and CDATA of this element alone, concatenated.
    pub text: String,
}

impl Element {
    /// The attribute of this exact name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The value of the attribute of this exact name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(|attribute| attribute.value.as_str())
    }

    /// Child elements of this local name in this element's own namespace, in order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.children
            .iter()
            .filter(move |child| child.name == name && child.namespace == self.namespace)
    }

    /// All elements at a path of local names below this one, such as `security/requestFiltering`.
    ///
    /// A path may match several times, since nothing stops a file from repeating a section.
    pub fn at<'a>(&'a self, path: &str) -> Vec<&'a Self> {
        let mut found = vec![self];
        for step in path.split('/').filter(|step| !step.is_empty()) {
            let named = |parent: &'a Self| {
                parent
                    .children
                    .iter()
                    .filter(move |child| child.name == step && child.namespace == parent.namespace)
                    .collect::<Vec<_>>()
            };
            found = found.into_iter().flat_map(named).collect();
        }
        found
    }

    /// This element and everything below it, in document order.
    pub fn descendants(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(element) = open.pop() {
            found.push(element);
            open.extend(element.children.iter().rev());
        }
        found
    }
}
