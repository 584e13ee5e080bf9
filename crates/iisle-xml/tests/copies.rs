//! Parts of one document in another.

#![expect(clippy::unwrap_used, reason = "a test may")]

use iisle_xml::{Document, NodeId};

fn find(document: &Document, name: &str) -> NodeId {
    document.descendants(document.root()).find(|n| document.local_name(*n) == name).unwrap()
}

/// Puts a copy of `<c>` of one document into `<place>` of the other.
fn copied(target: &[u8], source: &str) -> Document {
    let mut document = Document::parse(target).unwrap();
    let other = Document::parse(source.as_bytes()).unwrap();
    let place = find(&document, "place");
    let copy = document.import(&other, find(&other, "c"), &|a| a.name != "x:drop");
    document.link(place, document.last_child(place), copy);
    let written = document.to_bytes();
    let again = Document::parse(&written)
        .unwrap_or_else(|e| panic!("{}: {e}", String::from_utf8_lossy(&written)));
    let names = |document: &Document| {
        let shown = |n| {
            let attributes = document.attributes(n).filter(|a| !a.is_namespace());
            let attributes =
                attributes.map(|a| format!("{:?}{}={}", a.namespace, a.local_name, a.value));
            let name =
                (document.namespace(n).map(str::to_owned), document.local_name(n).to_owned());
            (name, attributes.collect::<Vec<_>>(), document.text(n).into_owned())
        };
        document.descendants(document.root()).map(shown).collect::<Vec<_>>()
    };
    assert_eq!(names(&document), names(&again));
    document
}

#[track_caller]
fn check(target: &str, source: &str, expected: &str) {
    assert_eq!(copied(target.as_bytes(), source).to_text(), expected);
}

#[test]
fn a_copy_is_spelled_plainly() {
    check(
        "<place />",
        "<c  a = 'it&#39;s \"&lt;>'\n\tb=\"x\ny\tz&#9;\" ><d /> <e></e><f\n/></c >",
        "<place><c a=\"it's &quot;&lt;&gt;\" b=\"x&#xA;y\tz&#x9;\"><d/><e></e><f/></c></place>",
    );
    check(
        "<place></place>",
        "<!DOCTYPE c [<!ENTITY t 'T&#38;amp;'><!ENTITY m 'M<n/>&t;'>]><c a='&t;'>&#65;\r\n&t;]]&gt;&m;<![CDATA[<]]><!-- c --><?p  d ?><?q?></c>",
        "<place><c a=\"T&amp;\">A\r\nT&amp;]]&gt;M<n/>T&amp;<![CDATA[<]]><!-- c --><?p d ?><?q ?></c></place>",
    );
}

#[test]
fn white_space_between_elements_is_left_out() {
    check("<place/>", "<c>\n <d/>\n <!-- x -->\n</c>", "<place><c><d/><!-- x --></c></place>");
    check("<place/>", "<c>\n</c>", "<place><c></c></place>");
    check("<place/>", "<c>\n<![CDATA[x]]>\n</c>", "<place><c><![CDATA[x]]></c></place>");
    check("<place/>", "<c>t <b/> <i/></c>", "<place><c>t <b/> <i/></c></place>");
    check(
        "<place/>",
        "<c xml:space='preserve'> <d/><e xml:space='default'> </e></c>",
        "<place><c xml:space=\"preserve\"> <d/><e xml:space=\"default\"></e></c></place>",
    );
}

#[test]
fn names_mean_in_the_copy_what_they_meant() {
    // An element takes the prefix of the place, an attribute keeps its own.
    check(
        "<q:place xmlns:q='u'/>",
        "<p:c xmlns:p='u' a='1' p:b='2'/>",
        "<q:place xmlns:q='u'><q:c a=\"1\" p:b=\"2\" xmlns:p=\"u\"/></q:place>",
    );
    check(
        "<p:place xmlns:p='u'/>",
        "<c xmlns='v' xmlns:p='u' p:b='2'><d/></c>",
        "<p:place xmlns:p='u'><c p:b=\"2\" xmlns=\"v\"><d/></c></p:place>",
    );
    check(
        "<place xmlns='u'/>",
        "<r><c><d xmlns='u'/></c></r>",
        "<place xmlns='u'><c xmlns=\"\"><d xmlns=\"u\"/></c></place>",
    );
    // The attribute's declaration would hide the prefix that the element was to take.
    check(
        "<p:place xmlns:p='u'/>",
        "<q:c xmlns:q='u' xmlns:p='v' p:a='1'/>",
        "<p:place xmlns:p='u'><q:c p:a=\"1\" xmlns:q=\"u\" xmlns:p=\"v\"/></p:place>",
    );
    check(
        "<place/>",
        "<r xmlns:x='w'><c x:drop='1' xml:lang='de'><x:d/><x:e x:f=''/></c></r>",
        "<place><c xml:lang=\"de\"><x:d xmlns:x=\"w\"/><x:e x:f=\"\" xmlns:x=\"w\"/></c></place>",
    );
}

