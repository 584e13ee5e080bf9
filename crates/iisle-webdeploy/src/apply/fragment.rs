use iisle_xml::{Document, NodeId, NodeKind};

use super::xml_writer::{Place, push_escaped};

/// A value that is one well-formed element.
#[derive(Debug)]
pub(super) struct Fragment {
    document: Document,
    source: String,
}

impl Fragment {
    /// Reads a value; `None` when it is anything but one element.
    pub(super) fn read(value: &str) -> Option<Self> {
        let trimmed = value.trim_start_matches([' ', '\t', '\r', '\n']);
        let document = Document::parse(trimmed.as_bytes()).ok()?;
        let source = document.to_text();
        Some(Self { document, source })
    }

    /// The qualified name of the element.
    pub(super) fn name(&self) -> &str {
        self.document.name(self.document.root())
    }

    /// The element as markup, for a place where the default namespace is `default`.
    ///
    /// White space that stands alone is dropped and CDATA becomes text, as values are loaded.
    pub(super) fn markup(&self, default: Option<&str>) -> String {
        let mut out = String::with_capacity(self.source.len());
        self.element(self.document.root(), default, false, &mut out);
        out
    }

    fn element(&self, element: NodeId, default: Option<&str>, keep: bool, out: &mut String) {
        let document = &self.document;
        out.push('<');
        out.push_str(document.name(element));
        let mut own_default = None;
        let mut keep = keep;
        let range = document.byte_range(element);
        for attribute in document.attributes(element) {
            out.push(' ');
            out.push_str(attribute.name);
            out.push_str("=\"");
            // Normalization of white space is not for values that carry line ends on purpose.
            let value = attribute.kept_value();
            push_escaped(out, &value, Place::Attribute);
            out.push('"');
            match attribute.name {
                "xmlns" => own_default = Some(attribute.value.to_owned()),
                "xml:space" => keep = attribute.value == "preserve",
                _ => {}
            }
        }
        let no_namespace =
            document.prefix(element).is_none() && document.namespace(element).is_none();
        if no_namespace && own_default.is_none() && default.is_some_and(|uri| !uri.is_empty()) {
            out.push_str(" xmlns=\"\"");
            own_default = Some(String::new());
        }
        let inner = own_default.as_deref().or(default);
        let children: Vec<_> = document.children(element).collect();
        if children.is_empty() && self.source[range].ends_with("/>") {
            return out.push_str(" />");
        }
        out.push('>');
        for child in children {
            self.child(child, inner, keep, out);
        }
        out.push_str("</");
        out.push_str(document.name(element));
        out.push('>');
    }

    fn child(&self, child: NodeId, default: Option<&str>, keep: bool, out: &mut String) {
        let document = &self.document;
        let slice = &self.source[document.byte_range(child)];
        match document.kind(child) {
            NodeKind::Element => self.element(child, default, keep, out),
            NodeKind::Text => {
                let is_space =
                    !slice.is_empty() && slice.trim_matches([' ', '\t', '\r', '\n']).is_empty();
                if keep || !is_space {
                    push_escaped(out, &document.text(child), Place::Text);
                }
            }
            NodeKind::CData => push_escaped(out, &document.text(child), Place::Text),
            _ => out.push_str(slice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fragment;

    #[test]
    fn white_space_in_attributes_of_a_value_stays_as_it_is() {
        let value = "<x a='1\t2\n' b=\"1\t&#9;&#xA;&amp;\"/>";
        let markup = Fragment::read(value).unwrap().markup(None);
        assert_eq!(markup, "<x a=\"1\t2&#xA;\" b=\"1\t\t&#xA;&amp;\" />");
    }
}
