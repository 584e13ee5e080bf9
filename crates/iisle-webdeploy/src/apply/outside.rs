use iisle_tree::TreeError;
use iisle_xml::xpath::{Dialect, XNode, XPath};
use iisle_xml::{Document, NodeId, NodeKind};

use super::decode::decode;
use super::xml_file::load;
use super::xml_writer::{Place, push_escaped, push_raw};
use crate::{NetRegex, RegexError};

/// Files outside of a package that values of parameters name.
pub trait ValueFiles {
    /// The bytes of the file that the deployer's machine has at `path`, which is a path as values
    /// write it; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError>;
}

/// No files at all: values are what they say.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl ValueFiles for NoFiles {
    fn read(&self, _: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(None)
    }
}

/// Why the file that a value names gives no value.
#[derive(Debug)]
pub(crate) enum OutsideError {
    /// It cannot be read.
    Read(TreeError),
    /// The expression that says what of it is meant.
    Regex(RegexError),
}

/// A file that a value names.
struct Named<'v> {
    bytes: Vec<u8>,
    /// What of it is meant; all of it when the value has more than two parts or nothing behind
    /// the colons.
    what: Option<&'v str>,
}

/// The file that a value of the form `file::what` names, if it exists.
fn named_file<'v>(
    value: &'v str,
    files: &dyn ValueFiles,
) -> Result<Option<Named<'v>>, OutsideError> {
    if !value.contains("::") {
        return Ok(None);
    }
    let parts: Vec<&str> = value.split("::").filter(|part| !part.is_empty()).collect();
    let Some(file) = parts.first() else { return Ok(None) };
    let bytes = files.read(file.trim()).map_err(OutsideError::Read)?;
    let what = if let [_, what] = parts[..] { Some(what) } else { None };
    Ok(bytes.map(|bytes| Named { bytes, what }))
}

/// The value that a parameter of kind `XmlFile` sets: what `file::xpath` selects first in a file
/// that exists, or the value itself. `None` when there is such a file and it is no XML, or the
/// expression selects no nodes: then nothing is set anywhere.
///
/// The expression starts at the root element.
///
/// # Errors
/// When the file cannot be read.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn outside_value(
    value: &str,
    files: &dyn ValueFiles,
) -> Result<Option<String>, OutsideError> {
    let literal = || Some(value.to_owned());
    let Some(Named { bytes, what }) = named_file(value, files)? else { return Ok(literal()) };
    let Some(markups) = select(&bytes, what.unwrap_or("/")) else { return Ok(None) };
    Ok(markups.into_iter().next().or_else(literal))
}

/// The value that a parameter sets in text files: what the first group of `file::expression`
/// holds where it first matches in a file that exists, or the value itself.
///
/// The expression is one of .NET; case counts. Without a group the value is empty.
///
/// # Errors
/// When the file cannot be read, or the expression is none.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn outside_text(value: &str, files: &dyn ValueFiles) -> Result<String, OutsideError> {
    let Some(Named { bytes, what }) = named_file(value, files)? else {
        return Ok(value.to_owned());
    };
    let text = decode(&bytes).text;
    let Some(what) = what else { return Ok(text) };
    let found = NetRegex::parse_with_first_group(what).and_then(|regex| regex.first_group(&text));
    Ok(found.map_err(OutsideError::Regex)?.unwrap_or_else(|| value.to_owned()))
}

/// The markup of the first node that is selected, if there is one; `None` when that cannot be
/// said.
fn select(bytes: &[u8], expression: &str) -> Option<Vec<String>> {
    let document = load(bytes)?;
    let path = XPath::parse_as(expression, Dialect::DotNet).ok()?;
    let selected = super::xml_file::select(&document, &path).ok()?;
    let source = document.to_text();
    let writer = Writer { document: &document, source: &source };
    Some(selected.iter().filter_map(|node| writer.markup(node)).take(1).collect())
}

struct Writer<'a> {
    document: &'a Document,
    source: &'a str,
}

