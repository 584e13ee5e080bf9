//! Numbers as XPath reads, rounds and writes them.

use crate::chars::is_space;

/// The number a text says; NaN when it says none (section 4.4, `number()`).
///
/// White space around, a minus sign, digits with at most one point among them; no plus sign, no
/// exponent, no names of special values.
pub(crate) fn from_text(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if is_number(digits) { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// Digits with at most one point, and at least one digit (production 30).
fn is_number(text: &str) -> bool {
    let mut points = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    digits > 0 && points <= 1
}

/// A number as text: never an exponent, as many digits behind the point as tell it from its
/// neighbors, no sign for zero (section 4.2, `string()`).
pub(crate) fn to_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// The nearest integer, of two the greater; what is in `-0.5..=-0.0` becomes negative zero, and
/// numbers without fraction stay as they are (section 4.4, `round()`).
pub(crate) fn round(number: f64) -> f64 {
    let down = number.floor();
    // `number + 0.5` would be wrong for 0.49999999999999994 and for large odd numbers.
    if number - down < 0.5 {
        down.copysign(if down == 0.0 { number } else { down })
    } else {
        number.ceil()
    }
}
