use std::collections::{BTreeMap, BTreeSet};

use iisle_xml::{Document, NodeId, NodeKind};

/// What becomes of nodes when a document is written again.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New values of attributes, by element and place among its attributes.
    pub(super) attributes: BTreeMap<(NodeId, usize), String>,
    /// New texts of text nodes.
    pub(super) texts: BTreeMap<NodeId, String>,
    /// Nodes that are gone.
    pub(super) removed: BTreeSet<NodeId>,
    /// Attributes that are gone, by element and place among its attributes.
    pub(super) removed_attributes: BTreeSet<(NodeId, usize)>,
    /// Nodes in whose place something else stands, as markup.
    pub(super) replaced: BTreeMap<NodeId, String>,
    /// Markup that comes before the first child.
    pub(super) inserted: BTreeMap<NodeId, String>,
}

/// Writes a document as `XmlDocument` of .NET saves what it has loaded with its white space.
///
/// White space between nodes, comments, CDATA and references to entities stay; inside tags there
/// is one blank before an attribute, and values have double quotes.
///
/// Source: Web Deploy 7.1, seen.
pub(super) struct Writer<'a> {
    document: &'a Document,
    source: &'a str,
    changes: &'a Changes,
    out: String,
}

/// The text of `document`, whose decoded text is `source`.
pub(super) fn write(document: &Document, source: &str, changes: &Changes) -> String {
    let out = String::with_capacity(source.len() + source.len() / 8);
    let mut writer = Writer { document, source, changes, out };
    writer.children(document.document_node());
    writer.out
}

impl Writer<'_> {
    fn children(&mut self, parent: NodeId) {
        // An explicit stack: documents may be deeper than the thread's own.
        let top = self.document.children(parent).collect::<Vec<_>>();
        let mut stack: Vec<Step> = top.into_iter().rev().map(Step::Node).collect();
        while let Some(step) = stack.pop() {
            match step {
                Step::End(element) => {
                    self.out.push_str("</");
                    self.out.push_str(self.document.name(element));
                    self.out.push('>');
                }
                Step::Node(node) if self.document.kind(node) == NodeKind::Element => {
                    self.element(node, &mut stack);
                }
                Step::Node(node) => self.leaf(node),
            }
        }
    }

    fn element(&mut self, element: NodeId, stack: &mut Vec<Step>) {
        let range = self.document.byte_range(element);
        // What an entity brought stands behind the reference, which is written.
        if range.is_empty() || self.changes.removed.contains(&element) {
            return;
        }
        if let Some(markup) = self.changes.replaced.get(&element) {
            return self.out.push_str(markup);
        }
        self.out.push('<');
        self.out.push_str(self.document.name(element));
        let source = self.source;
        for (index, (name, raw)) in raw_attributes(&source[range.clone()]).enumerate() {
            if self.changes.removed_attributes.contains(&(element, index)) {
                continue;
            }
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            match self.changes.attributes.get(&(element, index)) {
                Some(value) => push_escaped(&mut self.out, value, Place::Attribute),
                None => push_raw(&mut self.out, raw, Place::Attribute),
            }
            self.out.push('"');
        }
        let inserted = self.changes.inserted.get(&element);
        let children: Vec<_> = self.document.children(element).collect();
        if children.is_empty() && inserted.is_none() && source[range].ends_with("/>") {
            return self.out.push_str(" />");
        }
        self.out.push('>');
        self.out.extend(inserted.map(String::as_str));
        stack.push(Step::End(element));
        stack.extend(children.into_iter().rev().map(Step::Node));
    }

    fn leaf(&mut self, node: NodeId) {
        if self.changes.removed.contains(&node) {
            return;
        }
        if let Some(markup) = self.changes.replaced.get(&node) {
            return self.out.push_str(markup);
        }
        let slice = self.source.get(self.document.byte_range(node)).unwrap_or_default();
        if let Some(text) = self.changes.texts.get(&node) {
            push_escaped(&mut self.out, text, Place::Text);
            return push_raw(&mut self.out, &slice[first_piece(slice).len()..], Place::Text);
        }
        match self.document.kind(node) {
            NodeKind::Text => push_raw(&mut self.out, slice, Place::Text),
            NodeKind::ProcessingInstruction if !slice.is_empty() => {
                let inside = slice.trim_start_matches("<?").trim_end_matches("?>");
                let (target, data) = inside.split_once(is_space).unwrap_or((inside, ""));
                self.out.push_str("<?");
                self.out.push_str(target);
                self.out.push(' ');
                self.out.push_str(data.trim_start_matches(is_space));
                self.out.push_str("?>");
            }
            NodeKind::Declaration => self.declaration(node),
            NodeKind::DocType => self.out.push_str(&doctype(slice)),
            _ => self.out.push_str(slice),
        }
    }

    fn declaration(&mut self, node: NodeId) {
        let source = self.source;
        self.out.push_str("<?xml");
        for (name, value) in pseudo_attributes(&source[self.document.byte_range(node)]) {
            self.out.extend([" ", name, "=\"", value, "\""]);
        }
        self.out.push_str("?>");
    }
}

