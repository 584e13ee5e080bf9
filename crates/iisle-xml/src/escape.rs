use std::borrow::Cow;

/// Text for the inside of double quotes: `& < > "`, and tab, LF, CR as references.
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

/// Text for the inside of single quotes: as [`escape_attribute`], with `'` instead of `"`.
pub(crate) fn escape_single_quoted(value: &str) -> String {
    escape_attribute(value).replace("&quot;", "\"").replace('\'', "&apos;")
}

/// Text between tags: `& < >`, and CR as a reference, because a raw one would be read as LF.
pub fn escape_text(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

fn escape(value: &str, replacement: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if value.chars().all(|c| replacement(c).is_none()) {
        return Cow::Borrowed(value);
    }
    let mut escaped = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        match replacement(c) {
            Some(text) => escaped.push_str(text),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}
