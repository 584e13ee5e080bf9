//! Documents keep the encoding they came in.

use iisle_xml::{Document, Limits, XmlError};

fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn every_encoding_is_read_and_written_and_edited() {
    let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}'?>");
    let with = |name: &str, rest: &[u8]| [declared(name).as_bytes(), rest].concat();
    let utf16 = declared("utf-16") + "<r>ü</r>";
    for (bytes, name, text) in [
        ("<r>ü</r>".as_bytes().to_vec(), "utf-8", "ü"),
        ("\u{feff}<r>ü</r>".as_bytes().to_vec(), "utf-8", "ü"),
        (wide("\u{feff}<r>ü</r>", u16::to_le_bytes), "utf-16", "ü"),
        (wide("\u{feff}<r>ü😀</r>", u16::to_be_bytes), "utf-16BE", "ü😀"),
        (wide(&utf16, u16::to_le_bytes), "utf-16", "ü"),
        (wide(&utf16, u16::to_be_bytes), "utf-16BE", "ü"),
        (with("utf-8", "<r>ü</r>".as_bytes()), "utf-8", "ü"),
        (with("ISO-8859-1", b"<r>\xfc\x85</r>"), "iso-8859-1", "ü\u{85}"),
        (with("latin1", b"<r>\xfc</r>"), "iso-8859-1", "ü"),
        (with("us-ascii", b"<r>u</r>"), "us-ascii", "u"),
        (with("windows-1252", b"<r>\x80</r>"), "windows-1252", "€"),
        (with("windows-1251", b"<r>\xe6</r>"), "windows-1251", "ж"),
        (with("Shift_JIS", b"<r>\x93\xfa\x87\x90</r>"), "Shift_JIS", "日\u{2252}"),
        (with("gb18030", b"<r>\xc8\xd5\x81\x30\x81\x30</r>"), "gb18030", "日\u{80}"),
    ] {
        let mut document = Document::parse(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((document.encoding(), &*document.text(document.root())), (name, text));
        assert_eq!(document.to_bytes(), bytes, "{name}");
        document.set_attribute(document.root(), "a", "ü日");
        let edited = document.to_bytes();
        let again = Document::parse(&edited).unwrap();
        assert_eq!(again.attribute(again.root(), "a"), Some("ü日"), "{name}");
        assert_eq!((again.has_bom(), again.encoding()), (document.has_bom(), name));
        // The element and all before it, and all behind its tag, have their bytes.
        let unit = if name.starts_with("utf-16") { 2 } else { 1 };
        let tag = document.byte_range(document.root()).start + 2;
        let head = unit * tag + if again.has_bom() { if unit == 2 { 2 } else { 3 } } else { 0 };
        assert_eq!(edited[..head], bytes[..head], "{name}");
        assert!(edited.ends_with(&bytes[head..]), "{name}");
    }
}

#[test]
fn characters_an_encoding_lacks_become_references() {
    let bytes = b"<?xml version='1.0' encoding='windows-1252'?><r/>";
    let mut document = Document::parse(bytes).unwrap();
    document.set_attribute(document.root(), "a", "€ж");
    assert_eq!(
        document.to_bytes(),
        b"<?xml version='1.0' encoding='windows-1252'?><r a=\"\x80&#x436;\"/>"
    );
    assert_eq!(document.unencodable(), None);
    let child = document.create_element("ж");
    document.append_child(document.root(), child);
    assert_eq!(document.unencodable(), Some('ж'));
}

