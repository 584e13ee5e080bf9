use iisle_path::RelPath;
use iisle_tree::{LocalTree, Tree};
use proptest::prelude::*;
use serde_json::Value;

use super::NetRegex;
use crate::RegexProblem;

fn cases() -> Vec<Value> {
    let tree = LocalTree::open(iisle_testdata::case("webdeploy", "dotnet-regex")).unwrap();
    let text = tree.read_all(&RelPath::parse("cases.jsonl").unwrap(), 1 << 22).unwrap();
    let text = String::from_utf8(text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn parse(case: &Value) -> Result<NetRegex, crate::RegexError> {
    let pattern = case["pattern"].as_str().unwrap();
    if case["ignore_case"].as_bool().unwrap_or_default() {
        NetRegex::parse(pattern)
    } else {
        NetRegex::parse_case_sensitive(pattern)
    }
}

#[test]
fn recorded_matches_are_those_of_dotnet() {
    let mut compared = 0;
    for case in cases() {
        let pattern = case["pattern"].as_str().unwrap();
        let parsed = parse(&case);
        if case.get("error").is_some() {
            assert!(parsed.is_err(), "{pattern}");
            continue;
        }
        let regex = match parsed {
            Ok(regex) => regex,
            // What is refused is refused by name; nothing is matched differently.
            Err(error) => {
                let named = matches!(error.problem, RegexProblem::Untranslatable { .. });
                assert!(named, "{error}: {}", error.problem);
                continue;
            }
        };
        let input = case["input"].as_str().unwrap();
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let wanted: Vec<_> = case["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| (number(&m[0]), number(&m[1])))
            .collect();
        assert_eq!(regex.matches(input), Ok(wanted), "{pattern} on {input:?}");
        let (replaced, _) = regex.replace_all(input, "<>").unwrap();
        assert_eq!(replaced, case["replaced"].as_str().unwrap(), "{pattern} on {input:?}");
        compared += 1;
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let problem = |pattern: &str| {
        let error = NetRegex::parse(pattern).unwrap_err();
        format!("{}: {}", error.offset, error.problem)
    };
    let patterns = [
        r"C:\objs",
        "(a",
        "a)",
        "[a",
        "a**",
        "*",
        r"\p{IsKlingon}",
        "(?<-a>b)",
        "[z-a]",
        r"a\",
        "x{3,1}",
    ];
    let lines: Vec<_> = patterns.iter().map(|p| format!("{p}  {}", problem(p))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn values_are_literal() {
    let regex = NetRegex::parse("l(ine)").unwrap();
    assert_eq!(regex.replace_all("Line 1", "$1\\0{x}"), Ok(("$1\\0{x} 1".to_owned(), 1)));
}

#[test]
fn a_match_that_takes_forever_is_an_error() {
    let regex = NetRegex::parse(r"(x+x+)+(?=y)\1").unwrap();
    assert!(regex.is_match(&"x".repeat(40)).is_err());
}

proptest! {
    #[test]
    fn an_escaped_text_matches_itself(text in "[ -~\u{e4}\u{1f600}\t\n]{1,20}") {
        let escaped = text.encode_utf16().fold(String::new(), |all, unit| all + &format!("\\u{unit:04x}"));
        let regex = NetRegex::parse_case_sensitive(&escaped).unwrap();
        prop_assert_eq!(regex.replace_all(&text, ""), Ok((String::new(), 1)));
    }

    #[test]
    fn any_pattern_is_read_or_refused(pattern in r"[a-c\\()\[\]{}?*+|^$.<>:=!0-9,#kpw-]{0,16}") {
        if let Ok(regex) = NetRegex::parse(&pattern) {
            drop(regex.is_match("abcabc 123"));
        }
    }
}

/// `text` with every match of `pattern` replaced, as .NET was seen to do it.
fn replaced(pattern: &str, text: &str) -> String {
    NetRegex::parse(pattern).unwrap().replace_all(text, "<>").unwrap().0
}

#[test]
fn names_of_posix_in_classes_are_left_out_and_their_bracket_is_a_member() {
    assert_eq!(replaced("[[:alpha:]A-C]", "a[d:]"), "<><>d:]");
    assert_eq!(replaced("[.0-9[:alpha:]]{1,2}", "1]]x"), "<>]]x");
    assert_eq!(replaced("[[:alpha]", "a[x:"), "<><>x<>");
}

#[test]
fn the_end_of_the_match_before_is_not_behind_an_empty_match() {
    assert_eq!(replaced(r"\G", "ab"), "<>ab");
    assert_eq!(replaced(r"\Ga", "aaxa"), "<><>xa");
    assert_eq!(replaced(r"\G|b", "abb"), "<>a<><>b");
}

#[test]
fn assertions_can_be_repeated() {
    assert_eq!(replaced(r"(?=a){2,3}.", "bab"), "b<>b");
    assert_eq!(replaced(r"((?<!a))*b", "ab b"), "a<> <>");
    assert_eq!(replaced(r"()+x", "xy"), "<>y");
}
