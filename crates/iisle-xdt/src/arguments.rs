use crate::directive::is_word;
use crate::policy::Arguments;

/// The arguments in a directive's parentheses.
pub(crate) fn split(text: &str, rule: Arguments) -> Vec<String> {
    match rule {
        Arguments::Plain if !text.contains(',') => vec![text.to_owned()],
        Arguments::Plain => plain(text),
        Arguments::Balanced => balanced(text),
    }
}

/// Splits at every comma and joins neighbors again while more parentheses are open than closed,
/// or the other way around.
fn plain(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut joined: Option<String> = None;
    let mut open = 0;
    for piece in text.split(',') {
        let whole = match joined.take() {
            Some(before) => before + "," + piece,
            None => piece.to_owned(),
        };
        open += piece.matches('(').count().cast_signed() - piece.matches(')').count().cast_signed();
        if open == 0 {
            arguments.push(whole.trim().to_owned());
        } else {
            joined = Some(whole);
        }
    }
    arguments.extend(joined.map(|rest| rest.trim().to_owned()));
    arguments
}

fn balanced(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut start = 0;
    for (at, c, depth) in outside_literals(text) {
        if c == ',' && depth == 0 {
            arguments.push(text[start..at].trim().to_owned());
            start = at + 1;
        }
    }
    arguments.push(text[start..].trim().to_owned());
    arguments
}

/// A predicate as the part of a path: in square brackets.
pub(crate) fn predicate(text: &str, rule: Arguments) -> String {
    if text.is_empty() {
        return String::new();
    }
    match rule {
        Arguments::Plain => {
            let start = if text.starts_with('[') { "" } else { "[" };
            let end = if text.ends_with(']') { "" } else { "]" };
            format!("{start}{text}{end}")
        }
        Arguments::Balanced if is_bracketed(text) => text.to_owned(),
        Arguments::Balanced => format!("[{text}]"),
    }
}

/// Whether brackets enclose the text, the first closing behind all else: `[a]` and `[a][b]`, not
/// `[a] or [b]`.
fn is_bracketed(text: &str) -> bool {
    let mut is_open = false;
    for (_, c, depth) in outside_literals(text) {
        match (is_open, c, depth) {
            (false, '[', 0) => is_open = true,
            (false, ..) => return false,
            (true, ']', 0) => is_open = false,
            (true, ..) => {}
        }
    }
    text.ends_with(']') && !is_open
}

/// Whether an expression has a name with that prefix.
pub(crate) fn mentions_prefix(expression: &str, prefix: &str) -> bool {
    outside_literals(expression).any(|(at, ..)| {
        let rest = expression[at..].strip_prefix(prefix).and_then(|rest| rest.strip_prefix(':'));
        rest.is_some_and(|rest| !rest.starts_with(':')) && !expression[..at].ends_with(is_word)
    })
}

/// The characters that stand in no literal, with their places and how many brackets are open
/// around them; a bracket counts as outside of itself. A quote that is never closed is a
/// character like any other.
fn outside_literals(text: &str) -> impl Iterator<Item = (usize, char, usize)> + '_ {
    let mut depth = 0_usize;
    let mut skip = 0;
    text.char_indices().filter_map(move |(at, c)| {
        if at < skip {
            return None;
        }
        match c {
            '\'' | '"' => {
                if let Some(length) = text[at + 1..].find(c) {
                    skip = at + 1 + length + 1;
                }
                Some((at, c, depth.max(1)))
            }
            '(' | '[' => {
                depth += 1;
                Some((at, c, depth - 1))
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                Some((at, c, depth))
            }
            _ => Some((at, c, depth)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{predicate, split};
    use crate::policy::Arguments::{self, Balanced, Plain};

    fn check(text: &str, rule: Arguments) -> String {
        split(text, rule).join("|")
    }

    #[test]
    fn the_plain_rule_knows_round_parentheses_only() {
        assert_eq!(check(" key ", Plain), " key ");
        assert_eq!(check(" a , b", Plain), "a|b");
        assert_eq!(check("contains(a, b), c", Plain), "contains(a, b)|c");
        assert_eq!(check("add[@key='a,b']", Plain), "add[@key='a|b']");
        assert_eq!(check("a(b, c", Plain), "a(b, c");
        assert_eq!(check("a), b, (c", Plain), "a), b, (c");
        assert_eq!(check(",", Plain), "|");
    }

    #[test]
    fn the_balanced_rule_knows_brackets_and_quotes() {
        assert_eq!(check(" key ", Balanced), "key");
        assert_eq!(check("add[@key='a,b'], c", Balanced), "add[@key='a,b']|c");
        assert_eq!(check("a[b, c]", Balanced), "a[b, c]");
        assert_eq!(check("concat('(', \",\"), d", Balanced), "concat('(', \",\")|d");
        assert_eq!(check("it's, b", Balanced), "it's|b");
    }

    #[test]
    fn a_predicate_is_put_in_brackets_where_it_lacks_them() {
        for (text, plain, balanced) in [
            ("@a", "[@a]", "[@a]"),
            ("[@a]", "[@a]", "[@a]"),
            ("[@a][2]", "[@a][2]", "[@a][2]"),
            ("c[@id='2']", "[c[@id='2']", "[c[@id='2']]"),
            ("[1", "[1]", "[[1]"),
            ("", "", ""),
        ] {
            assert_eq!(predicate(text, Plain), plain);
            assert_eq!(predicate(text, Balanced), balanced);
        }
    }
}
