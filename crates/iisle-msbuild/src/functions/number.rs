//! Arithmetic of the engine, and texts of numbers.

use super::{Arg, Failure, Value};

/// A decimal number as .NET's invariant `Double.Parse` reads it.
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E' | ',');
    if trimmed.is_empty() || !trimmed.chars().all(plain) {
        return None;
    }
    trimmed.replace(',', "").parse().ok()
}

fn as_long(arg: &Arg) -> Option<i64> {
    match arg {
        Arg::Null => Some(0),
        Arg::Text(text) => {
            let text = text.trim();
            text.strip_prefix('+').unwrap_or(text).parse().ok()
        }
        Arg::Typed(Value::Int(value)) => Some(i64::from(*value)),
        Arg::Typed(Value::Long(value)) => Some(*value),
        Arg::Typed(Value::Double(value)) => whole(*value),
        Arg::Typed(other) => other.plain().parse().ok(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 9.0e18).then_some(value as i64)
}

pub(super) fn as_double(arg: &Arg) -> Option<f64> {
    match arg {
        Arg::Null => Some(0.0),
        Arg::Text(text) => parse_double(text),
        Arg::Typed(Value::Double(value)) => Some(*value),
        Arg::Typed(other) => parse_double(&other.plain()),
    }
}

/// `Add` and its kin: in whole numbers when both are, otherwise in doubles.
pub(super) fn arithmetic(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let [first, second] = args else { return Err(Failure::no_member(member, true)) };
    if let (Some(a), Some(b)) = (as_long(first), as_long(second)) {
        let value = match member {
            "add" => a.wrapping_add(b),
            "subtract" => a.wrapping_sub(b),
            "multiply" => a.wrapping_mul(b),
            _ if b == 0 => return Err(Failure::fails("it divides by zero")),
            "divide" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        };
        return Ok(Value::Long(value));
    }
    let (Some(a), Some(b)) = (as_double(first), as_double(second)) else {
        return Err(Failure::no_member(member, true));
    };
    Ok(Value::Double(match member {
        "add" => a + b,
        "subtract" => a - b,
        "multiply" => a * b,
        "divide" => a / b,
        _ => a % b,
    }))
}

/// The bitwise functions, in 32 bits.
pub(super) fn bitwise(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    if let ("bitwisenot", [only]) = (member, args) {
        return only.as_int().map(|value| Value::Int(!value)).ok_or_else(wrong);
    }
    let [first, second] = args else { return Err(wrong()) };
    let (Some(a), Some(b)) = (first.as_int(), second.as_int()) else { return Err(wrong()) };
    let count = b.rem_euclid(32).unsigned_abs();
    Ok(Value::Int(match member {
        "bitwiseor" => a | b,
        "bitwiseand" => a & b,
        "bitwisexor" => a ^ b,
        "leftshift" => a.wrapping_shl(count),
        "rightshift" => a.wrapping_shr(count),
        "rightshiftunsigned" => a.cast_unsigned().wrapping_shr(count).cast_signed(),
        _ => return Err(wrong()),
    }))
}
