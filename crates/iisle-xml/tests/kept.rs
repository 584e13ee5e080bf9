//! White space as it is written, for formats whose readers normalize none.

use iisle_xml::Document;

#[test]
fn values_and_text_keep_their_line_ends_when_asked() {
    let text =
        "<!DOCTYPE a [<!ENTITY e 'v'>]>\n<a b='1\r\n\t2&#10;&e;'>x\r\ny&lt;<![CDATA[z\r\n]]></a>";
    let document = Document::parse(text.as_bytes()).unwrap();
    let attribute = document.attributes(document.root()).next().unwrap();
    assert_eq!(attribute.value, "1  2\nv");
    assert_eq!(attribute.kept_value(), "1\r\n\t2\nv");
    let kept: String =
        document.children(document.root()).map(|child| document.kept_text(child)).collect();
    assert_eq!(kept, "x\r\ny<z\r\n");
}
