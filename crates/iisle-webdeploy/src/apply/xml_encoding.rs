/// The bytes of an XML text in the encoding that its declaration names, as Web Deploy writes
/// them: UTF-8 gets a byte order mark when it is declared and none when nothing is; what an
/// encoding cannot hold becomes `?`. `None` for an encoding that nobody knows.
pub(super) fn encode(text: &str, declared: Option<&str>) -> Option<Vec<u8>> {
    let Some(declared) = declared else { return Some(text.as_bytes().to_vec()) };
    let name = declared.to_ascii_lowercase();
    match name.as_str() {
        "utf-8" | "utf8" => {
            let mut bytes = MARK.to_vec();
            bytes.extend(text.as_bytes());
            Some(bytes)
        }
        "utf-16" | "utf-16le" | "unicode" => {
            let units = [0xfeff].into_iter().chain(text.encode_utf16());
            Some(units.flat_map(u16::to_le_bytes).collect())
        }
        "utf-16be" => {
            let units = [0xfeff].into_iter().chain(text.encode_utf16());
            Some(units.flat_map(u16::to_be_bytes).collect())
        }
        "us-ascii" | "ascii" => Some(each(text, |c, bytes| narrow(c, 0x7f, bytes))),
        // Readers take the name for windows-1252; what that has between 0x80 and 0x9F goes back.
        "iso-8859-1" | "latin1" => Some(each(text, |c, bytes| {
            narrow(c, 0xff, bytes) || by_table(encoding_rs::WINDOWS_1252, c, bytes)
        })),
        _ => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes())?;
            Some(each(text, |c, bytes| by_table(encoding, c, bytes)))
        }
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Every character as `write` has it, or a question mark for each of its UTF-16 units.
fn each(text: &str, write: impl Fn(char, &mut Vec<u8>) -> bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if !write(c, &mut bytes) {
            bytes.extend(std::iter::repeat_n(b'?', c.len_utf16()));
        }
    }
    bytes
}

/// Writes a character up to `last` as the byte of its number.
fn narrow(c: char, last: u8, bytes: &mut Vec<u8>) -> bool {
    let byte = u8::try_from(u32::from(c)).ok().filter(|byte| *byte <= last);
    bytes.extend(byte);
    byte.is_some()
}

fn by_table(encoding: &'static encoding_rs::Encoding, c: char, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4];
    let (one, _, lost) = encoding.encode(c.encode_utf8(&mut buffer));
    if !lost {
        bytes.extend(&*one);
    }
    !lost
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn each_declaration_has_its_bytes() {
        let check = |declared| encode("é☃😀", declared).map(|bytes| format!("{bytes:02x?}"));
        let all = [
            None,
            Some("UTF-8"),
            Some("utf-16"),
            Some("iso-8859-1"),
            Some("us-ascii"),
            Some("windows-1252"),
            Some("x-none"),
        ];
        let lines: Vec<_> = all.map(|d| format!("{d:?} {}", check(d).unwrap_or_default())).into();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
