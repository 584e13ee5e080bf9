use iisle_xdt::{Mode, OnError, Options, Status, transform};
use proptest::prelude::*;

use super::run;

const XDT: &str = "http://schemas.microsoft.com/XML-Document-Transform";

/// Pieces that documents and directives are made of, right and wrong.
const PIECES: [&str; 34] = [
    "<a>",
    "</a>",
    "<a/>",
    "<b k=\"1\">",
    "</b>",
    "<b k='1' v=\"2\"/>",
    "<r>",
    "</r>",
    "text",
    " ",
    "\n  ",
    "\r\n",
    "\r",
    "<!-- c -->",
    "<?p d?>",
    "<![CDATA[ />]]>",
    "&amp;",
    "&#32;",
    "&e;",
    "&#x1;",
    "<!DOCTYPE r [<!ENTITY e \"<a/>\">]>",
    "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
    "<p:a xmlns:p=\"u\"/>",
    "<a xmlns=\"u\">",
    "xml:space=\"preserve\"",
    "<a x:Transform=\"Insert\"/>",
    "<b k=\"1\" x:Transform=\"Remove\" x:Locator=\"Match(k)\">",
    "<a x:Transform=\"CommentOut\"/>",
    "<b v=\"3\" x:Transform=\"SetAttributes\"/>",
    "<a x:Transform=\"Replace\" x:Locator=\"XPath(//*|//text())\"/>",
    "<a x:Transform=\"InsertAfter(*)\"/>",
    "ü😀",
    "'",
    ">",
];

fn pieces(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..most).prop_map(|all| all.concat())
}

/// A well-formed element, and its content.
fn element() -> impl Strategy<Value = String> {
    let content =
        prop::sample::select(vec!["", "x", "\n  ", " ", "<!--c-->", "<?p d?>", "<![CDATA[<]]>"]);
    let leaf = content.prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let attributes =
            prop::sample::select(vec!["", " k=\"1\"", " k=\"1\"\n   v=\"2\"", "\tk='&lt;' w='\"'"]);
        let name = prop::sample::select(vec!["a", "b", "c"]);
        (name, attributes, prop::collection::vec(inner, 0..4), any::<bool>()).prop_map(
            |(name, attributes, inner, is_empty)| {
                if is_empty {
                    format!("<{name}{attributes} />")
                } else {
                    format!("<{name}{attributes}>{}</{name}>", inner.concat())
                }
            },
        )
    })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(source in pieces(14), directives in pieces(14)) {
        for source in [source.clone(), format!("<r>{source}</r>")] {
            let directives = format!("<r xmlns:x=\"{XDT}\">{directives}</r>");
            let outcome = run(source.as_bytes(), directives.as_bytes());
            prop_assert_eq!(outcome.status == Status::Applied, outcome.errors().next().is_none());
            if outcome.status == Status::Applied {
                prop_assert!(outcome.bytes.is_some());
            }
            let options = Options { mode: Mode::Compatible, on_error: OnError::Abandon, ..Options::default() };
            let silent = transform(source.as_bytes(), directives.as_bytes(), &options);
            prop_assert!(silent.events.is_empty());
            if outcome.status == Status::Applied {
                prop_assert_eq!(silent.bytes, outcome.bytes);
            } else {
                prop_assert!(silent.status != Status::Applied);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_not_either(source: Vec<u8>, directives: Vec<u8>) {
        prop_assert_ne!(run(&source, &directives).status, Status::Applied);
    }

    #[test]
    fn what_it_writes_it_writes_again(inner in element()) {
        let directives = format!("<r xmlns:x=\"{XDT}\"/>");
        let source = format!("<r>{inner}</r>\n");
        let once = run(source.as_bytes(), directives.as_bytes());
        prop_assume!(once.status == Status::Applied);
        let bytes = once.bytes.unwrap();
        let twice = run(&bytes, directives.as_bytes());
        prop_assert_eq!(twice.bytes, Some(bytes));
    }

    #[test]
    fn an_inserted_element_is_found_where_it_was_put(inner in element()) {
        let directives = format!("<r xmlns:x=\"{XDT}\"><new x:Transform=\"Insert\"/><new seen=\"1\" x:Transform=\"SetAttributes\"/></r>");
        let outcome = run(format!("<r>{inner}</r>\n").as_bytes(), directives.as_bytes());
        prop_assume!(outcome.status == Status::Applied);
        let text = String::from_utf8(outcome.bytes.unwrap()).unwrap();
        prop_assert!(text.contains("<new seen=\"1\"/>"), "{}", text);
    }
}
