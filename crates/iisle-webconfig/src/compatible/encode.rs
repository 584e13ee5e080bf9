/// The text in an encoding of .NET, with the byte order mark it has there; characters that the
/// encoding lacks become references. `None` for an encoding that is not known here.
pub(crate) fn encode(text: &str, encoding: &str) -> Option<Vec<u8>> {
    match encoding {
        "utf-8" => Some([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        "utf-16" => Some(utf16(text, u16::to_le_bytes)),
        "utf-16BE" => Some(utf16(text, u16::to_be_bytes)),
        _ => iisle_xml::encode(text, encoding),
    }
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}
