//! What the engine wrote for these documents, expressions and values.

use std::fmt::Write as _;

use iisle_xml::xpath::{Dialect, XPath};
use proptest::prelude::*;

use super::change_xml;

fn check(document: &[u8], path: &str, value: &str) -> String {
    let path = XPath::parse_as(path, Dialect::DotNet).unwrap();
    match change_xml(document, &path, value) {
        None => "left alone".to_owned(),
        Some((bytes, places)) if bytes == document => format!("{places} same"),
        Some((bytes, places)) => format!("{places} {:?}", String::from_utf8_lossy(&bytes)),
    }
}

fn table(document: &str, rows: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (path, value) in rows {
        let result = check(document.as_bytes(), path, value);
        writeln!(text, "{path} := {value:?}\n  {result}").unwrap();
    }
    text
}

#[test]
fn documents_are_written_as_the_engine_writes_them() {
    let documents: [&[u8]; 18] = [
        b"<?xml version='1.0'   encoding=\"utf-8\" standalone='yes' ?>\r\n<!-- c -->\r\n<a  x = '1'\r\n   y=\"a&#10;b&amp;&lt;&gt;&apos;&quot;\">t&#13;&#10;e\r\nx&amp;t&gt;&lt;\"'<b/><c></c><![CDATA[x<y]]><?pi  some data ?></a>\r\n",
        b"<!DOCTYPE a [ <!ENTITY foo \"bar\"> <!ELEMENT a ANY> ]>\n<a z=\"1&foo;2\">x&foo;y&#x41;&#233;</a>\n\n",
        b"<?xml version=\"1.0\"?><a q=\"lit\nnl\ttab\"\tr=\"\r\n\">\xc3\xa9</a>",
        b"<?xml version=\"1.0\" encoding=\"us-ascii\"?><a>&#233;&#x2603;</a>",
        b"\xef\xbb\xbf<a xmlns=\"urn:x\" xmlns:p=\"urn:y\" p:a=\"1\"   ><p:b   /></a   >  ",
        b"<a>&#x1F600;\xf0\x9f\x98\x80<b c=\"&#x1F600;&#9;&#160;\"/></a>",
        b"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\n<html/>",
        b"<!DOCTYPE a SYSTEM 'x.dtd'>\n<a/>",
        b"<!DOCTYPE a>\n<a/>",
        b"<a><b>]]&gt;</b>\x09x<!----><?x?></a>",
        b"<a b=\"x\"></a><!-- after --><?p q?>\n",
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n",
        b"<?xml version=\"1.1\" encoding=\"utf-8\"?>\n<a/>\n",
        b"  \n<a/>",
        b"<a><b/><b></b><b> </b></a>",
        b"<a>&nbsp;</a>",
        b"",
        b"no xml",
    ];
    let lines: Vec<_> = documents.iter().map(|bytes| check(bytes, "//nope", "v")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_relative_expression_starts_at_the_root_element() {
    let document = r#"<a q="1"><x k="1">old</x><y><x k="2">t</x></y><!-- c --></a>"#;
    let rows = [
        ("a/@q", "zz"),
        ("a/x/text()", "zz"),
        ("@q", "zz"),
        ("x/@k", "zz"),
        ("*/x/@k", "zz"),
        ("./@q", "zz"),
        ("a/@q|/a/x/@k", "zz"),
        ("a/x", "<n/>"),
        ("x", "<n/>"),
        ("descendant::x/@k", "zz"),
        ("self::node()/a/@q", "zz"),
    ];
    insta::assert_snapshot!(table(document, &rows));
}

#[test]
fn a_text_ends_at_a_reference_to_a_declared_entity() {
    let mut text = String::new();
    for inside in ["x&foo;y", "&foo;y", "x&amp;z&foo;y&#65;", "p<b/>x&foo;y", " &foo;y"] {
        let document = format!("<!DOCTYPE a [<!ENTITY foo \"bar\">]><a>{inside}</a>");
        text += &table(&document, &[("//text()", "zz"), ("//text()", ""), ("/a/text()[2]", "zz")]);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn values_go_where_the_engine_puts_them() {
    let document = "<a><s k=\"1\" b='2'><x>old</x><y/><z><![CDATA[cd]]>tail</z></s><e/><f></f><g>  </g><!-- note --></a>";
    let rows = [
        ("/a/s/@k", "a&b<c>\"d'e\tT\nN\rR"),
        ("//x/text()", "new & <b>"),
        ("//x/text()", ""),
        ("//x", "<x>rep</x>"),
        ("//x", "<q r=\"1\">in</q>"),
        ("//x", "plain"),
        ("//x", "<x/><x/>"),
        ("//x", "t<x/>"),
        ("//x", " <x>sp</x> "),
        ("//x", ""),
        ("//x", "   "),
        ("//y", "<w/>"),
        ("//y", "<y k=\"1\"/>"),
        ("//z/text()", "V"),
        ("//comment()", "cc"),
        ("//z", "<z><!-- c --><![CDATA[q]]>&#65;&amp;</z>"),
        ("/", "<r/>"),
        ("/", ""),
        ("/", "V"),
        ("/|//x", "V"),
        ("//g/text()", "gg"),
        ("//x", "<?pi x?><x/>"),
        ("//x", "<?xml version=\"1.0\"?><x>d</x>"),
        ("//s/@*", "Z"),
        ("//*[@k]", "<s k=\"9\"/>"),
        ("//e", "<p:e xmlns:p=\"urn:p\"/>"),
        ("//e", "<e xmlns=\"urn:p\"/>"),
        ("//x", "<X>case</X>"),
        ("//x", "<x> <b/> t </x>"),
        ("//x", "<x a=\"1\n2\t3\"\n>t\n u</x>"),
        ("//x", "<!DOCTYPE x [<!ENTITY e \"v\">]><x>&e;</x>"),
        ("/a/@none", "v"),
        ("//p:x", "v"),
        ("//x|//y", "<y>n</y>"),
        ("//y|//x", "<x>n</x>"),
        ("//@b", "\u{e9}\u{1f600}"),
        ("//@b", "<b/>"),
        ("//x/text()", "<b/>"),
        ("//comment()", "<b/>"),
        ("/a", ""),
    ];
    insta::assert_snapshot!(table(document, &rows));
}

#[test]
fn elements_are_replaced_and_removed_as_far_as_the_engine_comes() {
    let document = "<a><x k=\"1\">1</x><y/><x>2</x><z><x>4</x><x>5</x></z></a>";
    let rows = [
        ("//x", "<x>n</x>"),
        ("//x", ""),
        ("//x[1]", "<x>n</x>"),
        ("//x[last()]", ""),
        ("//*[x]/x", "<x>n</x>"),
        ("//*[x]/x", ""),
        ("/a/x", ""),
        ("//x", "<w/>"),
        ("//*", "<v/>"),
        ("//x/@k", ""),
    ];
    insta::assert_snapshot!(table(document, &rows));
}

/// Every expression with every value.
fn grid(document: &str, paths: &[&str], values: &[&str]) -> String {
    let rows: Vec<_> = values.iter().flat_map(|v| paths.iter().map(move |p| (*p, *v))).collect();
    table(document, &rows)
}

#[test]
fn in_a_union_the_first_node_decides() {
    let document = "<a><t>t1</t><e k=\"1\" m=\"9\"/><t>t2</t><e k=\"2\">in</e><t>t3</t></a>";
    let paths = [
        "//t/text()|//e",
        "//e|//@k",
        "//t/text()|//@k",
        "//e[1]|//t[3]/text()",
        "//t[1]/text()|//e[2]",
        "//@k|//@m",
        "(//t/text()|//@k)",
        "//@*|//*",
        "//t|//e",
        "//t[2]|//e[1]",
        "//node()",
        "//e/node()|//t/node()",
        "(//e|//t)[2]",
        "(//t/text()|//e/@k)[2]",
        "/a/e|/a/t/text()",
    ];
    insta::assert_snapshot!(grid(document, &paths, &["new", "", "<e/>", "<t>N</t>"]));
}

#[test]
fn what_is_neither_element_nor_value_is_removed_or_left() {
    let document = "<a> <t k=\"1\">t1</t><!--c1--><e k=\"2\"/>\n<c><![CDATA[cd]]></c><?p d?><t> </t><m>a<![CDATA[b]]>c</m><t>t3<!--c2--></t></a>";
    let paths = [
        "//text()",
        "/a/text()",
        "//comment()|//text()",
        "//comment()|//@k",
        "//t/text()|//comment()",
        "//t[1]/text()|//comment()|//c/text()|//processing-instruction()",
        "//e|//comment()",
        "//c/text()|//@k",
        "//m/text()",
        "//m/text()[2]",
        "//processing-instruction()|//@k",
        "/a/text()|//@k",
        "//e[1]|//@k",
        "//t|//e[1]|//m",
        "/a/t|/a/e",
        "/a/*[1]|//e",
        "//t[2]/text()",
        "//c/text()",
        "//processing-instruction()",
    ];
    insta::assert_snapshot!(grid(document, &paths, &["new", "", " ", "<e/>"]));
}

#[test]
fn bytes_that_the_declared_encoding_does_not_have_are_read_as_the_engine_reads_them() {
    let documents: [&[u8]; 4] = [
        b"<?xml version=\"1.0\" encoding=\"us-ascii\"?><a>\xe9</a>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='iso-8859-1'?><a>\xc3\xa9</a>",
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?><a>\xe9</a>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-16'?><a/>",
    ];
    let lines: Vec<_> = documents.iter().map(|bytes| check(bytes, "//nope", "v")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn texts_in_pieces_are_set_by_their_first_piece() {
    let document = "<a>tail<![CDATA[cd]]>more<b/>z<c> &#32; </c></a>";
    let rows = [("//text()", "V"), ("/a/text()[1]", "V"), ("//c/text()", "V")];
    insta::assert_snapshot!(table(document, &rows));
}

#[test]
fn what_is_removed_goes_with_the_texts_that_follow_it() {
    for text in ["<![CDATA[y]]>x", " <![CDATA[y]]> ", "<![CDATA[ ]]>x", "<![CDATA[]]><![CDATA[y]]>"]
    {
        let document = format!("<a><e>{text}</e></a>");
        let path = XPath::parse_as("//e/node()", Dialect::DotNet).unwrap();
        let (bytes, places) = change_xml(document.as_bytes(), &path, "").unwrap();
        assert_eq!((String::from_utf8(bytes).unwrap().as_str(), places), ("<a><e></e></a>", 1));
    }
}

#[test]
fn elements_without_a_namespace_keep_out_of_the_default_one() {
    let document = "<a xmlns=\"urn:a\"><b/></a>";
    let rows = [
        ("//*[local-name()='b']", "<b/>"),
        ("//*[local-name()='b']", "<c><d/></c>"),
        ("//*[local-name()='b']", "<b xmlns='urn:a'/>"),
        ("//b", "v"),
    ];
    insta::assert_snapshot!(table(document, &rows));
}

#[test]
fn cdata_without_characters_is_selected_and_takes_no_value_when_it_comes_first() {
    let document = "<r><c><![CDATA[]]><!-- c --></c><d><![CDATA[]]></d><e>x<![CDATA[]]><!--c-->y</e><f><!--c--><![CDATA[]]></f><g><![CDATA[]]><![CDATA[b]]></g></r>";
    let paths = [
        "//text()",
        "//d/text()",
        "//e/text()",
        "//f/node()[2]",
        "//g/text()",
        "//c|//e/text()",
        "//d[text()]",
        "//e/text()|//f/text()",
        "//d/node()",
    ];
    let values = ["V", "", "<a/>"];
    let rows: Vec<_> =
        paths.into_iter().flat_map(|path| values.map(|value| (path, value))).collect();
    insta::assert_snapshot!(table(document, &rows));
}

proptest! {
    #[test]
    fn a_value_is_read_back(value in "[ -~\u{e4}\u{1f600}\t\r\n]{1,30}") {
        let path = XPath::parse_as("/a/@b", Dialect::DotNet).unwrap();
        let (bytes, places) = change_xml(b"<a b='1'/>", &path, &value).unwrap();
        prop_assert_eq!(places, 1);
        let document = iisle_xml::Document::parse(&bytes).unwrap();
        // Blanks are normalized when it is read, except those that are written as references.
        let read = document.attribute(document.root(), "b").unwrap();
        prop_assert_eq!(read, value.replace('\t', " "));
        // Writing again changes nothing.
        let nothing = XPath::parse_as("//nope", Dialect::DotNet).unwrap();
        prop_assert_eq!(change_xml(&bytes, &nothing, "v").unwrap().0, bytes);
    }
}

#[test]
fn prefixes_mean_what_the_root_element_declares() {
    let changed = |document: &str, path: &str| {
        let path = XPath::parse_as(path, Dialect::DotNet).unwrap();
        let (bytes, _) = change_xml(document.as_bytes(), &path, "new")?;
        Some(String::from_utf8(bytes).unwrap())
    };
    let outer =
        "<c xmlns:p=\"urn:p\"><p:a p:k=\"1\" /><q:a xmlns:q=\"urn:p\" q:k=\"2\" k=\"3\" /></c>";
    let new = outer.replace("\"1\"", "\"new\"").replace("\"2\"", "\"new\"");
    assert_eq!(changed(outer, "//@p:k"), Some(new.clone()));
    assert_eq!(changed(outer, "//p:a/@p:*"), Some(new));
    assert_eq!(changed(outer, "//@q:k"), None, "it is declared further inside");
}

#[test]
fn line_ends_of_a_document_type_are_line_feeds_or_pairs() {
    let document = "<!DOCTYPE a [\r<!-- c -->\r\r\n\n] >\r<a/>";
    assert_eq!(
        check(document.as_bytes(), "//@id", "v"),
        r#"0 "<!DOCTYPE a[\n<!-- c -->\n\r\n\n]>\r<a />""#
    );
}

#[test]
fn a_namespace_is_set_where_it_is_declared() {
    let document = r#"<a xmlns="urn:x" k=""><b /></a>"#;
    let set = check(document.as_bytes(), "//namespace::*", "v");
    assert!(set.ends_with(r#""<a xmlns=\"v\" k=\"\"><b /></a>""#), "{set}");
    assert_eq!(check(document.as_bytes(), "//namespace::*", "<x/>"), "left alone");
}
