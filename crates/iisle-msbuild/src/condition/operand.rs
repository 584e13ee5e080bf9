//! What a text is taken for in a comparison.

use crate::version::NetVersion;

/// The boolean words.
pub(super) fn boolean(text: &str) -> Option<bool> {
    const TRUE: [&str; 6] = ["true", "on", "yes", "!false", "!off", "!no"];
    const FALSE: [&str; 6] = ["false", "off", "no", "!true", "!on", "!yes"];
    let is_one_of = |words: [&str; 6]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(TRUE) {
        Some(true)
    } else if is_one_of(FALSE) {
        Some(false)
    } else {
        None
    }
}

/// A decimal number without exponent, or `0x` with at most 32 bits in two's complement.
pub(super) fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u32::from_str_radix(digits, 16).ok().filter(|_| valid)?;
        return Some(f64::from(bits.cast_signed()));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|byte| *byte == b'.').count();
    if digits == 0 || points > 1 || digits + points != unsigned.len() {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

pub(super) fn version(text: &str) -> Option<NetVersion> {
    NetVersion::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        for (text, value) in [("1.10", 1.1), ("+.5", 0.5), ("1.", 1.0), ("0xFFFFFFFF", -1.0)] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", " 1", "1 ", "1e3", "1,000", "0x", "0xG", "0x100000000", "-", ".", "1.2.3"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