#[test]
fn what_is_declared_must_fit_the_bytes() {
    let shown = |error: &XmlError| format!("{}: {error}", error.position().unwrap());
    let error = |bytes: &[u8]| shown(&Document::parse(bytes).unwrap_err());
    let utf8 = "<?xml version='1.0' encoding='utf-8'?><r/>";
    let utf16 = "<?xml version='1.0'\r\n encoding='utf-16'?><r/>";
    let big = utf8.replace("utf-8", "utf-16BE");
    assert_eq!(
        error(&wide(utf8, u16::to_le_bytes)),
        "1:31: the declaration says `utf-8`, but the bytes are UTF-16"
    );
    assert_eq!(
        error(utf16.as_bytes()),
        "2:12: the declaration says `utf-16`, but the bytes are one byte a character"
    );
    assert_eq!(
        error(&wide(&big, u16::to_le_bytes)),
        "1:31: the declaration says `utf-16BE`, but the bytes are UTF-16 of the other byte order"
    );
    // The mark of UTF-8 stands against another code page; by wish, any mark against anything.
    let marked = |name: &str| "\u{feff}".to_owned() + &utf8.replace("utf-8", name);
    let latin = marked("iso-8859-1");
    let document = Document::parse(latin.as_bytes()).unwrap();
    assert_eq!((document.encoding(), document.to_bytes()), ("utf-8", latin.clone().into_bytes()));
    assert_eq!(
        shown(document.encoding_conflict().unwrap()),
        "1:31: the declaration says `iso-8859-1`, but the bytes are UTF-8, by their byte order mark"
    );
    for (bytes, problem) in [
        (latin.into_bytes(), None),
        (
            marked("utf-16").into_bytes(),
            Some("the declaration says `utf-16`, but the bytes are one byte a character"),
        ),
        (marked("x-no").into_bytes(), Some("the encoding `x-no` is not known")),
        (
            wide(&marked("utf-8"), u16::to_be_bytes),
            Some("the declaration says `utf-8`, but the bytes are UTF-16"),
        ),
    ] {
        let document = Document::parse_marked(&bytes, &Limits::default()).unwrap();
        assert_eq!(document.to_bytes(), bytes);
        if let Some(problem) = problem {
            assert_eq!(error(&bytes), format!("1:31: {problem}"));
            assert_eq!(document.encoding_conflict().unwrap().to_string(), problem);
        }
    }
    assert_eq!(Document::parse(marked("utf-8").as_bytes()).unwrap().encoding_conflict(), None);
    assert_eq!(
        error(utf8.replace("utf-8", "x-no").as_bytes()),
        "1:31: the encoding `x-no` is not known"
    );
    assert_eq!(error(b"\xff\xfe\0\0<\0\0\0"), "1:1: the encoding `utf-32` is not known");
}

#[test]
fn bytes_that_do_not_decode_have_a_place() {
    let place = |bytes: &[u8]| match Document::parse(bytes).unwrap_err() {
        XmlError::Decode { encoding, position } => format!("{encoding} {position}"),
        other => format!("{other:?}"),
    };
    assert_eq!(place(b"<r>\n \xc3\xbcok\xff</r>"), "utf-8 2:5");
    assert_eq!(place(b"<?xml version='1.0' encoding='us-ascii'?>\n<r>\xfc</r>"), "us-ascii 2:4");
    assert_eq!(
        place(b"<?xml version='1.0' encoding='Shift_JIS'?>\n<r>\x93\xfa\xff</r>"),
        "Shift_JIS 2:5"
    );
    let mut lone = wide("\u{feff}<r>\nü", u16::to_le_bytes);
    lone.extend([0, 0xd8, b'<', 0]);
    assert_eq!(place(&lone), "utf-16 2:2");
    let mut odd = wide("\u{feff}<r/>", u16::to_be_bytes);
    odd.push(0);
    assert_eq!(place(&odd), "utf-16BE 1:5");
}

#[test]
fn only_the_declaration_declares() {
    // Neither a processing instruction whose name begins alike nor a comment.
    for text in [
        "<?xml-stylesheet encoding='windows-1252'?><r>ü</r>",
        "<!-- encoding='windows-1252' --><r>ü</r>",
        "<?xml version = '1.0'\n encoding\n=\n\"UTF-8\" ?><r>ü</r>",
    ] {
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!((document.encoding(), &*document.text(document.root())), ("utf-8", "ü"));
    }
    let far = format!("<?xml version='1.0' {} encoding='windows-1252'?><r/>", " ".repeat(5000));
    assert_eq!(Document::parse(far.as_bytes()).unwrap().encoding(), "windows-1252");
}

#[test]
fn text_that_was_decoded_elsewhere_has_no_encoding_of_its_own() {
    let text = "<?xml version='1.0' encoding='utf-16'?><r>ü</r>";
    let document = Document::parse_text(text, &Limits::default()).unwrap();
    assert_eq!((document.encoding(), document.to_bytes()), ("utf-8", text.as_bytes().to_vec()));
}
