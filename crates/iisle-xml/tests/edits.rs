//! An edit changes the tag or the place it names, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fmt::Write as _;

use iisle_xml::{Document, NodeId};
use proptest::prelude::*;

fn edited(text: &str, edit: impl FnOnce(&mut Document)) -> String {
    let mut document = Document::parse(text.as_bytes()).unwrap();
    edit(&mut document);
    let written = String::from_utf8(document.to_bytes()).unwrap();
    Document::parse(written.as_bytes()).unwrap_or_else(|e| panic!("{written:?}: {e}"));
    written
}

fn find(document: &Document, name: &str) -> NodeId {
    document.descendants(document.root()).find(|n| document.name(*n) == name).unwrap()
}

#[test]
fn an_existing_attribute_keeps_place_and_quotes() {
    let text = "<r\n  a = '1'   b=\"2\" />";
    let new = edited(text, |d| d.set_attribute(d.root(), "a", "it's <b> & \"c\""));
    assert_eq!(new, "<r\n  a = 'it&apos;s &lt;b&gt; &amp; \"c\"'   b=\"2\" />");
    assert_eq!(edited(text, |d| d.set_attribute(d.root(), "b", "2")), text);
}

#[test]
fn new_attributes_follow_the_layout() {
    assert_eq!(edited("<r a='1'/>", |d| d.set_attribute(d.root(), "b", "x")), "<r a='1' b=\"x\"/>");
    let lines = "<r\n   a='1'\n   c='3'>\n</r>";
    let new = edited(lines, |d| d.insert_attribute_after(d.root(), "a", "b", "2"));
    assert_eq!(new, "<r\n   a='1'\n   b=\"2\"\n   c='3'>\n</r>");
    assert_eq!(edited("<r a='1'  b='2' />", |d| d.remove_attribute(d.root(), "a")), "<r b='2' />");
}

#[test]
fn white_space_of_an_attribute_that_goes_is_passed_on() {
    let text = "<r a='1' b='2'\n   c='3' d='4' />";
    let without = |names: &[&str]| {
        edited(text, |d| names.iter().for_each(|name| d.remove_attribute(d.root(), name)))
    };
    assert_eq!(without(&["c"]), "<r a='1' b='2'\n   d='4' />");
    assert_eq!(without(&["a", "b"]), "<r c='3' d='4' />");
    assert_eq!(without(&["c", "d"]), "<r a='1' b='2' />");
    assert_eq!(without(&["d", "c", "b", "a"]), "<r/>");
    let lines = "<r\n  a='1'\n  b='2'\n/>";
    assert_eq!(edited(lines, |d| d.remove_attribute(d.root(), "b")), "<r\n  a='1'\n/>");
}

#[test]
fn an_attribute_that_comes_back_is_where_it_was() {
    let new = edited("<r a='1'\n  b='2' c='3'/>", |d| {
        d.remove_attribute(d.root(), "b");
        d.set_attribute(d.root(), "x", "7");
        d.set_attribute(d.root(), "b", "8");
        assert_eq!(d.attributes(d.root()).map(|a| a.name).collect::<String>(), "acxb");
    });
    assert_eq!(new, "<r a='1'\n  b=\"8\" c='3'\n  x=\"7\"/>");
    let new = edited("<r a='1' b='2'\n  c='3' d='4' />", |d| {
        d.remove_attribute(d.root(), "c");
        d.insert_attribute_after(d.root(), "b", "x", "7");
        d.set_attribute(d.root(), "y", "8");
    });
    assert_eq!(new, "<r a='1' b='2'\n  x=\"7\" d='4'\n  y=\"8\" />");
}

#[test]
fn children_stand_on_lines_of_their_own() {
    let append = |text: &str, parent: &str| {
        edited(text, |d| {
            let parent = find(d, parent);
            let child = d.create_element("new");
            d.append_child(parent, child);
        })
    };
    assert_eq!(append("<r>\r\n\t<a/>\r\n</r>", "r"), "<r>\r\n\t<a/>\r\n\t<new />\r\n</r>");
    assert_eq!(
        append("<r>\r\n\t<a/>\r\n</r>", "a"),
        "<r>\r\n\t<a>\r\n\t\t<new />\r\n\t</a>\r\n</r>"
    );
    assert_eq!(
        append("<r>\n    <a>\n    </a>\n</r>", "a"),
        "<r>\n    <a>\n        <new />\n    </a>\n</r>"
    );
    assert_eq!(append("<r><a/></r>", "a"), "<r><a><new /></a></r>");
    assert_eq!(append("<r>\n  <!-- c -->\n</r>", "r"), "<r>\n  <!-- c -->\n  <new />\n</r>");
    assert_eq!(append("<r></r>\n", "r"), "<r>\n  <new />\n</r>\n");
}

