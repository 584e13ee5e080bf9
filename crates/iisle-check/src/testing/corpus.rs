//! Whole deployments of `testdata/checks`, judged by every rule.

use iisle_tree::{LocalTree, Tree};

use super::judge::judge_trees;
use crate::Settings;

#[test]
fn every_case_has_what_it_must_and_nothing_else() {
    for case in iisle_testdata::cases("checks") {
        let folder = iisle_testdata::case("checks", &case);
        let expected = LocalTree::open(folder.join("out")).unwrap();
        let expected = expected.read_all(&"findings.txt".parse().unwrap(), 1 << 16).unwrap();
        let expected = String::from_utf8(expected).unwrap();

        let input = folder.join("in");
        let publish = LocalTree::open(input.join("publish")).unwrap();
        let verdict = judge_trees(None, &publish, &Settings::default());
        let found = super::ids(&verdict);

        let mut known: Vec<&str> = Vec::new();
        for line in expected.lines() {
            let (kind, ids) = line.split_once(' ').unwrap_or((line, ""));
            let ids: Vec<_> = ids.split(' ').collect();
            let met = found.iter().any(|id| ids.contains(&id.as_str()));
            assert!(kind == "may" || met, "{case}: none of {ids:?} among {found:?}");
            known.extend(ids);
        }
        let surplus: Vec<_> = found.iter().filter(|id| !known.contains(&id.as_str())).collect();
        assert!(surplus.is_empty(), "{case}: unexpected {surplus:?}");
    }
}
