use super::chars::{is_name, is_name_start};

/// What `&…;` refers to.
pub(super) enum Reference<'t> {
    Character(char, Spelling),
    Entity(&'t str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Decimal,
    Hexadecimal,
    Name,
}

/// Reads a reference at the start of a text; gives its length as well.
pub(super) fn reference(text: &str) -> Result<(Reference<'_>, usize), String> {
    let bad = || "there is a `&` that begins no reference".to_owned();
    let end = text.find(';').ok_or_else(bad)?;
    let body = &text[1..end];
    let character = |c, spelling| Ok((Reference::Character(c, spelling), end + 1));
    if let Some(number) = body.strip_prefix('#') {
        let (digits, radix, spelling) = match number.strip_prefix('x') {
            Some(digits) => (digits, 16, Spelling::Hexadecimal),
            None => (number, 10, Spelling::Decimal),
        };
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let number = u32::from_str_radix(digits, radix).ok().filter(|_| is_number);
        return match number.and_then(char::from_u32) {
            Some(c) => character(c, spelling),
            None => Err(format!("`&{body};` is no character")),
        };
    }
    match body {
        "amp" => character('&', Spelling::Name),
        "lt" => character('<', Spelling::Name),
        "gt" => character('>', Spelling::Name),
        "quot" => character('"', Spelling::Name),
        "apos" => character('\'', Spelling::Name),
        name if name.starts_with(is_name_start) && name.chars().all(is_name) => {
            Ok((Reference::Entity(name), end + 1))
        }
        _ => Err(bad()),
    }
}