#[test]
fn characters_the_encoding_lacks_survive_a_copy() {
    let target = b"<?xml version='1.0' encoding='us-ascii'?><place/>";
    let document = copied(target, "<c a='ü'>ö<![CDATA[a€b]]></c>");
    let written = String::from_utf8(document.to_bytes()).unwrap();
    let copy = "<place><c a=\"&#xFC;\">&#xF6;<![CDATA[a]]>&#x20AC;<![CDATA[b]]></c></place>";
    assert!(written.ends_with(copy), "{written}");
    assert_eq!(document.unencodable(), None);
    for lacking in ["<c><ü/></c>", "<c ü=''/>", "<c><?p ü?></c>"] {
        let mut document = Document::parse(target).unwrap();
        let other = Document::parse(lacking.as_bytes()).unwrap();
        let copy = document.import(&other, other.root(), &|_| true);
        document.link(document.root(), None, copy);
        assert_eq!(document.unencodable(), Some('ü'), "{lacking}");
    }
}

#[test]
fn an_element_takes_the_place_of_another_and_of_the_root() {
    let mut document = Document::parse(b"<!-- a -->\n<r>\n  <x/> <y/>\n</r>\n").unwrap();
    let other = Document::parse(b"<n><m/></n>").unwrap();
    let (x, root) = (find(&document, "x"), document.root());
    let copy = document.import(&other, other.root(), &|_| true);
    document.replace(x, copy);
    assert_eq!(document.to_text(), "<!-- a -->\n<r>\n  <n><m/></n> <y/>\n</r>\n");
    let copy = document.import(&other, other.root(), &|_| true);
    document.replace(root, copy);
    assert_eq!(document.to_text(), "<!-- a -->\n<n><m/></n>\n");
    assert_eq!(document.root(), copy);
    assert!(document.is_new(copy) && document.is_touched(document.document_node()));
}

#[test]
fn prefixes_for_attributes_are_found_or_declared() {
    let text = "<r xmlns='d' xmlns:a='u'><e a:x='1'/></r>";
    let mut document = Document::parse(text.as_bytes()).unwrap();
    let e = find(&document, "e");
    let mut prefix = |preferred, namespace| document.attribute_prefix(e, preferred, namespace);
    assert_eq!(prefix("a", "u"), "a");
    assert_eq!(prefix("b", "v"), "b");
    assert_eq!(prefix("a", "v"), "b");
    assert_eq!(prefix("a", "d"), "a1");
    assert_eq!(document.lookup_namespace(e, "b").as_deref(), Some("v"));
    assert_eq!(document.lookup_namespace(e, "").as_deref(), Some("d"));
    let written = "<e a:x='1' xmlns:b=\"v\" xmlns:a1=\"d\"/></r>";
    assert!(document.to_text().ends_with(written), "{}", document.to_text());
}

#[test]
fn markup_stands_alone() {
    let text = "<!DOCTYPE r [<!ENTITY t 'T'><!ENTITY m '<n/>'>]><r xmlns='d' xmlns:p='u'>\
        <e  a = 'x&#65;\n\"&t;' p:b='>'><f></f>t\r\n&gt;&m;&t;<p:g><h/></p:g><!-- c --><?q?><![CDATA[<]]></e></r>";
    let document = Document::parse(text.as_bytes()).unwrap();
    assert_eq!(
        document.outer_markup(find(&document, "e")),
        "<e a=\"xA&#xA;&quot;&t;\" p:b=\"&gt;\" xmlns=\"d\" xmlns:p=\"u\"><f></f>t\r\n&gt;&m;&t;\
        <p:g><h /></p:g><!-- c --><?q ?><![CDATA[<]]></e>"
    );
    assert_eq!(document.outer_markup(find(&document, "h")), "<h xmlns=\"d\" />");
    let root = "<r xmlns=\"d\" xmlns:p=\"u\"><e";
    assert!(document.outer_markup(document.root()).starts_with(root));
}
