//! What is accepted and what is refused, by vectors and by an oracle.

use std::fmt::Write as _;

use iisle_xml::{Document, Limits, NodeKind, XmlError};
use proptest::prelude::*;

fn error(text: &str) -> String {
    match Document::parse(text.as_bytes()) {
        Ok(_) => format!("{text:?} was accepted"),
        Err(e) => format!("{}: {e}", e.position().map_or("-".into(), |p| p.to_string())),
    }
}

#[test]
fn ill_formed_documents_are_refused() {
    for text in [
        "<r>",
        "x<r/>",
        "<r/>x",
        "<r/><s/>",
        "",
        " ",
        "<r a='1' a='2'/>",
        "<r a=1/>",
        "<r a/>",
        "<r a='<'/>",
        "<?xml version='1.0'?><?xml version='1.0'?><r/>",
        " <?xml version='1.0'?><r/>",
        "<r b='&bad'/>",
        "<p:r/>",
        "<r>&u;</r>",
        "<1r/>",
        "<r>\u{1}</r>",
        "<r>]]></r>",
        "<r>a]]>b</r>",
        "<r><!-- a -- b --></r>",
        "<r><!-- a ---></r>",
        "<r></s>",
        "</r>",
        "<r>&</r>",
        "<r>& </r>",
        "<r>&#0;</r>",
        "<r>&#xD800;</r>",
        "<r a='1'b='2'/>",
        "<r xmlns:a=''/>",
        "<r xmlns:xml='x'/>",
        "<r xmlns:xmlns='x'/>",
        "<r xmlns:a='u' xmlns:b='u' a:x='' b:x=''/>",
        "<r a:b='1'/>",
        "<?xml version='1.1'?><r/>",
        "<?xml encoding='utf-8'?><r/>",
        "<?xml version='1.0' standalone='maybe'?><r/>",
        "<?xml version='1.0' standalone='yes' encoding='utf-8'?><r/>",
        "<?xml?><r/>",
        "<r/><!DOCTYPE r>",
        "<!DOCTYPE r><!DOCTYPE r><r/>",
        "<r><?xml version='1.0'?></r>",
        "<r><?a:b?></r>",
        "<r",
        "<r a='",
        "<r>\u{ffff}</r>",
        "<r a='\u{fffe}'/>",
        "<r/ >",
        "< r/>",
        "<r><![CDATA[x</r>",
        "<![CDATA[x]]><r/>",
        "<r/>&amp;",
        "<:r/>",
        "<r:/>",
        "<a:b:c xmlns:a='u'/>",
        "\u{feff}\u{feff}<r/>",
        "<!DOCTYPE r [<!ENTITY a '&a;'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a SYSTEM 'x'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a '<b/>'>]><r>&a;</r>",
        "<!DOCTYPE r [",
        "<!DOCTYPE><r/>",
        "<!DOCTYPE r [ junk ]><r/>",
    ] {
        assert!(Document::parse(text.as_bytes()).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn well_formed_documents_are_read_and_written_byte_for_byte() {
    for text in [
        "<r/>",
        "<r />",
        "<r\n\ta = '1'\r\n b=\"2\"\n/>",
        "\u{feff}<r/>\r\n",
        "<?xml version=\"1.0\" encoding='UTF-8' standalone='yes' ?>\n<r></r >\n<!-- x -->",
        "<!DOCTYPE r [<!-- > --><!ENTITY a \"x>y\"><!ATTLIST r a CDATA \">\">]><r a='&a;'>&a;&#10;</r>",
        "<!DOCTYPE r PUBLIC 'a' \"b\"><r/>",
        "<r>a\rb\r\nc<![CDATA[<&]]]]><?pi  data ?><!----></r>",
        "<p:r xmlns:p='u' p:a=''><p:s/></p:r>",
        "<ü ä='ö'>日本</ü>",
        "<r a='>'/>",
        "<r>]] ></r>",
        "<r xml:space='preserve'> </r>",
    ] {
        let document = Document::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(document.to_bytes(), text.as_bytes());
        assert_eq!(document.to_text(), text.trim_start_matches('\u{feff}'));
    }
}

#[test]
fn errors_name_the_place() {
    assert_eq!(error("<a>\n  <b></c>\n</a>"), "2:6: `</c>` does not close `<b>` of line 2");
    assert_eq!(error("<a>\n <b x='1'\n    x='2'/></a>"), "3:5: the attribute `x` stands twice");
    assert_eq!(error("<a>ü&nbsp;</a>"), "1:5: the entity `&nbsp;` is not declared");
    assert_eq!(error("<a><b>"), "1:4: the element `b` is not closed");
    assert_eq!(error("<a/>\n<b/>"), "2:1: there is a second root element");
    assert_eq!(error(""), "1:1: the file is empty, expected a root element");
}

#[test]
fn values_are_normalized_and_references_resolved() {
    let text = "<!DOCTYPE r [<!ENTITY e 'E&#38;#38;'>]><r a='x\r\ny\tz&#10;&lt;&e;'>1\r\n2\r3&gt;<![CDATA[&amp;]]></r>";
    let document = Document::parse(text.as_bytes()).unwrap();
    assert_eq!(document.attribute(document.root(), "a"), Some("x y z\n<E&"));
    assert_eq!(document.text(document.root()), "1\n2\n3>&amp;");
}

#[test]
fn namespaces_are_resolved() {
    let text = "<r xmlns='u' xmlns:p='v' p:a='1' b='2'><s xmlns=''/><p:t/></r>";
    let document = Document::parse(text.as_bytes()).unwrap();
    let root = document.root();
    let children: Vec<_> = document.elements(root).collect();
    assert_eq!(document.namespace(root), Some("u"));
    assert_eq!(
        (document.namespace(children[0]), document.namespace(children[1])),
        (None, Some("v"))
    );
    let names: Vec<_> =
        document.attributes(root).filter(|a| !a.is_namespace()).map(|a| a.namespace).collect();
    assert_eq!(names, [Some("v"), None]);
}

#[test]
fn encodings_survive() {
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain("<r>ü</r>".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><r>\xfc\x85</r>".to_vec();
    let cp1252 = b"<?xml version='1.0' encoding='windows-1252'?><r>\x80</r>".to_vec();
    for (bytes, name, text) in
        [(utf16, "utf-16", "ü"), (latin1, "iso-8859-1", "ü\u{85}"), (cp1252, "windows-1252", "€")]
    {
        let mut document = Document::parse(&bytes).unwrap();
        assert_eq!((document.encoding(), &*document.text(document.root())), (name, text));
        assert_eq!(document.to_bytes(), bytes);
        document.set_attribute(document.root(), "a", "ü日");
        let again = Document::parse(&document.to_bytes()).unwrap();
        assert_eq!(again.attribute(again.root(), "a"), Some("ü日"));
    }
}

#[test]
fn wrong_declarations_are_errors() {
    let utf16: Vec<u8> = "<?xml version='1.0' encoding='utf-8'?><r/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(matches!(Document::parse(&utf16), Err(XmlError::EncodingMismatch { .. })));
    let utf8 = b"<?xml version='1.0' encoding='utf-16'?><r/>";
    assert!(matches!(Document::parse(utf8), Err(XmlError::EncodingMismatch { .. })));
    assert!(matches!(
        Document::parse(b"<?xml version='1.0' encoding='x-no'?><r/>"),
        Err(XmlError::UnknownEncoding { .. })
    ));
    let bad = Document::parse(b"<r>\n ok\xff</r>").unwrap_err();
    assert_eq!(bad.position().unwrap().to_string(), "2:4");
}

#[test]
fn hostile_documents_fail_fast() {
    let deep = "<a>".repeat(200_000);
    assert!(matches!(Document::parse(deep.as_bytes()), Err(XmlError::TooDeep { .. })));
    let limits = Limits { max_depth: usize::MAX, ..Limits::default() };
    let whole = format!("{deep}{}", "</a>".repeat(200_000));
    let document = Document::parse_with(whole.as_bytes(), &limits).unwrap();
    assert_eq!(document.descendants(document.root()).count(), 200_000);
    assert_eq!(document.to_text().len(), whole.len());
    let mut bomb = String::from("<!DOCTYPE r [<!ENTITY a0 'xxxxxxxxxx'>");
    for n in 1..30 {
        let inner = format!("&a{};", n - 1).repeat(10);
        write!(bomb, "<!ENTITY a{n} '{inner}'>").unwrap();
    }
    bomb += "]><r>&a29;</r>";
    assert!(matches!(Document::parse(bomb.as_bytes()), Err(XmlError::ExpansionTooLarge { .. })));
    let long = Limits { max_bytes: 10, ..Limits::default() };
    assert!(matches!(
        Document::parse_with(b"<r>aaaaaaaa</r>", &long),
        Err(XmlError::TooLarge { .. })
    ));
}

/// Texts that are often well-formed and often nearly so.
fn nearly_xml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<a>"),
        Just("</a>"),
        Just("<b x='1'>"),
        Just("</b>"),
        Just("<c/>"),
        Just("<a x=\"&lt;\" y='>'/>"),
        Just("text"),
        Just("&amp;"),
        Just("&#x41;"),
        Just("&"),
        Just("]]>"),
        Just("<!-- c -->"),
        Just("<!-- -- -->"),
        Just("<?p d?>"),
        Just("<![CDATA[x]]>"),
        Just(" \r\n"),
        Just("<p:d xmlns:p='u' p:q=''/>"),
        Just("<p:d/>"),
        Just("<"),
        Just(">"),
        Just("'"),
        Just("é"),
        Just("\u{0}"),
        Just("<a b='1' b='2'/>"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn shape(document: &Document) -> Vec<(String, usize)> {
    let depth = |n| std::iter::successors(document.parent(n), |p| document.parent(*p)).count();
    document
        .descendants(document.root())
        .map(|n| (document.local_name(n).to_owned(), depth(n)))
        .collect()
}

proptest! {
    #[test]
    fn acceptance_and_shape_agree_with_an_independent_reader(body in nearly_xml(), wrap in any::<bool>()) {
        let text = if wrap { format!("<r>{body}</r>") } else { body };
        let ours = Document::parse(text.as_bytes());
        let theirs = roxmltree::Document::parse(&text);
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                let other: Vec<_> = theirs.descendants().filter(roxmltree::Node::is_element)
                    .map(|n| (n.tag_name().name().to_owned(), n.ancestors().count() - 1)).collect();
                prop_assert_eq!(shape(ours), other);
                prop_assert_eq!(ours.to_bytes(), text.as_bytes());
                prop_assert_eq!(ours.to_text(), text.as_str());
                let whole: String = ours.text(ours.root()).into_owned();
                let direct: String = theirs.root_element().children().filter(roxmltree::Node::is_text).filter_map(|n| n.text()).collect();
                prop_assert_eq!(whole, direct);
            }
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{:?}: ours {:?}, theirs {:?}", text, ours.err(), theirs.err()),
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = Document::parse(&bytes) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }

    #[test]
    fn every_node_has_its_bytes(body in nearly_xml()) {
        let text = format!("<r>{body}</r>");
        if let Ok(document) = Document::parse(text.as_bytes()) {
            let pieces: String = document.children(document.root()).map(|n| &text[document.byte_range(n)]).collect();
            prop_assert_eq!(pieces, body);
            prop_assert!(document.children(document.root()).all(|n| document.kind(n) != NodeKind::Document));
        }
    }
}
