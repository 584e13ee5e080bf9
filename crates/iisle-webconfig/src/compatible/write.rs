//! Writes a document as the .NET XML writer does with indentation switched on.
//!
//! Source: Microsoft Learn, `XmlWriterSettings` (`Indent`, `NewLineHandling.Replace`); behavior
//! measured with the SDK's task.

use crate::compatible::tree::{Element, Node, Tree};

/// Writes the text, without byte order mark.
pub(crate) fn write(tree: &Tree, encoding: &str, newline: &str) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"");
    if let Some(standalone) = tree.standalone.as_deref().filter(|s| matches!(*s, "yes" | "no")) {
        text.extend([" standalone=\"", standalone, "\""]);
    }
    text.push_str("?>");
    let mut writer = Writer { text, newline, declared: Vec::new() };
    for node in &tree.nodes {
        writer.node(node, 0, &mut false, "");
    }
    writer.text
}

struct Writer<'a> {
    text: String,
    newline: &'a str,
    /// Prefixes and namespaces that the elements around declare, innermost last.
    declared: Vec<(&'a str, &'a str)>,
}

impl<'a> Writer<'a> {
    /// `mixed` says whether text stood in the parent before: from then on nothing is indented.
    /// `default_namespace` is the one in force without prefix.
    fn node(&mut self, node: &'a Node, depth: usize, mixed: &mut bool, default_namespace: &str) {
        match node {
            Node::Element(element) => self.element(element, depth, *mixed, default_namespace),
            Node::Text(text) => {
                *mixed = true;
                let text = self.replace_line_breaks(text);
                self.text.push_str(&escape_text(&text));
            }
            Node::CData(text) => {
                *mixed = true;
                let text = self.replace_line_breaks(text).replace("]]>", "]]]]><![CDATA[>");
                self.text.extend(["<![CDATA[", &text, "]]>"]);
            }
            Node::Comment(text) => {
                self.indent(depth, *mixed);
                let mut text = self.replace_line_breaks(text);
                while text.contains("--") {
                    text = text.replace("--", "- -");
                }
                let end = if text.ends_with('-') { " " } else { "" };
                self.text.extend(["<!--", &text, end, "-->"]);
            }
            Node::Instruction { target, data } => {
                self.indent(depth, *mixed);
                let data = self.replace_line_breaks(data);
                let blank = if data.is_empty() { "" } else { " " };
                self.text.extend(["<?", target, blank, &data, "?>"]);
            }
            Node::DocType { name, rest } => {
                self.indent(depth, *mixed);
                self.text.extend(["<!DOCTYPE ", name, " ", rest, ">"]);
            }
        }
    }

    fn element(
        &mut self,
        element: &'a Element,
        depth: usize,
        mixed: bool,
        default_namespace: &str,
    ) {
        self.indent(depth, mixed);
        let outer = self.declared.len();
        self.declared.extend(element.attributes.iter().filter_map(|(name, value)| {
            let prefix = match name.strip_prefix("xmlns:") {
                Some(prefix) => prefix,
                None if name == "xmlns" => "",
                None => return None,
            };
            Some((prefix, value.as_str()))
        }));
        let name = self.qualified(&element.namespace, element.local_name(), true);
        self.text.extend(["<", &name]);
        let declared = element.value("xmlns");
        let mut in_force = declared.unwrap_or(default_namespace).to_owned();
        for (name, value) in &element.attributes {
            let name = self.attribute_name(name);
            self.text.extend([" ", &name, "=\"", &escape_attribute(value), "\""]);
        }
        // An element that was added in no namespace leaves the default one.
        if declared.is_none() && !name.contains(':') && element.namespace != in_force {
            in_force.clone_from(&element.namespace);
            self.text.extend([" xmlns=\"", &escape_attribute(&in_force), "\""]);
        }
        if element.children.is_empty() {
            let end = ["></", &name, ">"].concat();
            self.text.push_str(if element.has_end_tag { &end } else { " />" });
        } else {
            self.text.push('>');
            let mut inner = mixed;
            for child in &element.children {
                self.node(child, depth + 1, &mut inner, &in_force);
            }
            self.indent(depth, inner);
            self.text.extend(["</", &name, ">"]);
        }
        self.declared.truncate(outer);
    }

    /// A name with the prefix that the .NET writer chooses: it knows namespaces only, and takes the
    /// latest declaration of one that no nearer declaration of the same prefix hides.
    fn qualified(&self, namespace: &str, local_name: &str, allow_default: bool) -> String {
        if namespace.is_empty() {
            return local_name.to_owned();
        }
        let known = self.declared.iter().enumerate().rev();
        let mut fitting = known.filter(|(at, (prefix, declared))| {
            *declared == namespace
                && (allow_default || !prefix.is_empty())
                && !self.declared[at + 1..].iter().any(|(nearer, _)| nearer == prefix)
        });
        match fitting.next() {
            Some((_, ("", _))) => local_name.to_owned(),
            Some((_, (prefix, _))) => format!("{prefix}:{local_name}"),
            None => format!("xml:{local_name}"),
        }
    }

    fn attribute_name(&self, name: &str) -> String {
        match name.split_once(':') {
            Some((prefix, local_name)) if prefix != "xmlns" && prefix != "xml" => {
                let mut declared = self.declared.iter().rev();
                let own = declared.find(|(known, _)| *known == prefix);
                self.qualified(own.map_or("", |(_, namespace)| namespace), local_name, false)
            }
            _ => name.to_owned(),
        }
    }

    fn indent(&mut self, depth: usize, mixed: bool) {
        if !mixed {
            self.text.push_str(self.newline);
            self.text.push_str(&"  ".repeat(depth));
        }
    }

    fn replace_line_breaks(&self, text: &str) -> String {
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', self.newline)
    }
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn escape_attribute(value: &str) -> String {
    let text = escape_text(value).replace('"', "&quot;");
    text.replace('\t', "&#x9;").replace('\n', "&#xA;").replace('\r', "&#xD;")
}
