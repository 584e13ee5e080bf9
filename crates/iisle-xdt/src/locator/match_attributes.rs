//! `Match(names)`: the element's name, and attributes that have the values they have here.

use super::Path;
use crate::Code;
use crate::arguments::predicate;
use crate::fault::Fault;
use crate::policy::{Literals, Policy};
use crate::script::ScriptElement;

pub(super) fn path<O>(
    parent: &Path,
    index: usize,
    step: String,
    arguments: &[String],
    element: &ScriptElement<O>,
    policy: Policy,
) -> Result<Path, Fault> {
    if arguments.is_empty() {
        return Err(Fault::new(Code::TooFewArgs, ["Match".to_owned(), "1".to_owned()]));
    }
    let tests: Vec<String> = arguments
        .iter()
        .map(|name| {
            let attribute = element
                .attribute(name)
                .ok_or_else(|| Fault::new(Code::MatchAttributeMissing, [name.clone()]))?;
            let value = literal(&attribute.value, policy.literals);
            Ok(format!("@{}={value}", attribute.name.qualified))
        })
        .collect::<Result<_, Fault>>()?;
    Ok(parent.then(step + &predicate(&tests.join(" and "), policy.arguments), index))
}

/// A value as part of an expression.
fn literal(value: &str, rule: Literals) -> String {
    if rule == Literals::Verbatim || !value.contains('\'') {
        return format!("'{value}'");
    }
    if !value.contains('"') {
        return format!("\"{value}\"");
    }
    let pieces: Vec<String> = value.split('\'').map(|piece| format!("'{piece}'")).collect();
    format!("concat({})", pieces.join(", \"'\", "))
}

#[cfg(test)]
mod tests {
    use super::literal;
    use crate::policy::Literals::{Quoted, Verbatim};

    #[test]
    fn a_value_keeps_its_quotes() {
        assert_eq!(literal("a", Quoted), "'a'");
        assert_eq!(literal("it's", Quoted), "\"it's\"");
        assert_eq!(literal("\"it's\"", Quoted), "concat('\"it', \"'\", 's\"')");
        assert_eq!(literal("it's", Verbatim), "'it's'");
    }
}
