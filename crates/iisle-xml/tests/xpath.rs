//! XPath expressions on documents: what the recommendation says, section by section.

use iisle_xml::Document;
use iisle_xml::xpath::{Namespaces, Value, XNode, XPath, XPathTree};

const LIBRARY: &str = r#"<?xml version="1.0"?><!DOCTYPE lib [<!ENTITY e "b<i/>c">]>
<?style sheet?><lib xmlns:p="urn:p" xml:lang="en-US"><!--note--><shelf n="1"><book id="x" p:id="y">one</book><book id="z">t<![CDATA[w]]>o</book></shelf>
<shelf n="2"><p:book>3</p:book><book xmlns="urn:d">4.5</book>a&e;d</shelf></lib>"#;

/// The result as text: nodes as their string-values in brackets.
fn evaluated(document: &Document, expression: &str) -> String {
    let namespaces = Namespaces::from_iter([("p", "urn:p"), ("d", "urn:d")]);
    let context = XNode::Tree(XPathTree::document(document));
    let value = match XPath::parse(expression) {
        Ok(xpath) => xpath.evaluate(document, &context, &namespaces),
        Err(error) => Err(error),
    };
    match value {
        Ok(Value::Nodes(nodes)) => {
            let texts: Vec<_> = nodes.iter().map(|node| node.text(document)).collect();
            format!("[{}]", texts.join("|"))
        }
        Ok(other) => other.to_text(document),
        Err(error) => format!("{}: {error}", error.column()),
    }
}

#[track_caller]
fn check(expression: &str, expected: &str) {
    let document = Document::parse(LIBRARY.as_bytes()).expect("it is well-formed");
    assert_eq!(evaluated(&document, expression), expected, "{expression}");
}

#[test]
fn paths_select_what_stands_there() {
    check("/lib/shelf/book", "[one|two]");
    check("//book[1]", "[one]");
    check("(//book)[2]", "[two]");
    check("//shelf[2]/text()", "[ab|cd]");
    check("//book[last()]/@*", "[z]");
    check("//@p:id", "[y]");
    check("//d:book | //p:*", "[3|4.5]");
    check("//book[@id='z']/preceding-sibling::*", "[one]");
    check("count(//node())", "17");
}
