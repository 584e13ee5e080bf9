//! What .NET does otherwise: see [`Dialect::DotNet`](super::Dialect::DotNet).

use super::axis::Axis;
use super::expression::{Expression, Path, Predicate, Start, Step};
use super::functions::Function;
use super::number;
use crate::chars::is_space;

/// The number a text says: as the recommendation has it, or an infinity by its name.
pub(crate) fn number_from_text(text: &str) -> f64 {
    let trimmed = text.trim_matches(is_space);
    if trimmed.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if trimmed.eq_ignore_ascii_case("-infinity") {
        f64::NEG_INFINITY
    } else {
        number::from_text(text)
    }
}

/// A number as .NET's format `R` writes it: with an exponent when it has more than 15 digits before
/// the point, zeros at their end among them, or four zeros behind it.
pub(crate) fn number_to_text(number: f64) -> String {
    if !number.is_finite() {
        return number::to_text(number);
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    // One digit, maybe more behind a point, `e`, an exponent: the digits that tell the number.
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let most = i32::try_from(digits.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(15);
    if (-4..most.max(15)).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}E{sign}{:02}", exponent.abs())
}

/// How many UTF-16 code units a text has.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `substring()` by code units.
pub(crate) fn substring(text: &str, from: f64, length: Option<f64>) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let available = super::evaluate::count(units.len());
    let mut start = number::round(from) - 1.0;
    if start.is_nan() || available <= start {
        return String::new();
    }
    let mut taken = available - start.max(0.0);
    if let Some(length) = length {
        let mut wanted = number::round(length);
        if start < 0.0 || wanted < 0.0 {
            wanted += start;
            if wanted.is_nan() || wanted <= 0.0 {
                return String::new();
            }
            start = 0.0;
            taken = available;
        }
        if wanted.is_nan() {
            return String::new();
        }
        taken = taken.min(wanted);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are whole and within the length of the text"
    )]
    let (start, taken) = (start.max(0.0) as usize, taken as usize);
    String::from_utf16_lossy(&units[start..start + taken])
}

/// `translate()` by code units.
pub(crate) fn translate(text: &str, from: &str, to: &str) -> String {
    let from: Vec<u16> = from.encode_utf16().collect();
    let to: Vec<u16> = to.encode_utf16().collect();
    let replaced = |unit: u16| match from.iter().position(|known| *known == unit) {
        None => Some(unit),
        Some(index) => to.get(index).copied(),
    };
    let units: Vec<u16> = text.encode_utf16().filter_map(replaced).collect();
    String::from_utf16_lossy(&units)
}

/// Makes of a path what .NET makes of it: where the nodes of a step come out of order, it sorts
/// them, and behind that a position counts nodes that stand alone, unless the first predicate asks
/// for one.
pub(crate) fn split(start: &mut Start, steps: &mut Vec<Step>) {
    let mut nested = match start {
        Start::Nodes(nodes) => may_nest(nodes),
        Start::Context | Start::Root => false,
    };
    let mut index = 0;
    while let Some(step) = steps.get_mut(index) {
        let is_sorted = nested
            && matches!(
                step.axis,
                Axis::Descendant | Axis::DescendantOrSelf | Axis::FollowingSibling
            );
        let positional = step.predicates.iter().position(Predicate::is_positional);
        nested |= makes_nested(step.axis);
        index += 1;
        if is_sorted && positional.is_some_and(|at| at > 0) {
            let predicates = std::mem::take(&mut step.predicates);
            let rest = steps.split_off(index);
            let before = std::mem::replace(steps, rest);
            let path = Path::new(std::mem::replace(start, Start::Context), before);
            let inner = Box::new(Expression::Path(path));
            *start = Start::Nodes(Box::new(Expression::FilterEach(inner, predicates)));
            index = 0;
        }
    }
}

/// Whether a step may give nodes that stand above one another, whatever it starts from.
fn makes_nested(axis: Axis) -> bool {
    matches!(
        axis,
        Axis::Ancestor
            | Axis::AncestorOrSelf
            | Axis::Descendant
            | Axis::DescendantOrSelf
            | Axis::Following
            | Axis::Preceding
    )
}

/// Whether .NET expects a node set to hold nodes that stand above one another.
fn may_nest(nodes: &Expression) -> bool {
    match nodes {
        Expression::Union(_) | Expression::Call(Function::Id, _) => true,
        Expression::Filter(inner, _) | Expression::FilterEach(inner, _) => may_nest(inner),
        Expression::Path(Path { start, steps, flow: _ }) => {
            steps.iter().any(|step| makes_nested(step.axis))
                || matches!(start, Start::Nodes(inner) if may_nest(inner))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{number_to_text, substring};

    #[test]
    fn long_and_tiny_numbers_have_exponents() {
        let texts = [
            (1e15, "1E+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (123_456_789_012_345_680.0, "1.2345678901234568E+17"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25E-05"),
            (-1e100, "-1E+100"),
            (-0.0, "-0"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, text) in texts {
            assert_eq!(number_to_text(number), text);
        }
    }

    #[test]
    fn substrings_are_cut_by_code_units_and_from_the_start_for_a_negative_length() {
        assert_eq!(substring("12345", 3.0, Some(-1.0)), "1");
        assert_eq!(substring("12345", 0.0, Some(3.0)), "12");
        assert_eq!(substring("12345", 1.5, Some(2.6)), "234");
        assert_eq!(substring("12345", f64::NEG_INFINITY, Some(f64::INFINITY)), "");
        assert_eq!(substring("😀a", 2.0, None), "\u{fffd}a");
    }
}
