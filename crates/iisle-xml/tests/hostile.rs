//! Documents made to exhaust the reader fail fast, or are read in linear time.

use std::fmt::Write as _;

use iisle_xml::{Document, Limits, XmlError};

#[test]
fn deep_documents_are_refused_at_the_limit() {
    let deep = "<a>".repeat(100_000_000 / 3);
    let error = Document::parse(deep.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "elements are nested deeper than 4096");
    assert_eq!(error.position().unwrap().to_string(), format!("1:{}", 4096 * 3 + 1));
}

#[test]
fn deep_documents_need_no_stack() {
    let limits = Limits { max_depth: usize::MAX, ..Limits::default() };
    let whole = "<a>".repeat(200_000) + &"</a>".repeat(200_000);
    let mut document = Document::parse_with(whole.as_bytes(), &limits).unwrap();
    let last = document.descendants(document.root()).last().unwrap();
    let child = document.create_element("b");
    document.append_child(last, child);
    assert_eq!(document.descendants(document.root()).count(), 200_001);
    assert_eq!(document.to_text().len(), whole.len() + "<b />".len());
    let copy = document.clone();
    assert_eq!(copy.to_bytes(), document.to_bytes());
}

#[test]
fn entities_expand_to_a_bounded_size() {
    for use_at in ["<r>&a29;</r>", "<r a='&a29;'/>"] {
        let mut bomb = String::from("<!DOCTYPE r [<!ENTITY a0 'xxxxxxxxxx'>");
        for n in 1..30 {
            write!(bomb, "<!ENTITY a{n} '{}'>", format!("&a{};", n - 1).repeat(10)).unwrap();
        }
        bomb = bomb + "]>" + use_at;
        let error = Document::parse(bomb.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "entities expand to more than 1048576 bytes");
    }
    // Without a single character of text, as markup, and in the document type itself.
    for bomb in [
        "<!DOCTYPE r [<!ENTITY a ''>]><r>".to_owned() + &"&a;".repeat(1_100_000) + "</r>",
        format!(
            "<!DOCTYPE r [<!ENTITY a '{}'><!ENTITY b '{}'>]><r>&b;</r>",
            "<e/>".repeat(1000),
            "&a;".repeat(1000)
        ),
        format!(
            "<!DOCTYPE r [<!ENTITY % a '{}'>{}]><r/>",
            "<?p?>".repeat(1000),
            "%a;".repeat(1000)
        ),
        "<!DOCTYPE r [<!ENTITY a 'x'>".to_owned()
            + "<!ATTLIST r b CDATA '"
            + &"&a;".repeat(1_100_000)
            + "'>]><r/>",
    ] {
        let error = Document::parse(bomb.as_bytes()).unwrap_err();
        assert!(matches!(error, XmlError::ExpansionTooLarge { .. }), "{error}");
    }
}

#[test]
fn entities_that_refer_to_themselves_are_refused() {
    for text in [
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><r x='&a;'/>",
        "<!DOCTYPE r [<!ENTITY a '<b>&a;</b>'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a '&#38;a;'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a '<b x=\"&#38;a;\"/>'>]><r>&a;</r>",
    ] {
        assert!(Document::parse(text.as_bytes()).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn large_documents_are_refused() {
    let limits = Limits { max_bytes: 10, ..Limits::default() };
    let error = Document::parse_with(b"<r>aaaaaaaa</r>", &limits).unwrap_err();
    assert_eq!(error.to_string(), "the document has 15 bytes, at most 10 are read");
}

/// Each of these would take hours if a step looked at all that came before.
#[test]
fn many_of_anything_take_linear_time() {
    const MANY: usize = 50_000;
    let numbered = |piece: fn(usize) -> String| (0..MANY).map(piece).collect::<String>();
    let attributes = numbered(|n| format!(" a{n}=''"));
    let prefixes = numbered(|n| format!(" xmlns:p{n}='u{n}'"));
    let used = numbered(|n| format!("<p{n}:e/>"));
    let entities = numbered(|n| format!("<!ENTITY e{n} 'x'>"));
    let referred = numbered(|n| format!("&e{n};"));
    for text in [
        format!("<r{attributes}/>"),
        format!("<r{prefixes}>{used}</r>"),
        format!("<!DOCTYPE r [{entities}]><r>{referred}</r>"),
        format!("<r>{}</r>", "&amp;]".repeat(MANY)),
        format!("<r>{}</r>", "<!---->".repeat(MANY)),
        format!("<r>{}</r>", "<e xmlns='u'>x</e>".repeat(MANY)),
        format!("<!DOCTYPE r [<!ELEMENT r {}a{}>]><r/>", "(".repeat(MANY), ")".repeat(MANY)),
        format!("{}<r/>", "<!---->".repeat(MANY)),
        format!("<r a='{}'/>", "&lt;".repeat(MANY)),
    ] {
        let document = Document::parse(text.as_bytes()).unwrap();
        let places = document.descendants(document.root()).map(|n| document.position(n).column);
        assert!(places.is_sorted());
        assert_eq!(document.to_text(), text);
    }
}

#[test]
fn many_edits_of_one_place_take_linear_time() {
    let mut document = Document::parse(b"<r>\n  <a/>\n</r>").unwrap();
    let (root, mut expected) = (document.root(), String::from("<r>\n  <a/>"));
    for n in 0..20_000 {
        let child = document.create_element("b");
        document.set_attribute(child, "n", &n.to_string());
        document.append_child(root, child);
        write!(expected, "\n  <b n=\"{n}\" />").unwrap();
    }
    assert_eq!(document.to_text(), expected + "\n</r>");
}
