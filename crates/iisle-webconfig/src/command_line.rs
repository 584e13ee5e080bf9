//! The Windows rules that split a command line into arguments.
//!
//! Source: Microsoft Learn, `CommandLineToArgvW`, the rules for arguments behind the program name.

/// The first argument of a text, and where the rest begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstArgument<'a> {
    /// As the program would see it: quotes and escapes resolved.
    pub(crate) value: String,
    /// As it stands in the text, quotes included.
    pub(crate) raw: &'a str,
    /// Everything behind it, leading blanks included.
    pub(crate) rest: &'a str,
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Splits off the first argument; `None` when the text holds nothing but blanks.
pub(crate) fn split_first(text: &str) -> Option<FirstArgument<'_>> {
    let text = text.trim_start_matches(is_blank);
    if text.is_empty() {
        return None;
    }
    let mut value = String::new();
    let mut quoted = false;
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let mut backslashes = 1;
                while chars.next_if(|&(_, c)| c == '\\').is_some() {
                    backslashes += 1;
                }
                let before_quote = chars.peek().is_some_and(|&(_, c)| c == '"');
                if before_quote {
                    value.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        // An odd one takes the quote's meaning away.
                        value.extend(chars.next().map(|(_, quote)| quote));
                    }
                } else {
                    value.extend(std::iter::repeat_n('\\', backslashes));
                }
            }
            '"' => {
                // Inside quotes, two quotes in a row are one literal quote and the end of the
                // quotes; three leave them open again.
                let doubled = quoted && chars.next_if(|&(_, c)| c == '"').is_some();
                if doubled {
                    value.push('"');
                }
                quoted = !quoted;
            }
            c if is_blank(c) && !quoted => {
                end = at;
                break;
            }
            c => value.push(c),
        }
    }
    Some(FirstArgument { value, raw: &text[..end], rest: &text[end..] })
}

/// Splits a whole text into arguments, quotes and escapes resolved.
pub fn split(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut rest = text;
    while let Some(first) = split_first(rest) {
        arguments.push(first.value);
        rest = first.rest;
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::{split, split_first};

    #[test]
    fn arguments_follow_the_documented_examples() {
        // From the documentation of `CommandLineToArgvW` and of the C run-time.
        assert_eq!(split(r#""abc" d e"#), ["abc", "d", "e"]);
        assert_eq!(split(r#"a\\b d"e f"g h"#), [r"a\\b", "de fg", "h"]);
        assert_eq!(split(r#"a\\\"b c d"#), [r#"a\"b"#, "c", "d"]);
        assert_eq!(split(r#"a\\\\"b c" d e"#), [r"a\\b c", "d", "e"]);
    }

    #[test]
    fn blanks_separate_and_empty_quotes_are_an_argument() {
        assert_eq!(split(" \t a \t b "), ["a", "b"]);
        assert_eq!(split(r#""" a"#), ["", "a"]);
        assert_eq!(split(""), Vec::<String>::new());
        assert_eq!(split("a\u{a0}b"), ["a\u{a0}b"]);
    }

    #[test]
    fn an_open_quote_runs_to_the_end() {
        assert_eq!(split(r#""a b"#), ["a b"]);
        assert_eq!(split(r#"a" b"#), ["a b"]);
    }

    #[test]
    fn doubled_quotes_inside_quotes_are_a_quote() {
        assert_eq!(split(r#""a""b" c"#), [r#"a"b c"#]);
        assert_eq!(split(r#""a"""b c"#), [r#"a"b c"#]);
        assert_eq!(split(r#""a""" b"#), [r#"a" b"#]);
    }

    #[test]
    fn the_first_argument_keeps_its_raw_text_and_the_rest() {
        let first = split_first(r#"  ".\My App.dll"  --x "y""#).unwrap();
        assert_eq!(first.value, r".\My App.dll");
        assert_eq!(first.raw, r#"".\My App.dll""#);
        assert_eq!(first.rest, r#"  --x "y""#);
    }
}
