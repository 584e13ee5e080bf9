//! Writes a document as the .NET XML writer does with indentation switched on.
//!
//! Source: Microsoft Learn, `XmlWriterSettings` (`Indent`, `NewLineHandling.Replace`); behavior
//! measured with the SDK's task.

use crate::compatible::tree::{Element, Node, Tree};

/// Writes the text, without byte order mark.
pub(crate) fn write(tree: &Tree, encoding: &str, newline: &str) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"");
    if let Some(standalone) = &tree.standalone {
        text.extend([" standalone=\"", standalone, "\""]);
    }
    text.push_str("?>");
    let mut writer = Writer { text, newline };
    for node in &tree.nodes {
        writer.node(node, 0, &mut false, "");
    }
    writer.text
}

struct Writer<'a> {
    text: String,
    newline: &'a str,
}

impl Writer<'_> {
    /// `mixed` says whether text stood in the parent before: from then on nothing is indented.
    /// `default_namespace` is the one in force without prefix.
    fn node(&mut self, node: &Node, depth: usize, mixed: &mut bool, default_namespace: &str) {
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

    fn element(&mut self, element: &Element, depth: usize, mixed: bool, default_namespace: &str) {
        self.indent(depth, mixed);
        self.text.extend(["<", &element.name]);
        let declared = element.value("xmlns");
        let mut in_force = declared.unwrap_or(default_namespace).to_owned();
        for (name, value) in &element.attributes {
            self.text.extend([" ", name, "=\"", &escape_attribute(value), "\""]);
        }
        // An element that was added in no namespace leaves the default one.
        if declared.is_none() && !element.name.contains(':') && element.namespace != in_force {
            in_force.clone_from(&element.namespace);
            self.text.extend([" xmlns=\"", &escape_attribute(&in_force), "\""]);
        }
        if element.children.is_empty() {
            let end = ["></", &element.name, ">"].concat();
            self.text.push_str(if element.has_end_tag { &end } else { " />" });
            return;
        }
        self.text.push('>');
        let mut inner = mixed || element.preserves_space;
        for child in &element.children {
            self.node(child, depth + 1, &mut inner, &in_force);
        }
        self.indent(depth, inner);
        self.text.extend(["</", &element.name, ">"]);
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
