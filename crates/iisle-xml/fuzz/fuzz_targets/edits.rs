//! Edits picked by the first bytes, of the document in the rest: the result is a document that is
//! accepted again, with the elements and values that the edited one has.
#![no_main]

use iisle_xml::{Document, NodeId, NodeKind};
use libfuzzer_sys::fuzz_target;

const OTHER: &[u8] = b"<!DOCTYPE o [<!ENTITY e 'v<i/>'>]><o xmlns='d' xmlns:p='u' p:a='1&#9;2\n'>\
    <p:b xml:lang='x'> <c xmlns=''>t&e;<![CDATA[\xc3\xbc]]></c><?pi d?></p:b></o>";

/// Every node below the root.
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

fn edit(document: &mut Document, other: &Document, kind: u8, which: u8) {
    let elements: Vec<_> = document.descendants(document.root()).collect();
    let element = elements[usize::from(which) % elements.len()];
    let all = nodes(document);
    let node = all.get(usize::from(which) % all.len().max(1)).copied();
    let copies: Vec<_> = other.descendants(other.root()).collect();
    let origin = copies[usize::from(which) % copies.len()];
    match (kind % 10, node) {
        (0, _) => document.set_attribute(element, "n", "a\"<&'>\n\t"),
        (1, _) => {
            let names = document.attributes(element).filter(|attribute| !attribute.is_namespace());
            let names: Vec<_> = names.map(|attribute| attribute.name.to_owned()).collect();
            if let Some(name) = names.get(usize::from(which) % names.len().max(1)) {
                document.remove_attribute(element, name);
                if which % 3 == 0 {
                    document.set_attribute(element, name, "again");
                }
            }
        }
        (2, Some(node)) => document.detach(node),
        (3, Some(node)) => document.remove(node),
        (4, Some(node)) => {
            let copy = document.import(other, origin, &|_| true);
            document.replace(node, copy);
        }
        (5, _) => {
            let copy = document.import(other, origin, &|_| true);
            document.append_child(element, copy);
        }
        (6, Some(node)) => {
            let copy = document.import(other, origin, &|attribute| attribute.prefix.is_none());
            if which % 2 == 0 {
                document.insert_before(node, copy);
            } else {
                document.insert_after(node, copy);
            }
        }
        (7, Some(node)) if document.kind(node) == NodeKind::Element => {
            let comment = document.create_comment(&document.outer_markup(node));
            document.replace(node, comment);
        }
        (8, _) => {
            let prefix = document.attribute_prefix(element, "p", "w");
            document.set_attribute(element, &format!("{prefix}:n"), "v");
        }
        (9, _) => {
            let copy = document.import(other, origin, &|_| true);
            document.replace(document.root(), copy);
        }
        _ => {}
    }
}

fn values(document: &Document) -> Vec<String> {
    let element = |n: NodeId| {
        let attributes = document.attributes(n).filter(|attribute| !attribute.is_namespace());
        let mut attributes: Vec<_> = attributes
            .map(|attribute| (attribute.namespace, attribute.local_name, attribute.value))
            .collect();
        attributes.sort();
        let name = (document.namespace(n), document.local_name(n));
        // A CR and an LF that come to stand side by side are read as one line end.
        format!("{name:?} {attributes:?} {:?}", document.text(n).replace('\n', ""))
    };
    document.descendants(document.root()).map(element).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let [a, b, c, d, e, f, bytes @ ..] = bytes else { return };
    let Ok(mut document) = Document::parse(bytes) else { return };
    let other = Document::parse(OTHER).expect("this is well-formed");
    for (kind, which) in [(*a, *b), (*c, *d), (*e, *f)] {
        edit(&mut document, &other, kind, which);
    }
    let ranks: Vec<_> =
        document.descendants(document.root()).map(|node| document.rank(node)).collect();
    assert!(ranks.is_sorted_by(|a, b| a < b));
    if document.unencodable().is_some() {
        return;
    }
    let again = Document::parse(&document.to_bytes()).expect("edits keep a document well-formed");
    assert_eq!(values(&document), values(&again));
});
