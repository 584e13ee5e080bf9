//! Members of the objects that functions return.

use super::{Arg, Failure, FunctionError, Value, World, file_system, number, text, time};
use crate::escape::unescape;

/// Calls a member, its name in any letter case.
pub(crate) fn call_instance(
    world: &World<'_>,
    receiver: &Value,
    member: &str,
    args: &[Arg],
) -> Result<Value, Failure> {
    let name = member.to_ascii_lowercase();
    match receiver {
        Value::Time(ticks) => time::member(*ticks, &name, args),
        Value::Span(ticks) => time::span_member(*ticks, &name, args),
        Value::Directory(path) => file_system::folder_member(world, path, &name, args),
        other => call_plain(other, member, args),
    }
}

/// Calls a member of what knows nothing of the world, such as a text.
pub(crate) fn call_plain(receiver: &Value, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let name = member.to_ascii_lowercase();
    if name == "gettype" {
        let type_name = "System.Object".to_owned();
        let member = member.to_owned();
        return Err(FunctionError::Unavailable { type_name, member }.into());
    }
    if let (Some(value), [argument]) = (comparable(receiver), args)
        && (name == "equals" || name == "compareto")
        && let Some(other) = argument.as_text().and_then(|text| number::parse_double(&text))
    {
        return Ok(if name == "equals" {
            Value::Bool(value.total_cmp(&other).is_eq())
        } else {
            Value::Int(value.total_cmp(&other) as i32)
        });
    }
    match receiver {
        Value::Text(escaped) => text::call(&unescape(escaped), &name, args),
        other => object(other, &name, args),
    }
}

/// The receiver as a number, where the engine compares numbers when the argument is one.
fn comparable(receiver: &Value) -> Option<f64> {
    match receiver {
        Value::Text(text) => number::parse_double(&unescape(text)),
        Value::Int(_) | Value::Long(_) | Value::Double(_) => {
            number::parse_double(&receiver.plain())
        }
        _ => None,
    }
}

fn object(receiver: &Value, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let count = |len: usize| Value::Int(i32::try_from(len).unwrap_or(i32::MAX));
    let value = match (receiver, member, args) {
        (Value::Version(version), "major", []) => Some(Value::Int(version.major)),
        (Value::Version(version), "minor", []) => Some(Value::Int(version.minor)),
        (Value::Version(version), "build", []) => Some(Value::Int(version.build)),
        (Value::Version(version), "revision", []) => Some(Value::Int(version.revision)),
        (Value::Version(version), "tostring", [parts]) => {
            parts.as_int().and_then(|parts| version.show(parts)).map(Value::text)
        }
        (Value::List(items), "length" | "count" | "get_length", []) => Some(count(items.len())),
        (Value::List(items), "getvalue" | "get_item", [at]) => {
            let at = at.as_int().and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| items.get(at)).map(Value::text)
        }
        (Value::Match(found), "groups", []) => Some(Value::Groups(found.clone())),
        (Value::Match(found), "value" | "success" | "index" | "length", []) => {
            return match found.groups.first() {
                Some(group) => object(&Value::Group(group.clone()), member, args),
                None => Err(Failure::no_member(member, false)),
            };
        }
        (Value::Groups(found), "count", []) => Some(count(found.groups.len())),
        (Value::Groups(found), "get_item", [at]) => {
            let named = at.as_text().unwrap_or_default();
            let by_name =
                || found.names.iter().position(|name| name.as_deref() == Some(named.as_str()));
            let at = at.as_int().and_then(|at| usize::try_from(at).ok()).or_else(by_name);
            let group = at.and_then(|at| found.groups.get(at)).cloned().unwrap_or_default();
            Some(Value::Group(group))
        }
        (Value::Group(group), "value", []) => Some(Value::text(&group.text)),
        (Value::Group(group), "success", []) => Some(Value::Bool(group.success)),
        (Value::Group(group), "index", []) => Some(Value::Int(group.index)),
        (Value::Group(group), "length", []) => Some(count(group.text.encode_utf16().count())),
        (Value::List(_), "tostring", []) => Some(Value::text("System.String[]")),
        (_, "tostring", []) => Some(Value::text(receiver.plain())),
        (Value::Int(_) | Value::Long(_) | Value::Double(_), "tostring", [format]) => {
            return formatted(receiver, &format.as_text().unwrap_or_default());
        }
        (_, "equals", [other]) => {
            Some(Value::Bool(other.as_text().is_some_and(|other| other == receiver.plain())))
        }
        (_, "gethashcode", _) => {
            return Err(Failure::Unsupported("a hash code".to_owned()));
        }
        _ => None,
    };
    value.ok_or_else(|| Failure::no_member(member, false))
}

/// The number formats in use: `D4`, `X2`, `00`.
fn formatted(receiver: &Value, format: &str) -> Result<Value, Failure> {
    let unsupported = || Failure::Unsupported(format!("the number format `{format}`"));
    let (Value::Int(_) | Value::Long(_)) = receiver else { return Err(unsupported()) };
    let number: i64 = receiver.plain().parse().map_err(|_| unsupported())?;
    if format.is_empty() {
        return Ok(Value::text(number.to_string()));
    }
    let all_zero = format.bytes().all(|byte| byte == b'0');
    let (kind, width) = match format.split_at_checked(1) {
        _ if all_zero => ("D", format.len()),
        Some((kind, width)) if width.len() < 3 => (kind, width.parse().unwrap_or(0)),
        _ => return Err(unsupported()),
    };
    if width > 100 || number < 0 && kind.eq_ignore_ascii_case("x") {
        return Err(unsupported());
    }
    match kind {
        "D" | "d" => {
            let sign = if number < 0 { "-" } else { "" };
            Ok(Value::text(format!("{sign}{:0>width$}", number.unsigned_abs())))
        }
        "X" => Ok(Value::text(format!("{number:0>width$X}"))),
        "x" => Ok(Value::text(format!("{number:0>width$x}"))),
        _ => Err(unsupported()),
    }
}
