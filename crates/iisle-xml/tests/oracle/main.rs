//! XPath against an independent implementation: libxml2's `xmllint`, on random documents and
//! expressions. Where it is not installed the tests say so and do nothing.
//!
//! Where libxml2 differs from the recommendation, `choices` leaves out what would show it, with the
//! reason beside; numbers there have few digits, because libxml2 writes fifteen, or an exponent.

mod bare;
mod choices;
mod places;
mod xmllint;

use std::fmt::Write;

use bare::Bare;
use choices::{Choices, NAMESPACES};
use iisle_xml::xpath::{Dialect, Namespaces, Value, XNode, XPath, XPathError, XPathTree};
use iisle_xml::{Document, NodeId};
use proptest::prelude::*;

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

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

#[expect(clippy::print_stdout, reason = "a test that does nothing must say so")]
fn is_installed() -> bool {
    let found = xmllint::is_installed();
    if !found {
        println!("skipped: xmllint is not installed (Debian package libxml2-utils)");
    }
    found
}

/// What an expression comes to on the bare tree, in the nodes of the document.
fn on_bare(bare: &Bare<'_>, xpath: &XPath) -> Result<Value<NodeId>, XPathError> {
    let context = XNode::Tree(bare.document());
    let value = xpath.evaluate(bare, &context, &Namespaces::from_iter(NAMESPACES))?;
    Ok(match value {
        Value::Nodes(nodes) => Value::Nodes(nodes.into_iter().map(bare::into_document).collect()),
        Value::Number(number) => Value::Number(number),
        Value::Text(text) => Value::Text(text),
        Value::Boolean(boolean) => Value::Boolean(boolean),
    })
}

proptest! {
    #[test]
    fn random_expressions_come_to_what_libxml2_says(
        document in bytes(300),
        expressions in prop::collection::vec(bytes(60), 1..60),
    ) {
        if is_installed() {
            let document = choices::document(&mut Choices::new(&document));
            let expression = |bytes: &Vec<u8>| choices::expression(&mut Choices::new(bytes));
            let expressions: Vec<_> = expressions.iter().map(expression).collect();
            prop_assert_eq!(differences(&document, &expressions), "");
        }
    }

    #[test]
    fn tokens_in_any_order_are_an_expression_or_an_error_with_a_place(bytes in bytes(16)) {
        let expression = choices::tokens(&mut Choices::new(&bytes));
        match XPath::parse(&expression) {
            Ok(xpath) => prop_assert_eq!(xpath.text(), expression),
            Err(error) => {
                prop_assert!(expression.is_char_boundary(error.offset()), "{}", expression);
                let before = expression[..error.offset()].chars().count();
                prop_assert_eq!(error.column() as usize, before + 1);
            }
        }
    }

    #[test]
    fn node_sets_are_in_document_order_and_do_not_depend_on_what_the_tree_knows(
        document in bytes(300),
        expressions in prop::collection::vec(bytes(60), 1..20),
        dialect in prop::sample::select(vec![Dialect::Standard, Dialect::DotNet]),
    ) {
        let source = choices::document(&mut Choices::wild(&document));
        let document = Document::parse(source.as_bytes()).expect("documents are well-formed");
        let context = XNode::Tree(XPathTree::document(&document));
        for bytes in &expressions {
            let expression = choices::expression(&mut Choices::wild(bytes));
            let xpath = XPath::parse_as(&expression, dialect).expect("expressions are well-formed");
            let value = xpath.evaluate(&document, &context, &Namespaces::from_iter(NAMESPACES));
            if let Ok(Value::Nodes(nodes)) = &value {
                let orders: Vec<_> = nodes.iter().map(|n| places::order(&document, n)).collect();
                prop_assert!(orders.is_sorted_by(|a, b| a < b), "{expression}\n{source}\n{orders:?}");
            }
            for index in [bare::Index::None, bare::Index::Loose] {
                let bare = on_bare(&Bare::new(&document, index), &xpath);
                // NaN is not equal to itself.
                prop_assert_eq!(format!("{value:?}"), format!("{bare:?}"), "{}", expression);
            }
        }
    }
}
