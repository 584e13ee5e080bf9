use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A document's bytes as text, for people to read: without byte order mark; by it, by what the
/// document declares, or as UTF-8. What cannot be decoded becomes U+FFFD.
pub fn text_of(bytes: &[u8]) -> String {
    let (encoding, rest) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (UTF_8, rest),
        [0xFF, 0xFE, rest @ ..] => (UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (UTF_16BE, rest),
        bytes => (declared(bytes).unwrap_or(UTF_8), bytes),
    };
    encoding.decode_without_bom_handling(rest).0.into_owned()
}

/// The encoding of the XML declaration, if it is one whose bytes begin like ASCII.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..200).unwrap_or(bytes);
    let head = std::str::from_utf8(&head[..head.iter().position(|byte| *byte == b'>')?]).ok()?;
    let (_, rest) = head.strip_prefix("<?xml")?.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next()?;
    let (name, _) = rest[quote.len_utf8()..].split_once(quote)?;
    Encoding::for_label(name.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn the_mark_decides_then_the_declaration() {
        assert_eq!(text_of(b"\xEF\xBB\xBF<\xC3\xA9/>"), "<é/>");
        assert_eq!(text_of(b"\xFF\xFE<\0/\0"), "</");
        let latin = b"<?xml version='1.0' encoding = 'iso-8859-1'?><\xE9/>";
        assert!(text_of(latin).ends_with("<é/>"));
        assert_eq!(text_of(b"<\xC3\xA9/>"), "<é/>");
        assert_eq!(text_of(b"<?xml encoding='utf-16'?>"), "<?xml encoding='utf-16'?>");
    }
}
