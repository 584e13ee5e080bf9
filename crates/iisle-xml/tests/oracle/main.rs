//! XPath against an independent implementation: libxml2's `xmllint`, on random documents and
//! expressions. Where it is not installed the tests say so and do nothing.
//!
//! Where the two differ by design, what is generated leaves it out:
//! - numbers: libxml2 writes 15 digits and exponents, and reads exponents in texts;
//! - names of namespace nodes: its shell cannot say where one stands;
//! - comparisons of a node set with a boolean by `<`: see `boolean_orders`.

mod choices;
mod places;
mod xmllint;

use std::fmt::Write;

use choices::{Choices, NAMESPACES};
use iisle_xml::xpath::{Namespaces, Value, XNode, XPath, XPathError, XPathTree};
use iisle_xml::{Document, NodeId};
use proptest::prelude::*;

fn evaluated(document: &Document, expression: &str) -> Result<Value<NodeId>, XPathError> {
    let context = XNode::Tree(XPathTree::document(document));
    XPath::parse(expression)?.evaluate(document, &context, &Namespaces::from_iter(NAMESPACES))
}

/// What is asked of libxml2 about an expression, and what it should answer.
fn question(document: &Document, expression: &str) -> (String, String) {
    match evaluated(document, expression) {
        Err(_) => (format!("xpath {expression}"), "Object is empty (NULL)".to_owned()),
        Ok(Value::Nodes(nodes)) => {
            let places = nodes.iter().filter(|node| !matches!(node, XNode::Namespace(..)));
            let places: Vec<_> = places.map(|node| places::as_libxml2(document, node)).collect();
            // Without the parentheses, libxml2 would take another, simpler engine for simple paths.
            (format!("whereis ({expression})"), places.join("\n"))
        }
        Ok(Value::Boolean(boolean)) => {
            (format!("xpath {expression}"), format!("Object is a Boolean : {boolean}"))
        }
        Ok(value) => {
            let text = value.to_text(document);
            let quote = if text.contains('\'') { '"' } else { '\'' };
            let asked = format!("xpath string({expression}) = {quote}{text}{quote}");
            (asked, "Object is a Boolean : true".to_owned())
        }
    }
}

/// Where the answers differ.
fn differences(source: &str, expressions: &[String]) -> String {
    let document = Document::parse(source.as_bytes()).expect("documents are well-formed");
    // The shell reads no longer lines.
    let (questions, expected): (Vec<_>, Vec<_>) =
        expressions.iter().map(|e| question(&document, e)).filter(|(q, _)| q.len() < 480).unzip();
    let answers = xmllint::answers(source, &questions);
    let mut differences = String::new();
    for ((question, expected), answer) in questions.iter().zip(&expected).zip(&answers) {
        if expected != answer {
            let _ = writeln!(differences, "{question}\nours:\n{expected}\nlibxml2:\n{answer}\n");
        }
    }
    if differences.is_empty() { differences } else { format!("{source}\n{differences}") }
}

fn is_installed() -> bool {
    let found = xmllint::is_installed();
    if !found {
        println!("skipped: xmllint is not installed (Debian package libxml2-utils)");
    }
    found
}

proptest! {
    #[test]
    fn random_expressions_come_to_what_libxml2_says(
        document in prop::collection::vec(any::<u8>(), 0..300),
        expressions in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..60),
    ) {
        if is_installed() {
            let document = choices::document(&mut Choices::new(&document));
            let expression = |bytes: &Vec<u8>| choices::expression(&mut Choices::new(bytes));
            let expressions: Vec<_> = expressions.iter().map(expression).collect();
            prop_assert_eq!(differences(&document, &expressions), "");
        }
    }
}
