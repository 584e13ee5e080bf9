use std::borrow::Cow;

/// Where halves of surrogate pairs are kept: a private plane that no text keeps its own
/// characters in, because all characters beyond the first plane become halves themselves.
const HALVES: u32 = 0x10_F000;
const SURROGATES: u32 = 0xD800;

/// A text as .NET sees it: characters beyond U+FFFF are two, which match one by one.
pub(crate) fn split(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| u32::from(c) < 0x1_0000) {
        return Cow::Borrowed(text);
    }
    let mut units = String::with_capacity(text.len() * 2);
    let mut buffer = [0; 2];
    for c in text.chars() {
        match c.encode_utf16(&mut buffer) {
            [_] => units.push(c),
            halves => units.extend(halves.iter().map(|half| unit(*half))),
        }
    }
    Cow::Owned(units)
}

/// The character that stands for one UTF-16 unit.
pub(super) fn unit(unit: u16) -> char {
    let unit = u32::from(unit);
    let halves = || HALVES + (unit - SURROGATES);
    char::from_u32(unit)
        .unwrap_or_else(|| char::from_u32(halves()).expect("2,048 characters fit behind U+10F000"))
}

/// The text again; a half that has lost the other becomes U+FFFD, as .NET writes it.
pub(crate) fn join(units: String) -> String {
    if units.chars().all(|c| u32::from(c) < 0x1_0000) {
        return units;
    }
    let back = units.chars().map(|c| match u32::from(c).checked_sub(HALVES) {
        Some(half) => u16::try_from(half + SURROGATES).expect("a half is a unit"),
        None => u16::try_from(u32::from(c)).expect("all others were split"),
    });
    char::decode_utf16(back).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
