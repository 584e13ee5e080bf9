//! Edits of whole documents.

use std::ops::Range;

use iisle_xml::{Document, NodeId, NodeKind};
use proptest::prelude::*;
use proptest::sample::Index;

use super::documents::sample;
use super::fewer;

/// One edit; the numbers pick the nodes.
#[derive(Debug, Clone)]
enum Edit {
    Set(Index, String, String),
    RemoveAttribute(Index, Index),
    Detach(Index),
    Link(Index, Index),
    Replace(Index),
    Comment(Index),
    Copy(Index, Index),
    Text(Index, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    let value = "[a-c<>&'\"\r\n\täж]{0,4}";
    prop_oneof![
        (index(), "[a-z]|q:[a-c]", value).prop_map(|(n, name, value)| Edit::Set(n, name, value)),
        (index(), index()).prop_map(|(n, which)| Edit::RemoveAttribute(n, which)),
        index().prop_map(Edit::Detach),
        (index(), index()).prop_map(|(n, place)| Edit::Link(n, place)),
        index().prop_map(Edit::Replace),
        index().prop_map(Edit::Comment),
        (index(), index()).prop_map(|(n, from)| Edit::Copy(n, from)),
        (index(), value).prop_map(|(n, text)| Edit::Text(n, text)),
    ]
}

/// The nodes of a document that stand in its text, document and root left out.
fn nodes(document: &Document) -> Vec<NodeId> {
    let mut all = Vec::new();
    let mut open = vec![document.root()];
    while let Some(parent) = open.pop() {
        for child in document.children(parent) {
            all.push(child);
            open.push(child);
        }
    }
    all
}

fn elements(document: &Document) -> Vec<NodeId> {
    document.descendants(document.root()).collect()
}

fn pick(index: Index, from: &[NodeId]) -> Option<NodeId> {
    (!from.is_empty()).then(|| from[index.index(from.len())])
}

/// Gives the element whose tag may be another one now.
fn apply(document: &mut Document, edit: &Edit, other: &Document) -> Option<NodeId> {
    match edit.clone() {
        Edit::Set(n, name, value) => {
            let element = pick(n, &elements(document))?;
            document.set_attribute(element, &name, &value);
            Some(element)
        }
        Edit::RemoveAttribute(n, which) => {
            let element = pick(n, &elements(document))?;
            let names: Vec<_> = document
                .attributes(element)
                .filter(|attribute| !attribute.is_namespace())
                .map(|attribute| attribute.name.to_owned())
                .collect();
            let name = names.get(which.index(names.len().max(1)))?;
            document.remove_attribute(element, name);
            Some(element)
        }
        Edit::Detach(n) => {
            document.detach(pick(n, &nodes(document))?);
            None
        }
        Edit::Link(n, place) => {
            let parent = pick(n, &elements(document))?;
            let before: Vec<_> = document.children(parent).collect();
            let new = document.create_element("new");
            document.link(parent, pick(place, &before), new);
            Some(parent)
        }
        Edit::Replace(n) => {
            let old = pick(n, &nodes(document))?;
            let copy = document.import(other, other.root(), &|_| true);
            document.replace(old, copy);
            None
        }
        Edit::Comment(n) => {
            let old = pick(n, &nodes(document))?;
            if document.kind(old) != NodeKind::Element {
                return None;
            }
            let comment = document.create_comment(&document.outer_markup(old));
            document.replace(old, comment);
            None
        }
        Edit::Copy(n, from) => {
            let (parent, from) = (pick(n, &elements(document))?, pick(from, &elements(other))?);
            let copy = document.import(other, from, &|_| true);
            document.link(parent, document.last_child(parent), copy);
            Some(parent)
        }
        Edit::Text(n, text) => {
            let parent = pick(n, &elements(document))?;
            let text = document.create_text(&text);
            document.link(parent, document.last_child(parent), text);
            Some(parent)
        }
    }
}

type Shape = Vec<(Option<String>, String, Vec<(Option<String>, String, String)>, String)>;

/// What a reader sees of the elements.
fn shape(document: &Document) -> Shape {
    let element = |n: NodeId| {
        let attributes = document.attributes(n).filter(|attribute| !attribute.is_namespace());
        let mut attributes: Vec<_> = attributes
            .map(|a| (a.namespace.map(str::to_owned), a.local_name.to_owned(), a.value.to_owned()))
            .collect();
        attributes.sort();
        let namespace = document.namespace(n).map(str::to_owned);
        // A CR and an LF that come to stand side by side are read as one line end.
        let text = document.text(n).replace('\n', "");
        (namespace, document.local_name(n).to_owned(), attributes, text)
    };
    document.descendants(document.root()).map(element).collect()
}

/// The bytes of the source that no edit has touched: those of leaves and of tags.
fn untouched(document: &Document, edited: &[NodeId]) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    let mut at = document.first_child(document.document_node());
    while let Some(n) = at {
        let whole = document.byte_range(n);
        let is_in_source = !whole.is_empty();
        match (document.kind(n), document.first_child(n)) {
            (NodeKind::Element, Some(child)) => {
                if is_in_source && !edited.contains(&n) {
                    kept.push(whole.start..whole.start + 1);
                }
                at = Some(child);
                continue;
            }
            (NodeKind::Element, None) if document.is_touched(n) => {}
            (_, None | Some(_)) if is_in_source => kept.push(whole),
            _ => {}
        }
        let mut up = Some(n);
        at = None;
        while let Some(node) = up {
            if let Some(next) = document.next_sibling(node) {
                at = Some(next);
                break;
            }
            up = document.parent(node);
        }
    }
    kept
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn edits_leave_all_else_as_it_was(sample in sample(), other in sample(), edits in proptest::collection::vec(edit(), 1..6)) {
        let mut document = Document::parse(&sample.bytes).unwrap();
        let other = Document::parse(&other.bytes).unwrap();
        let edited: Vec<_> =
            edits.iter().filter_map(|edit| apply(&mut document, edit, &other)).collect();
        prop_assume!(document.unencodable().is_none());
        let bytes = document.to_bytes();
        let again = match Document::parse(&bytes) {
            Ok(again) => again,
            Err(error) => panic!("{error} at {:?}: {:?}", error.position(), document.to_text()),
        };
        prop_assert_eq!(shape(&document), shape(&again));
        prop_assert_eq!(again.encoding(), document.encoding());
        prop_assert_eq!(again.has_bom(), document.has_bom());
        // Every leaf of the source that is still there is there as it was, in order.
        let text = document.to_text();
        let mut rest = text.as_str();
        for range in untouched(&document, &edited) {
            let piece = &sample.text[range];
            let at = rest.find(piece);
            prop_assert!(at.is_some(), "{:?} is missing in {:?}", piece, rest);
            rest = &rest[at.unwrap() + piece.len()..];
        }
    }