#[test]
fn a_subtree_is_laid_out_where_it_is_put() {
    let new = edited("<r>\n <a/>\n</r>", |d| {
        let (outer, inner, leaf) =
            (d.create_element("x"), d.create_element("y"), d.create_element("z"));
        d.append_child(inner, leaf);
        d.append_child(outer, inner);
        d.set_attribute(leaf, "k", "v");
        d.append_child(d.root(), outer);
    });
    assert_eq!(new, "<r>\n <a/>\n <x>\n  <y>\n   <z k=\"v\" />\n  </y>\n </x>\n</r>");
}

#[test]
fn siblings_before_and_behind() {
    let text = "<r>\n  <a/>\n  <b/>\n</r>";
    let new = edited(text, |d| {
        let (x, y) = (d.create_element("x"), d.create_element("y"));
        d.insert_before(find(d, "a"), x);
        d.insert_after(find(d, "a"), y);
    });
    assert_eq!(new, "<r>\n  <x />\n  <a/>\n  <y />\n  <b/>\n</r>");
    let inline = edited("<r><a/></r>", |d| {
        let x = d.create_element("x");
        d.insert_after(find(d, "a"), x);
    });
    assert_eq!(inline, "<r><a/><x /></r>");
}

#[test]
fn an_element_goes_with_its_line() {
    let remove = |text: &str| edited(text, |d| d.remove(find(d, "a")));
    assert_eq!(remove("<r>\n  <a/>\n  <b/>\n</r>"), "<r>\n  <b/>\n</r>");
    assert_eq!(remove("<r>\n  <b/>\n  <a>\n x</a>\n</r>"), "<r>\n  <b/>\n</r>");
    assert_eq!(remove("<r>\n  <b/> <a/>\n</r>"), "<r>\n  <b/> \n</r>");
    assert_eq!(remove("<r>\n  <a/><b/>\n</r>"), "<r>\n  <b/>\n</r>");
}

#[test]
fn new_elements_take_the_namespace_of_their_place() {
    let mut document = Document::parse(b"<r xmlns='u'><a/></r>").unwrap();
    let child = document.create_element("b");
    document.append_child(document.root(), child);
    assert_eq!(document.namespace(child), Some("u"));
}

/// A document of elements `e0`, `e1`, … in pre-order, with odd spacing.
fn tree() -> impl Strategy<Value = String> {
    let shape = proptest::collection::vec((0..3u8, 0..4u8), 1..10);
    shape.prop_map(|steps| {
        let mut text = String::from("<root  z = 'q'>");
        let mut open = Vec::new();
        for (n, (step, gap)) in steps.into_iter().enumerate() {
            text += ["", " ", "\r\n\t", "\n<!-- x -->"][gap as usize];
            match step {
                0 => write!(text, "<e{n} a='1'\n b = \"2\" />").unwrap(),
                1 => {
                    write!(text, "<e{n} a='1'>t&amp;").unwrap();
                    open.push(n);
                }
                _ => {
                    if let Some(n) = open.pop() {
                        write!(text, "</e{n} >").unwrap();
                    }
                }
            }
        }
        while let Some(n) = open.pop() {
            write!(text, "</e{n}>").unwrap();
        }
        text + "\n</root>"
    })
}

proptest! {
    #[test]
    fn setting_an_attribute_changes_no_byte_outside_its_tag(text in tree(), pick in any::<prop::sample::Index>(), value in "[a-z<&\"']{0,5}", name in "[abc]") {
        let mut document = Document::parse(text.as_bytes()).unwrap();
        let all: Vec<_> = document.descendants(document.root()).collect();
        let node = all[pick.index(all.len())];
        let start = document.byte_range(node).start;
        let tag_end = start + text[start..].find('>').unwrap();
        document.set_attribute(node, &name, &value);
        let new = document.to_text();
        let tail = text.len() - tag_end;
        prop_assert_eq!(&new[..start], &text[..start]);
        prop_assert_eq!(&new[new.len() - tail..], &text[tag_end..]);
        let again = Document::parse(new.as_bytes()).unwrap();
        let same = again.descendants(again.root()).nth(all.iter().position(|n| *n == node).unwrap()).unwrap();
        prop_assert_eq!(again.attribute(same, &name), Some(value.as_str()));
    }

    #[test]
    fn appending_and_removing_keep_all_other_elements(text in tree(), pick in any::<prop::sample::Index>()) {
        let mut document = Document::parse(text.as_bytes()).unwrap();
        let all: Vec<_> = document.descendants(document.root()).collect();
        let node = all[pick.index(all.len())];
        let child = document.create_element("new");
        document.append_child(node, child);
        let with = Document::parse(&document.to_bytes()).unwrap();
        prop_assert_eq!(with.descendants(with.root()).count(), all.len() + 1);
        document.remove(child);
        let without = Document::parse(&document.to_bytes()).unwrap();
        prop_assert_eq!(without.descendants(without.root()).count(), all.len());
    }
}
