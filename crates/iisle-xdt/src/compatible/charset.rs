use encoding_rs::Encoding;

/// What a document is written in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
    Ascii,
    Latin1,
    /// A code page without byte order mark.
    Page(&'static Encoding),
}

impl Charset {
    /// The encoding of a name in an XML declaration.
    ///
    /// Source: the names of `System.Text.Encoding`, those that documents use.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "utf-8"
            | "unicode-1-1-utf-8"
            | "unicode-2-0-utf-8"
            | "x-unicode-1-1-utf-8"
            | "x-unicode-2-0-utf-8" => Self::Utf8,
            "utf-16" | "utf-16le" | "ucs-2" | "unicode" | "iso-10646-ucs-2" => Self::Utf16Le,
            "utf-16be" | "unicodefffe" => Self::Utf16Be,
            "utf-32" | "utf-32le" => Self::Utf32Le,
            "utf-32be" => Self::Utf32Be,
            "us-ascii" | "ascii" | "us" | "iso646-us" | "ansi_x3.4-1968" | "cp367" | "csascii"
            | "ibm367" | "iso-ir-6" | "iso_646.irv:1991" | "ansi_x3.4-1986" => Self::Ascii,
            "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1"
            | "cp819" | "ibm819" | "csisolatin1" | "iso-ir-100" => Self::Latin1,
            "utf8" | "utf16" | "x-user-defined" | "replacement" | "iso-8859-16" => return None,
            other if other.bytes().all(|byte| byte.is_ascii_digit()) => return None,
            other => Self::Page(Encoding::for_label_no_replacement(other.as_bytes())?),
        })
    }

    pub(super) fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Utf32Le => b"\xFF\xFE\0\0",
            Self::Utf32Be => b"\0\0\xFE\xFF",
            Self::Ascii | Self::Latin1 | Self::Page(_) => b"",
        }
    }

    /// A text as bytes; what the encoding lacks becomes `?`, or, in Latin 1, what looks alike.
    pub(super) fn encode(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Utf32Le => out.extend(text.chars().flat_map(|c| u32::from(c).to_le_bytes())),
            Self::Utf32Be => out.extend(text.chars().flat_map(|c| u32::from(c).to_be_bytes())),
            Self::Ascii => each(text, out, |c| u8::try_from(c).ok().filter(u8::is_ascii)),
            Self::Latin1 => each(text, out, |c| u8::try_from(c).ok().or_else(|| look_alike(c))),
            Self::Page(encoding) => page(encoding, text, out),
        }
    }
}

fn each(text: &str, out: &mut Vec<u8>, byte: impl Fn(char) -> Option<u8>) {
    for c in text.chars() {
        match byte(c) {
            Some(byte) => out.push(byte),
            // One for each UTF-16 unit.
            None => out.extend(std::iter::repeat_n(b'?', c.len_utf16())),
        }
    }
}

fn page(encoding: &'static Encoding, text: &str, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    let mut plain = 0;
    // What is mapped goes in long runs, the rest one by one.
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
        let (bytes, _, is_lossy) = encoding.encode(c.encode_utf8(&mut buffer));
        out.extend_from_slice(&text.as_bytes()[plain..at]);
        if is_lossy {
            out.extend(std::iter::repeat_n(b'?', c.len_utf16()));
        } else {
            out.extend_from_slice(&bytes);
        }
        plain = at + c.len_utf8();
    }
    out.extend_from_slice(&text.as_bytes()[plain..]);
}

/// The character of Latin 1 that stands for one it lacks.
///
/// Source: the best fit of .NET's `iso-8859-1`, found out by encoding every character.
fn look_alike(c: char) -> Option<u8> {
    // The full-width forms of ASCII.
    if let wide @ 0xFF01..=0xFF5E = u32::from(c) {
        return u8::try_from(wide - 0xFF01 + 0x21).ok();
    }
    let at = LACKING.chars().position(|lacking| lacking == c)?;
    LOOK_ALIKE.as_bytes().get(at).copied()
}

const LACKING: &str = concat!(
    "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĹĺ",
    "ĻļĽľŁłŃńŅņŇňŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷ",
    "ŸŹźŻżŽžƀƉƑƒƗƚƟƠơƫƮƯưƶǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǤǥǦǧǨǩǪǫǬǭǰɡʹʺʼ˄ˆ",
    "ˈˋˍ˜\u{300}\u{302}\u{303}\u{30E}\u{331}\u{332}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2010}\u{2011}\u{2013}\u{2014}\u{2018}\u{2019}\u{201A}\u{201C}\u{201D}\u{201E}\u{2022}\u{2026}\u{2032}\u{2035}\u{2039}\u{203A}\u{2122}",
);
const LOOK_ALIKE: &str = concat!(
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjKkLl",
    "LlLlLlNnNnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYy",
    "YZzZzZzbDFfIlOOotTUuzAaIiOoUuUuUuUuUuAaGgGgKkOoOojg'\"'^^",
    "'`_~`^~\"__       ----'',\"\"\"..'`<>T",
);

#[cfg(test)]
mod tests {
    use super::Charset;

    fn check(name: &str, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Charset::named(name).unwrap().encode(text, &mut out);
        out
    }

    #[test]
    fn what_an_encoding_lacks_becomes_a_question_mark_or_looks_alike() {
        assert_eq!(check("US-ASCII", "aé😀"), b"a???");
        assert_eq!(check("iso-8859-1", "é€Ā’Ａ😀"), b"\xE9?A'A??");
        assert_eq!(check("windows-1252", "é€✓a"), b"\xE9\x80?a");
        assert_eq!(check("utf-16", "é"), b"\xE9\0");
        assert!(Charset::named("nonsense").is_none());
    }
}