/// The encoding that the declaration of a document names.
pub(super) fn declared_encoding<'a>(document: &Document, source: &'a str) -> Option<&'a str> {
    let mut top = document.children(document.document_node());
    let declaration = top.find(|node| document.kind(*node) == NodeKind::Declaration)?;
    let found = pseudo_attributes(&source[document.byte_range(declaration)]);
    found.into_iter().find(|(name, _)| *name == "encoding").map(|(_, value)| value)
}

/// The part of a raw text before the first reference to an entity that the document declares:
/// to the engine the reference is a node of its own, and what follows is another text.
pub(super) fn first_piece(text: &str) -> &str {
    let references = text.match_indices('&').map(|(at, _)| at);
    let own = ["#", "amp;", "lt;", "gt;", "quot;", "apos;"];
    let is_declared = |at: &usize| !own.iter().any(|name| text[at + 1..].starts_with(name));
    &text[..references.into_iter().find(is_declared).unwrap_or(text.len())]
}

enum Step {
    Node(NodeId),
    End(NodeId),
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Names and values in `<?xml … ?>`.
fn pseudo_attributes(declaration: &str) -> Vec<(&str, &str)> {
    let inside = declaration.trim_start_matches("<?xml").trim_end_matches("?>");
    pairs(inside).collect()
}

/// Names and raw values of the attributes in the start tag at the beginning of `element`, which
/// is well-formed.
pub(super) fn raw_attributes(element: &str) -> impl Iterator<Item = (&str, &str)> {
    let name_end = element.find(|c| is_space(c) || c == '>' || c == '/').unwrap_or(element.len());
    pairs(&element[name_end..])
}

/// `name="value"` with blanks wherever they may be, up to anything else.
fn pairs(mut rest: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_space);
        let (name, behind) = rest.split_once('=')?;
        let name = name.trim_end_matches(is_space);
        if name.is_empty() || name.contains(['>', '<', '/', '"', '\'']) {
            return None;
        }
        let behind = behind.trim_start_matches(is_space);
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        rest = behind;
        Some((name, value))
    })
}

/// `<!DOCTYPE a [ … ]>` becomes `<!DOCTYPE a[ … ]>`; a missing subset is written as an empty one.
fn doctype(slice: &str) -> String {
    let inside = slice.trim_start_matches("<!DOCTYPE").trim_end_matches('>').trim_matches(is_space);
    // Quotes of identifiers may hold brackets.
    let mut quote = None;
    let subset = inside.char_indices().find(|(_, c)| match (quote, c) {
        (None, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        (Some(open), c) => {
            if open == *c {
                quote = None;
            }
            false
        }
        (None, c) => *c == '[',
    });
    let (head, subset) = match subset {
        None => (inside, ""),
        Some((at, _)) => {
            let subset = inside[at + 1..].rsplit_once(']').map_or("", |(subset, _)| subset);
            (inside[..at].trim_end_matches(is_space), subset)
        }
    };
    let mut words = String::new();
    let mut rest = head;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '"' | '\'' => rest[1..].find(c).map_or(rest.len(), |at| at + 2),
            _ => rest.find(is_space).unwrap_or(rest.len()),
        };
        if !words.is_empty() {
            words.push(' ');
        }
        if matches!(c, '"' | '\'') {
            let value = rest[1..end].trim_end_matches(c);
            words.extend(["\"", value, "\""]);
        } else {
            words.push_str(&rest[..end]);
        }
        rest = rest[end..].trim_start_matches(is_space);
    }
    // A line end that is a carriage return alone becomes a line feed.
    let mut lines = String::with_capacity(subset.len());
    let mut rest = subset;
    while let Some((line, behind)) = rest.split_once('\r') {
        lines.push_str(line);
        lines.push(if behind.starts_with('\n') { '\r' } else { '\n' });
        rest = behind;
    }
    lines.push_str(rest);
    format!("<!DOCTYPE {words}[{lines}]>")
}

/// Where characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// Writes characters so that they are read back.
pub(super) fn push_escaped(out: &mut String, text: &str, place: Place) {
    for c in text.chars() {
        match (c, place) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            ('>', _) => out.push_str("&gt;"),
            ('"', Place::Attribute) => out.push_str("&quot;"),
            ('\n', Place::Attribute) => out.push_str("&#xA;"),
            ('\r', Place::Attribute) => out.push_str("&#xD;"),
            (c, _) => out.push(c),
        }
    }
}

/// Writes characters as they stand in a document: references to characters are resolved and
/// escaped anew, those to entities are kept.
pub(super) fn push_raw(out: &mut String, raw: &str, place: Place) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        push_escaped(out, &rest[..at], place);
        let Some(end) = rest[at..].find(';') else { break };
        let reference = &rest[at + 1..at + end];
        match character(reference) {
            Some(c) => push_escaped(out, c.encode_utf8(&mut [0; 4]), place),
            None => out.push_str(&rest[at..=at + end]),
        }
        rest = &rest[at + end + 1..];
    }
    push_escaped(out, rest, place);
}

/// The character that a reference stands for; `None` for a reference to an entity.
fn character(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
