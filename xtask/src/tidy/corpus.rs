//! Cases of `testdata`: each says where it came from.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::notes::Notes;

/// What a `case.toml` must say.
const KEYS: [&str; 3] = ["from", "made_by", "about"];

/// The cases that these files of `testdata/` make: folders `testdata/<area>/<case>`.
pub(super) fn cases<'a>(files: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    files
        .filter_map(|path| {
            let mut parts = path.strip_prefix("testdata/")?.splitn(3, '/');
            let (area, case, _file) = (parts.next()?, parts.next()?, parts.next()?);
            (area != "src").then(|| format!("testdata/{area}/{case}"))
        })
        .collect()
}

/// Checks one case; `description` is the text of its `case.toml`, if it has one.
pub(super) fn check(case: &str, description: Option<&str>, notes: &mut Notes) {
    let Some(text) = description else {
        notes.complain(case, "has no case.toml");
        return;
    };
    let place = format!("{case}/case.toml");
    match text.parse::<Table>() {
        Err(error) => notes.complain(&place, format!("is not TOML: {}", error.message())),
        Ok(table) => {
            let says = |key: &str| {
                table.get(key).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
            };
            for key in KEYS.iter().filter(|key| !says(key)) {
                notes.complain(&place, format!("does not say `{key}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_an_area_are_cases_and_the_crate_itself_is_none() {
        let files = [
            "testdata/Cargo.toml",
            "testdata/src/lib.rs",
            "testdata/xdt/a/in/x",
            "testdata/xdt/README.md",
        ];
        assert_eq!(cases(files.into_iter()), BTreeSet::from(["testdata/xdt/a".to_owned()]));
    }

    #[test]
    fn a_case_says_where_it_came_from() {
        let mut notes = Notes::default();
        check("testdata/a/b", Some("from = 'x'\nmade_by = 'y'\nabout = 'z'\n"), &mut notes);
        assert!(notes.is_good(), "{}", notes.text());
        check("testdata/a/c", None, &mut notes);
        check("testdata/a/d", Some("from = 'x'\nabout = ' '\n"), &mut notes);
        assert_eq!(
            notes.text(),
            "error: testdata/a/c: has no case.toml\n\
             error: testdata/a/d/case.toml: does not say `about`\n\
             error: testdata/a/d/case.toml: does not say `made_by`"
        );
    }
}
