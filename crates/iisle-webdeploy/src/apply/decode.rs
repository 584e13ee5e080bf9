/// A text that was read from bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Whether some bytes were no text: they became U+FFFD, or were dropped at the end.
    pub(super) is_damaged: bool,
}

/// The text of a file by its byte order mark, else as UTF-8.
///
/// Where bytes are no text, it has as many U+FFFD as Web Deploy was seen to write: one for a
/// sequence that is cut short, one for two bytes that lead to no character, and one for a byte
/// that begins none; what could lead to a character but is cut short at the end is dropped.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, u32::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

const LOST: char = char::REPLACEMENT_CHARACTER;

fn utf8(bytes: &[u8]) -> Decoded {
    if let Ok(text) = str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), is_damaged: false };
    }
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let length = match first {
            0..0x80 => 1,
            0xc2..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf5 => 4,
            _ => {
                text.push(LOST);
                rest = &rest[1..];
                continue;
            }
        };
        let following = rest[1..].iter().take(length - 1);
        let there = 1 + following.take_while(|byte| (0x80..0xc0).contains(*byte)).count();
        // A beginning that leads to no character is given up at its third byte.
        let is_hopeless = there > 1
            && matches!(
                (first, rest[1]),
                (0xe0, ..0xa0) | (0xed, 0xa0..) | (0xf0, ..0x90) | (0xf4, 0x90..)
            );
        let taken = if is_hopeless { 2 } else { there };
        match str::from_utf8(&rest[..taken]) {
            Ok(character) => text.push_str(character),
            Err(_) if is_hopeless || taken < rest.len() => text.push(LOST),
            Err(_) => {}
        }
        rest = &rest[taken..];
    }
    Decoded { text, is_damaged: true }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut is_damaged = !odd.is_empty();
    let mut text = String::with_capacity(bytes.len());
    let mut units = char::decode_utf16(pairs.iter().map(|pair| read(*pair))).peekable();
    while let Some(unit) = units.next() {
        match unit {
            Ok(c) => text.push(c),
            Err(error) => {
                is_damaged = true;
                let is_first_half = error.unpaired_surrogate() < 0xdc00;
                if units.peek().is_some() || !is_first_half {
                    text.push(LOST);
                }
            }
        }
    }
    Decoded { text, is_damaged }
}

fn utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> Decoded {
    let (quads, odd) = bytes.as_chunks::<4>();
    let mut is_damaged = !odd.is_empty();
    let character = |quad: &[u8; 4]| {
        char::from_u32(read(*quad)).unwrap_or_else(|| {
            is_damaged = true;
            LOST
        })
    };
    let text = quads.iter().map(character).collect();
    Decoded { text, is_damaged }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, decode};
    use proptest::prelude::*;

    fn check(bytes: &[u8]) -> String {
        let Decoded { text, is_damaged } = decode(bytes);
        assert_eq!(is_damaged, text.contains('\u{fffd}') || text.is_empty() || text == "A");
        text.replace('\u{fffd}', "?")
    }

    #[test]
    fn bytes_that_are_no_text_become_as_many_marks_as_the_engine_writes() {
        let rows: [(&[u8], &str); 32] = [
            (b"A\xe0\x9f", "A?"),
            (b"A\xed\xa0", "A?"),
            (b"A\xf4\x90", "A?"),
            (b"\xe2\x98A", "?A"),
            (b"\xe0\x80\x80A", "??A"),
            (b"\xed\xa0\x80A", "??A"),
            (b"\xf0\x80\x80\x80A", "???A"),
            (b"\xf4\x90\x80\x80A", "???A"),
            (b"\xf4\x91\xbf\xf3\x9d\x9c\xfc\xcf\x10", "?????\x10"),
            (b"\xf4\x91A", "?A"),
            (b"\xf4\x8f\xbfA", "?A"),
            (b"\xe0\x80\xe2\x98\x83A", "?\u{2603}A"),
            (b"\xe2\x98\xffA", "??A"),
            (b"\xf8\x88\x80\x80\x80A", "?????A"),
            (b"\xc1\x81A", "??A"),
            (b"\xc3\xc3\xa9A", "?\u{e9}A"),
            (b"\xf0\x9f\x98A", "?A"),
            (b"\xf0A", "?A"),
            (b"\x80\x80A", "??A"),
            (b"A\xf0", "A"),
            (b"A\xe2\x98", "A"),
            (b"\xff\xfe\x00\xd8A\x00", "?A"),
            (b"\xff\xfe\x00\xdcA\x00", "?A"),
            (b"\xff\xfeA\x00\x00\xd8", "A"),
            (b"\xff\xfeA\x00B", "A"),
            (b"\xfe\xff\xd8\x00\x00A", "?A"),
            (b"\xef\xbb\xbf\xff", "?"),
            (b"\xe1\x80\xe1\x80\x80A", "?\u{1000}A"),
            (b"\xf7\xbf\xbf\xbfA", "????A"),
            (b"\xf6\x80A", "??A"),
            (b"\xed\xbf\xbf", "??"),
            (b"\xff\xfe\x00\x00A\x00\x00\x00\x00\xd8\x00\x00", "A?"),
        ];
        for (bytes, text) in rows {
            assert_eq!(check(bytes), text, "{bytes:x?}");
        }
    }

    #[test]
    fn marks_say_what_follows() {
        for bytes in [
            &b"\xef\xbb\xbfa\xc3\xa9"[..],
            b"a\xc3\xa9",
            b"\xff\xfea\x00\xe9\x00",
            b"\xfe\xff\x00a\x00\xe9",
            b"\xff\xfe\x00\x00a\x00\x00\x00\xe9\x00\x00\x00",
        ] {
            let wanted = Decoded { text: "a\u{e9}".to_owned(), is_damaged: false };
            assert_eq!(decode(bytes), wanted);
        }
    }

    proptest! {
        #[test]
        fn text_is_read_back(text: String) {
            let is_marked = text.starts_with('\u{feff}');
            prop_assume!(!is_marked && !text.starts_with('\0'));
            prop_assert_eq!(decode(text.as_bytes()), Decoded { text, is_damaged: false });
        }

        #[test]
        fn what_is_no_text_is_said(bytes: Vec<u8>) {
            let decoded = decode(&bytes);
            let is_text = str::from_utf8(&bytes).is_ok();
            let marked = [&b"\xff\xfe"[..], b"\xfe\xff", b"\x00\x00\xfe\xff"];
            if !marked.iter().any(|mark| bytes.starts_with(mark)) {
                prop_assert_eq!(decoded.is_damaged, !is_text);
            }
        }
    }
}
