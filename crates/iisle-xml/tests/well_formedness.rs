//! What is accepted and what is refused, by vectors and by an oracle.

use iisle_xml::{Document, NodeKind};
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
        "<!DOCTYPE r [",
        "<!DOCTYPE><r/>",
        "<!DOCTYPE r [ junk ]><r/>",
    ] {
        assert!(Document::parse(text.as_bytes()).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn ill_formed_document_types_are_refused() {
    for text in [
        "<!DOCTYPE r[<!ELEMENT r>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r ANY EMPTY>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a,b|c)>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a,)>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r ()>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r ((a,b))))>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a)>b]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (#PCDATA|a)>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a|#PCDATA)*>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (#PCDATA)+>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (a ?)>]><r/>",
        "<!DOCTYPE r[<!ELEMENTr ANY>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r (%p;)>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a TEXT 'x'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA #FIXED>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA 'x'b CDATA 'y'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA '<'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA '&u;'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a CDATA '&e;'><!ENTITY e 'x'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a () 'x'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a (x,y) 'x'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a NOTATION (1) 'x'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e>]><r/>",
        "<!DOCTYPE r[<!ENTITY e 'x' 'y'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e '&'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e '%p;'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e '&#0;'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e SYSTEM>]><r/>",
        "<!DOCTYPE r[<!ENTITY e PUBLIC 'x'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e PUBLIC '{' 'x'>]><r/>",
        "<!DOCTYPE r[<!ENTITY e SYSTEM 'x'NDATA n>]><r/>",
        "<!DOCTYPE r[<!ENTITY % e SYSTEM 'x' NDATA n>]><r/>",
        "<!DOCTYPE r[<!ENTITY a:b 'x'>]><r/>",
        "<!DOCTYPE r[<!NOTATION n>]><r/>",
        "<!DOCTYPE r[<!NOTATION n SYSTEM>]><r/>",
        "<!DOCTYPE r[<!-- a -- b -->]><r/>",
        "<!DOCTYPE r[<?xml version='1.0'?>]><r/>",
        "<!DOCTYPE r[<?a:b?>]><r/>",
        "<!DOCTYPE r[<![INCLUDE[]]>]><r/>",
        "<!DOCTYPE r[&e;]><r/>",
        "<!DOCTYPE r[%p;]><r/>",
        "<!DOCTYPE r[<!ENTITY % p '%p;'>%p;]><r/>",
        "<!DOCTYPE r[<!ENTITY % p '<!ELEMENT'>%p;]><r/>",
        "<!DOCTYPE r SYSTEM x><r/>",
        "<!DOCTYPE r PUBLIC 'x'><r/>",
        "<!DOCTYPE r SYSTEM 'x''y'><r/>",
        "<!DOCTYPE rSYSTEM 'x' ><r/>",
        "<!doctype r><r/>",
    ] {
        assert!(Document::parse(text.as_bytes()).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn document_types_are_read_in_full() {
    for text in [
        "<!DOCTYPE r\n[\n<!ELEMENT r ANY >\n<!ELEMENT a EMPTY><!ELEMENT b (#PCDATA)>\n]\n ><r/>",
        "<!DOCTYPE r[<!ELEMENT r ( #PCDATA | a | p:b )*><!ELEMENT c (#PCDATA)*>]><r/>",
        "<!DOCTYPE r[<!ELEMENT r ((a|b)+,(c?,(d)*)*,e)><!ELEMENT s ( a )>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r><!ATTLIST r a CDATA #IMPLIED b ID #REQUIRED c (x|1y) 'x'>]><r/>",
        "<!DOCTYPE r[<!ATTLIST r a NOTATION (n|m) #IMPLIED b NMTOKENS #FIXED 'a b'>]><r/>",
        "<!DOCTYPE r[<!NOTATION n PUBLIC 'x'><!NOTATION m PUBLIC 'x' \"y\"><!NOTATION o SYSTEM ''>]><r/>",
        "<!DOCTYPE r[<!ENTITY e SYSTEM 'x' NDATA n><!ENTITY f PUBLIC 'p' 's'>]><r/>",
        "<!DOCTYPE r[<!-- ]> --><?p ]>?><!ENTITY e ']>'>]><r>&e;</r>",
        "<!DOCTYPE r[<!ENTITY % p \"<!ENTITY e 'x'>\"> %p; ]><r>&e;</r>",
        "<!DOCTYPE r SYSTEM 'nowhere.dtd' [<!ENTITY e 'x'>]><r>&e;</r>",
        "<!DOCTYPE r[<!ENTITY % p SYSTEM 'nowhere'>%p;%q;<!ATTLIST r a CDATA '&u;'>]><r/>",
    ] {
        let document = Document::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(document.to_bytes(), text.as_bytes());
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
fn an_entity_with_markup_may_begin_with_a_mark() {
    let text = "<!DOCTYPE r [<!ENTITY e '\u{feff}\u{feff}<b a=\"1\">x</b>'>]><r>&e;y</r>";
    let document = Document::parse(text.as_bytes()).unwrap();
    let root = document.root();
    let inner = document.elements(root).next().unwrap();
    assert_eq!((document.name(inner), document.attribute(inner, "a")), ("b", Some("1")));
    assert_eq!(document.text(root), "\u{feff}\u{feff}y");
    assert_eq!(document.to_bytes(), text.as_bytes());
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
