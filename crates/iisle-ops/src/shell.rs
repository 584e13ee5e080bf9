use std::path::MAIN_SEPARATOR;

/// The kind of shell that people type commands into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// sh and those like it.
    Posix,
    /// The command prompt and PowerShell, as far as both agree.
    Windows,
}

/// `word` as one argument of a command that is typed on this machine: in quotes only when it needs
/// them.
pub(crate) fn argument(word: &str) -> String {
    let shell = if MAIN_SEPARATOR == '\\' { Shell::Windows } else { Shell::Posix };
    shell.argument(word)
}

impl Shell {
    fn argument(self, word: &str) -> String {
        if !word.is_empty() && word.chars().all(|c| self.is_plain(c)) {
            return word.to_owned();
        }
        match self {
            Self::Posix => format!("'{}'", word.replace('\'', r"'\''")),
            Self::Windows => double_quoted(word),
        }
    }

    /// Whether the character stands for itself without quotes, wherever it is in a word.
    fn is_plain(self, character: char) -> bool {
        let is_plain_here = match self {
            Self::Posix => matches!(character, '=' | ',' | '@' | '%'),
            Self::Windows => character == '\\',
        };
        is_plain_here || character.is_alphanumeric() || "/._-+:".contains(character)
    }
}

/// Backslashes are doubled where a quote follows, which would else belong to the word.
///
/// Source: Microsoft, "Parsing C++ command-line arguments".
fn double_quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for character in word.chars() {
        if character == '"' {
            quoted.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        quoted.push(character);
    }
    quoted.extend(std::iter::repeat_n('\\', backslashes));
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::Shell::{Posix, Windows};
    use super::argument;

    #[test]
    fn a_word_that_needs_no_quotes_has_none() {
        for word in ["/srv/shop", "a-b_c.d+e", "//web01/sites", "größe", "Mode=VALUE"] {
            assert_eq!(Posix.argument(word), word);
        }
        for word in [r"C:\sites\shop", r"\\web01\sites\", "größe", "a/b"] {
            assert_eq!(Windows.argument(word), word);
        }
        assert_eq!(argument("shop"), "shop");
    }

    #[test]
    fn a_word_with_blanks_or_signs_of_the_shell_is_quoted_as_the_shell_reads_it() {
        for (word, posix, windows) in [
            ("", "''", "\"\""),
            ("/srv/my shop", "'/srv/my shop'", "\"/srv/my shop\""),
            (r"C:\my sites\", r"'C:\my sites\'", r#""C:\my sites\\""#),
            ("it's", r"'it'\''s'", "\"it's\""),
            ("a&b", "'a&b'", "\"a&b\""),
            ("~/shop", "'~/shop'", "\"~/shop\""),
            (r#"a\"b"#, r#"'a\"b'"#, r#""a\\\"b""#),
        ] {
            assert_eq!(Posix.argument(word), posix);
            assert_eq!(Windows.argument(word), windows);
        }
    }

    #[test]
    fn what_the_shells_list_apart_is_one_word() {
        for word in ["a,b", "a;b", "a=b", "@a", "50%"] {
            assert_eq!(Windows.argument(word), format!("\"{word}\""));
        }
    }
}
