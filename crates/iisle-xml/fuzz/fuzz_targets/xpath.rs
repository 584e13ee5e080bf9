//! Any text as an expression, and well-formed expressions of any choices: nothing panics, and node
//! sets are in document order.
#![no_main]

#[path = "../../tests/oracle/choices.rs"]
mod choices;

use choices::{Choices, NAMESPACES};
use iisle_xml::Document;
use iisle_xml::xpath::{Dialect, Namespaces, Value, XNode, XPath, XPathTree};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let (source, rest) = bytes.split_at(bytes.len().min(24));
    let choices = if kind & 64 == 0 { Choices::wild } else { Choices::new };
    let source = choices::document(&mut choices(source));
    let expression = match kind % 3 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        1 => choices::tokens(&mut Choices::wild(rest)),
        _ => choices::expression(&mut Choices::wild(rest)),
    };
    // Every level of predicates may multiply the time by the number of nodes.
    if expression.matches(['[', '|']).count() > 5 {
        return;
    }
    let dialect = if kind & 128 == 0 { Dialect::Standard } else { Dialect::DotNet };
    let Ok(xpath) = XPath::parse_as(&expression, dialect) else { return };
    let document = Document::parse(source.as_bytes()).expect("documents are well-formed");
    let namespaces = Namespaces::from_iter(NAMESPACES);
    let mut context = XNode::Tree(XPathTree::document(&document));
    for _ in 0..2 {
        match xpath.evaluate(&document, &context, &namespaces) {
            Ok(Value::Nodes(nodes)) => {
                let ranks: Vec<_> = nodes.iter().map(|n| document.rank(n.tree_node())).collect();
                assert!(ranks.is_sorted(), "{expression}\n{source}");
                let Some(last) = nodes.last() else { return };
                context = last.clone();
            }
            Ok(value) => {
                let _text = value.to_text(&document);
            }
            Err(_) => return,
        }
    }
});