impl Writer<'_> {
    /// A node as text that is read back as the same; `None` for white space, which is not loaded.
    fn markup(&self, node: &XNode<NodeId>) -> Option<String> {
        let mut out = String::new();
        match node {
            XNode::Tree(node) if *node == self.document.document_node() => {
                self.element(self.document.root(), &[], &mut out);
            }
            XNode::Tree(node) if self.document.kind(*node) == NodeKind::Element => {
                self.element(*node, &[], &mut out);
            }
            XNode::Tree(node) => self.leaf(*node, &mut out)?,
            XNode::Attribute(element, index) => {
                out.push_str(&self.document.attributes(*element).nth(*index)?.kept_value());
            }
            XNode::Namespace(..) => return None,
        }
        Some(out)
    }

    /// An element where `scope` says what prefixes mean, the innermost last.
    fn element(&self, element: NodeId, scope: &[(&str, &str)], out: &mut String) {
        let document = self.document;
        let (own, others): (Vec<_>, Vec<_>) =
            document.attributes(element).partition(iisle_xml::Attribute::is_namespace);
        let mut scope = scope.to_vec();
        let declared: Vec<(&str, &str)> = own
            .iter()
            .map(|a| {
                (a.name.strip_prefix("xmlns").unwrap_or_default().trim_start_matches(':'), a.value)
            })
            .collect();
        out.push('<');
        out.push_str(document.name(element));
        let prefixes =
            others.iter().filter_map(|a| a.name.split_once(':')).map(|(prefix, _)| prefix);
        let all = prefixes.chain([document.prefix(element).unwrap_or_default()]);
        for prefix in all.filter(|prefix| *prefix != "xml") {
            let Some(uri) = self.uri(element, prefix) else { continue };
            let known = scope.iter().rfind(|(known, _)| *known == prefix).map(|(_, uri)| *uri);
            // Where nothing is declared, a name without prefix is in no namespace.
            let known = known.or(prefix.is_empty().then_some(""));
            if known == Some(uri) || declared.iter().any(|(own, _)| *own == prefix) {
                continue;
            }
            let name =
                if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            push_attribute(out, &name, uri);
            scope.push((prefix, uri));
        }
        scope.extend(declared);
        for attribute in own.iter().chain(&others) {
            push_attribute(out, attribute.name, &attribute.kept_value());
        }
        let mut children = document.children(element).peekable();
        if children.peek().is_none() && self.source[document.byte_range(element)].ends_with("/>") {
            return out.push_str(" />");
        }
        out.push('>');
        for child in children {
            if document.kind(child) == NodeKind::Element {
                self.element(child, &scope, out);
            } else {
                self.leaf(child, out);
            }
        }
        out.push_str("</");
        out.push_str(document.name(element));
        out.push('>');
    }

    /// What a prefix means at an element.
    fn uri(&self, element: NodeId, prefix: &str) -> Option<&str> {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let mut above = std::iter::successors(Some(element), |node| self.document.parent(*node));
        above.find_map(|node| self.document.attribute(node, &name))
    }

    fn leaf(&self, node: NodeId, out: &mut String) -> Option<()> {
        let slice = self.source.get(self.document.byte_range(node)).unwrap_or_default();
        match self.document.kind(node) {
            NodeKind::Text => {
                let is_space = slice.trim_matches([' ', '\t', '\r', '\n']).is_empty();
                if is_space && !self.document.preserves_space(node) {
                    return None;
                }
                push_raw(out, slice, Place::Text);
            }
            NodeKind::Declaration | NodeKind::DocType => return None,
            _ => out.push_str(slice),
        }
        Some(())
    }
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "=\""]);
    push_escaped(out, value, Place::Attribute);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use iisle_tree::TreeError;

    use super::{ValueFiles, outside_text, outside_value};

    /// Texts by path.
    struct Files(&'static [(&'static str, &'static str)]);

    impl ValueFiles for Files {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
            let mut all = self.0.iter();
            Ok(all.find(|(known, _)| *known == path).map(|(_, text)| text.as_bytes().to_vec()))
        }
    }

    const FILES: Files = Files(&[
        (
            r"C:\v.xml",
            "<r z=\"Z\"><x n=\"N\">val<i/></x><x n=\"M&amp;&quot;\">two</x><y>y1  <i a=\"1\"/> <!--c--> </y>\
             <t>t&amp;t&lt;&gt;\"</t><e/><c><![CDATA[cd&<]]></c><w> </w><!--cm--><?pi d?></r>",
        ),
        (
            r"C:\n.xml",
            "<?xml version=\"1.0\"?><!--top--><r xmlns:q=\"urn:q\" xmlns=\"urn:n\" xml:lang=\"de\" xmlns:u=\"unused\">\
             <q:y a=\"1\" q:b=\"2\"><i/><q:i/></q:y><y q:b=\"1\" a=\"2\" xml:space=\"preserve\"> <i> </i></y></r>",
        ),
        (
            r"C:\d.xml",
            "<r xmlns=\"urn:d\"><x xmlns=\"\"><add k=\"1\"><b/></add></x><y><z xmlns=\"\"/></y></r>",
        ),
        (r"C:\s.xml", "<r><x n=\"a\nb\" m='a\tb&#10;&#9;' o=\"a\r\nb\"/></r>"),
        (r"C:\bad.xml", "<r>"),
    ]);

    #[test]
    fn what_a_value_selects_in_a_file_is_what_the_engine_takes() {
        let values = [
            "plain",
            r"C:\v.xml",
            r"C:\none.xml:://x",
            r"C:\bad.xml:://x",
            r"C:\v.xml:://x",
            r"C:\v.xml:://x[2]",
            r"C:\v.xml::y",
            r"C:\v.xml::r/y",
            r" C:\v.xml :: //y",
            r"C:\v.xml::::/r/y::",
            r"C:\v.xml:://y|//x",
            r"C:\v.xml:://x[2]/@n",
            r"C:\v.xml:://t/text()",
            r"C:\v.xml:://c/text()",
            r"C:\v.xml:://w/text()",
            r"C:\v.xml:://w",
            r"C:\v.xml:://comment()",
            r"C:\v.xml:://processing-instruction()",
            r"C:\v.xml::count(//x)",
            r"C:\v.xml:://p:x",
            r"C:\v.xml::)(",
            r"C:\v.xml::",
            r"C:\v.xml:://x/following-sibling::y",
            r"C:\n.xml::/",
            r"C:\n.xml::/*/*[1]",
            r"C:\n.xml::/*/*[2]",
            r"C:\n.xml:://@xml:lang",
            r"C:\d.xml:://add",
            r"C:\d.xml:://x",
            r"C:\d.xml:://z",
            r"C:\d.xml::/*/*[2]",
            r"C:\s.xml:://x",
            r"C:\s.xml:://@o",
            "::://x",
        ];
        let mut table = String::new();
        for value in values {
            let found = outside_value(value, &FILES).unwrap();
            let found = found.unwrap_or_else(|| "(nothing is set)".to_owned());
            writeln!(table, "{value}\n  {found}").unwrap();
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn what_a_value_finds_in_a_text_file_is_what_the_engine_takes() {
        const TEXTS: Files =
            Files(&[(r"C:\v.xml", "<r><t>val</t></r>"), (r"C:\w.txt", "alpha beta=7\r\ngamma")]);
        for (value, found) in [
            ("plain", "plain"),
            (r"C:\v.xml::val", ""),
            (r"C:\v.xml::<t>(.*)</t>", "val"),
            (r"C:\v.xml::(?<n>v)al", "v"),
            (r"C:\w.txt::beta=(\d)", "7"),
            (r"C:\w.txt::BETA=(\d)", r"C:\w.txt::BETA=(\d)"),
            (r"C:\w.txt::", "alpha beta=7\r\ngamma"),
            (r"C:\w.txt::(a)(l)", "a"),
            (r"C:\w.txt::[a-z]+::x", "alpha beta=7\r\ngamma"),
            (r"C:\w.txt::b(x)?eta", ""),
            (r" C:\w.txt :: (beta)", "beta"),
            (r"C:\w.txt::(alpha)|(gamma)", "alpha"),
            (r"C:\none.txt::x", r"C:\none.txt::x"),
        ] {
            assert_eq!(outside_text(value, &TEXTS).unwrap(), found, "{value}");
        }
        assert!(outside_text(r"C:\w.txt::(", &TEXTS).is_err());
    }
}
