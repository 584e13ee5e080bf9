use std::borrow::Cow;

/// Decodes every `%` with two hexadecimal digits once; any other `%` stays.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let digits = rest.as_bytes().get(at + 1..at + 3);
        let code = digits.and_then(|pair| Some(hex(pair[0])? * 16 + hex(pair[1])?));
        if let Some(code) = code {
            // One UTF-16 unit, so %80 to %ff are Latin-1 characters.
            out.push(char::from(code));
            rest = &rest[at + 3..];
        } else {
            out.push('%');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// As [`unescape`], of a text that is nobody else's.
pub(crate) fn unescaped(text: String) -> String {
    if text.contains('%') { unescape(&text).into_owned() } else { text }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Encodes the characters that mean something to the engine: `% * ? @ $ ( ) ; '`.
///
/// Source: dotnet/msbuild, `src/Framework/EscapingUtilities.cs`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '%' | '*' | '?' | '@' | '$' | '(' | ')' | ';' | '\'');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if special(c) {
            out.push('%');
            out.push(char::from_digit(u32::from(c) >> 4, 16).expect("one digit"));
            out.push(char::from_digit(u32::from(c) & 15, 16).expect("one digit"));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_two_hex_digits_are_an_escape() {
        assert_eq!(unescape("%77%zz%3"), "w%zz%3");
        assert_eq!(unescape("a%3Bb%253b"), "a;b%3b");
        assert_eq!(unescape("%é1"), "%é1");
        assert_eq!(escape("a;b'%"), "a%3bb%27%25");
    }

    proptest! {
        #[test]
        fn unescaping_undoes_escaping(text in ".*") {
            let escaped = escape(&text).into_owned();
            prop_assert_eq!(unescape(&escaped), text);
        }
    }
}
