//! Any bytes as a document: what is accepted is written back byte for byte, and an edit leaves a
//! document that is accepted again.
#![no_main]

use iisle_xml::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut document) = Document::parse(bytes) else { return };
    assert_eq!(document.to_bytes(), bytes);
    for node in document.descendants(document.root()) {
        let _position = document.position(node);
        let _text = document.text(node);
        assert!(document.attributes(node).all(|attribute| !attribute.name.is_empty()));
    }
    let last = document.descendants(document.root()).last().expect("there is a root");
    let child = document.create_element("fuzz");
    document.append_child(last, child);
    document.set_attribute(document.root(), "fuzz", "a\"<&'>\n");
    let edited = document.to_bytes();
    let again = Document::parse(&edited).expect("an edit keeps a document well-formed");
    assert_eq!(again.attribute(again.root(), "fuzz"), Some("a\"<&'>\n"));
});
