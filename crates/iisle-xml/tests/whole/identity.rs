//! Reading and writing.

use std::io::Write as _;
use std::process::{Command, Stdio};

use iisle_xml::{Document, NodeKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::documents::sample;
use super::fewer;

/// The other reader leaves a CR before a reference as it is, so line ends are not compared.
fn in_one_line(text: &str) -> String {
    text.replace(['\r', '\n'], "")
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn what_is_read_is_written(sample in sample()) {
        let document = Document::parse(&sample.bytes).unwrap_or_else(|e| panic!("{:?}: {e}", sample.text));
        prop_assert_eq!(document.to_bytes(), sample.bytes);
        prop_assert_eq!(document.to_text(), sample.text);
        prop_assert_eq!(document.original().to_bytes(), document.to_bytes());
    }

    #[test]
    fn another_reader_sees_the_same(sample in sample()) {
        let document = Document::parse(&sample.bytes).unwrap();
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let other = roxmltree::Document::parse_with_options(&sample.text, options).unwrap();
        let ours = document.descendants(document.root()).map(|n| {
            let attributes = document.attributes(n).filter(|a| !a.is_namespace());
            let attributes = attributes.map(|a| (a.namespace.map(str::to_owned), a.local_name.to_owned(), a.value.to_owned()));
            let text: Vec<_> = document.children(n).filter(|c| matches!(document.kind(*c), NodeKind::Text | NodeKind::CData)).map(|c| document.text(c).into_owned()).collect();
            (document.namespace(n).map(str::to_owned), document.local_name(n).to_owned(), attributes.collect::<Vec<_>>(), in_one_line(&text.concat()))
        });
        let theirs = other.descendants().filter(roxmltree::Node::is_element).map(|n| {
            let attributes = n.attributes().map(|a| (a.namespace().map(str::to_owned), a.name().to_owned(), a.value().to_owned()));
            let text: Vec<_> = n.children().filter(roxmltree::Node::is_text).filter_map(|c| c.text()).collect();
            (n.tag_name().namespace().map(str::to_owned), n.tag_name().name().to_owned(), attributes.collect::<Vec<_>>(), in_one_line(&text.concat()))
        });
        prop_assert_eq!(ours.collect::<Vec<_>>(), theirs.collect::<Vec<_>>());
    }
}

#[test]
fn libxml2_accepts_what_we_accept() {
    let mut xmllint = Command::new("xmllint");
    xmllint.args(["--noout", "--nonet", "-"]);
    xmllint.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let sample = sample().new_tree(&mut runner).unwrap().current();
        Document::parse(&sample.bytes).unwrap();
        let Ok(mut child) = xmllint.spawn() else {
            println!("skipped: xmllint is not installed (Debian package libxml2-utils)");
            return;
        };
        child.stdin.take().unwrap().write_all(&sample.bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && problem.is_empty(), "{problem}\n{:?}", sample.text);
    }
}
