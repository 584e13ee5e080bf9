//! `SetTokenizedAttributes`: as `SetAttributes`, with `$(name)` in the values replaced by other
//! attributes.

use iisle_xml::xpath::XNode;

use super::attributes::{named, own_attribute, qualified, told, value};
use super::execution::Execution;
use crate::Code;
use crate::directive::is_word;
use crate::fault::{Fault, Stop};
use crate::policy::Failures;
use crate::target::Target;

pub(super) fn set<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    let copy = execution.copy()?;
    let list = named(execution, &XNode::Tree(copy))?;
    for attribute in &list {
        let (from, index) = own_attribute(attribute)?;
        let element = execution.target_element("NullReferenceException")?;
        let name = qualified(execution, from, index);
        let value = substituted(execution, element, copy, &name, &value(execution, from, index))?;
        execution.engine.target.set_attribute(element, from, index, &value)?;
        execution.trace(Code::SetAttribute, name);
    }
    told(execution, list.len());
    Ok(())
}

/// A value with its tokens replaced.
fn substituted<T: Target>(
    execution: &mut Execution<'_, '_, T>,
    element: T::Node,
    copy: T::Node,
    current: &str,
    value: &str,
) -> Result<String, Fault> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("$(") {
        let (before, token) = rest.split_at(at);
        out.push_str(before);
        let Some(name) = token_name(token) else {
            // Not a token, though its first character looks like one.
            out.push('$');
            rest = &token[1..];
            continue;
        };
        rest = &token[name.len() + 3..];
        let known = find(execution, element, name).or_else(|| {
            // Of itself an attribute knows nothing.
            if name.to_lowercase() == current.to_lowercase() {
                None
            } else {
                find(execution, copy, name)
            }
        });
        match (known, execution.engine.policy.failures) {
            (Some(known), Failures::Exceptions) => out += &known.replace('\'', "&apos;"),
            (Some(known), Failures::Explained) => out += &known,
            (None, Failures::Exceptions) => {
                return Err(Fault::exception("NullReferenceException"));
            }
            (None, Failures::Explained) => {
                execution.warn(Code::TokenUnknown, [name.to_owned()]);
                out += &token[..name.len() + 3];
            }
        }
    }
    Ok(out + rest)
}

/// The name in `$(name)` at the start of a text.
fn token_name(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("$(")?;
    let end = inner.find(|c| !is_word(c) && c != ':' && c != '.')?;
    (end > 0 && inner[end..].starts_with(')')).then(|| &inner[..end])
}

/// The value of the attribute of that name, as written.
fn find<T: Target>(
    execution: &Execution<'_, '_, T>,
    element: T::Node,
    name: &str,
) -> Option<String> {
    let target = &execution.engine.target;
    let mut all = (0..).map_while(|index| target.attribute(element, index));
    all.find(|attribute| attribute.name.qualified == name)
        .map(|attribute| attribute.value.into_owned())
}
