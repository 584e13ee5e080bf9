use iisle_path::NameRules;

/// A file specification: a name with `*` (any run) and `?` (one character), compared without case.
///
/// `*.*` is every name, with or without a dot; `*.` is a name without an extension. Only the name
/// that is shown counts, never a short alias of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    written: String,
    /// In upper case, in the form that decides.
    pattern: Vec<char>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    All,
    NoExtension,
    Pattern,
}

impl Wildcard {
    /// Reads a specification; every text is one.
    pub fn new(written: &str) -> Self {
        let upper = NameRules::Windows.fold(written);
        let (kind, upper) = match upper.as_str() {
            "*.*" | "*" => (Kind::All, String::new()),
            text if text.ends_with("*.") => (Kind::NoExtension, text[..text.len() - 1].to_owned()),
            _ => (Kind::Pattern, upper),
        };
        Self { written: written.to_owned(), pattern: upper.chars().collect(), kind }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it is every name.
    pub fn is_all(&self) -> bool {
        self.kind == Kind::All
    }

    /// Whether `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        match self.kind {
            Kind::All => true,
            Kind::NoExtension if name.contains('.') => false,
            Kind::NoExtension | Kind::Pattern => {
                let name: Vec<char> = NameRules::Windows.fold(name).chars().collect();
                matches(&self.pattern, &name)
            }
        }
    }
}

/// Both in upper case. Goes back to the last `*` only, so the time is bounded by the product of the
/// lengths.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::Wildcard;
    use proptest::prelude::*;

    fn check(pattern: &str, name: &str) -> bool {
        Wildcard::new(pattern).matches(name)
    }

    #[test]
    fn stars_and_question_marks_match_runs_and_single_characters() {
        for (pattern, name) in [
            ("*.*", "README"),
            ("*", ".hidden"),
            ("*.txt", "a.TXT"),
            ("f?.dat", "F1.dat"),
            ("b.*", "b.log"),
            ("*a*b*", "xxaxxbxx"),
            ("Ärger*", "äRGER.txt"),
            ("*.", "README"),
            ("*.txt", ".txt"),
            ("a.txt", "A.TXT"),
            ("???", "日本語"),
        ] {
            assert!(check(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_not_meant_does_not_match() {
        for (pattern, name) in [
            ("*.txt", "c.txt.bak"),
            ("f?.dat", "f10.dat"),
            ("f?.dat", "f.dat"),
            ("*.", "a.txt"),
            ("b.*", "b"),
            ("bin", "binary"),
            ("*.htm", "index.html"),
            ("?", ""),
        ] {
            assert!(!check(pattern, name), "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_every_star_put_into_it(name in "[a-zA-Z0-9._ é-]{1,12}", at in 0usize..12) {
            prop_assert!(check(&name, &name) || name.ends_with("*."));
            let chars: Vec<char> = name.chars().collect();
            let at = at.min(chars.len());
            let head: String = chars[..at].iter().collect();
            let pattern = format!("{head}*");
            prop_assert!(check(&pattern, &name));
        }

        #[test]
        fn many_stars_end_in_time(name in "a{0,200}") {
            prop_assert!(!check("*a*a*a*a*a*a*a*a*a*b", &name));
        }
    }
}