    #[test]
    fn one_edit_changes_its_place_only(sample in sample(), which in any::<Index>(), place in any::<Index>()) {
        let text = &sample.text;
        let document = Document::parse(&sample.bytes).unwrap();
        let is_plain = |n: &NodeId| !document.byte_range(*n).is_empty() && !document.is_expanded(*n);
        let nodes: Vec<_> = nodes(&document).into_iter().filter(is_plain).collect();
        // What an entity brought is written as one with the reference to it.
        let is_alone = |n: &NodeId| !document.next_sibling(*n).is_some_and(|next| document.is_expanded(next));
        let nodes: Vec<_> = nodes.into_iter().filter(is_alone).collect();
        let Some(node) = pick(which, &nodes) else { return Ok(()) };
        let range = document.byte_range(node);
        let (before, behind) = (&text[..range.start], &text[range.end..]);

        let mut detached = document.clone();
        detached.detach(node);
        prop_assert_eq!(detached.to_text(), format!("{before}{behind}"));

        let mut replaced = document.clone();
        let comment = replaced.create_comment("c");
        replaced.replace(node, comment);
        prop_assert_eq!(replaced.to_text(), format!("{before}<!--c-->{behind}"));

        let mut linked = document.clone();
        let new = linked.create_element("new");
        linked.link(linked.parent(node).unwrap(), Some(node), new);
        prop_assert_eq!(linked.to_text(), format!("{before}{}<new />{behind}", &text[range.clone()]));

        let mut set = document.clone();
        let elements: Vec<_> = nodes.into_iter().filter(|n| document.kind(*n) == NodeKind::Element).collect();
        let Some(element) = pick(place, &elements) else { return Ok(()) };
        let range = document.byte_range(element);
        set.set_attribute(element, "fresh", "v");
        let written = set.to_text();
        prop_assert_eq!(&written[..range.start], &text[..range.start]);
        let tail = &text[range.end..];
        prop_assert!(written.ends_with(tail));
        // Without the new attribute and the white space before it, the tag is what it was.
        let tag = &written[range.start..written.len() - tail.len()];
        let (head, rest) = tag.split_once("fresh=\"v\"").unwrap();
        let head = head.trim_end_matches([' ', '\t', '\r', '\n']);
        prop_assert_eq!(format!("{head}{rest}"), &text[range]);
        set.remove_attribute(element, "fresh");
        if document.attributes(element).next().is_some() {
            prop_assert_eq!(&set.to_text(), text);
        }
    }
}
