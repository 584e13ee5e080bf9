//! References to items: `@(Type)`, transforms and item functions.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::item::WorkItem;
use super::store::Store;
use crate::Problem;
use crate::escape::{escape, unescape};
use crate::functions::{Arg, Failure, Value, call_plain};
use crate::paths::Style;

/// A reference, split into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference {
    item_type: String,
    steps: Vec<Step>,
    separator: Option<String>,
    /// The bytes it takes, `@(` to `)`.
    length: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Transform(String),
    Call { name: String, arguments: Vec<String> },
}

/// Why a reference gives nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It names something we do not evaluate.
    NotEvaluated(String),
    /// The engine refuses it too.
    Refused(Box<Problem>),
}

/// Splits an Include at semicolons that stand outside of references; blanks are dropped.
///
/// A reference ends at its first parenthesis outside of quotes, even where that closes a call.
///
/// Source: dotnet/msbuild, `SemiColonTokenizer`.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let (mut inside, mut quoted) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            ';' if !inside => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            '@' => inside |= text[at + 1..].starts_with('('),
            ')' => inside &= quoted,
            '\'' if inside => quoted = !quoted,
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Reads `@(…)` at the beginning of a text.
fn parse(text: &str) -> Option<Reference> {
    let body = text.strip_prefix("@(")?;
    let mut rest = body.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    // `->` may follow the name directly, and `-` is part of names.
    let end =
        if rest[..end].ends_with('-') && rest[end..].starts_with('>') { end - 1 } else { end };
    let item_type = rest[..end].to_owned();
    if item_type.is_empty() {
        return None;
    }
    rest = rest[end..].trim_start();
    let mut steps = Vec::new();
    while let Some(tail) = rest.strip_prefix("->") {
        rest = tail.trim_start();
        if let Some(quoted) = rest.strip_prefix('\'') {
            let end = quoted.find('\'')?;
            steps.push(Step::Transform(quoted[..end].to_owned()));
            rest = quoted[end + 1..].trim_start();
        } else {
            let open = rest.find('(')?;
            let name = rest[..open].trim().to_owned();
            let valid =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !valid {
                return None;
            }
            let (arguments, length) = arguments(&rest[open + 1..])?;
            steps.push(Step::Call { name, arguments });
            rest = rest[open + 1 + length..].trim_start();
        }
    }
    let mut separator = None;
    if let Some(tail) = rest.strip_prefix(',') {
        let quoted = tail.trim_start().strip_prefix('\'')?;
        let end = quoted.find('\'')?;
        separator = Some(quoted[..end].to_owned());
        rest = quoted[end + 1..].trim_start();
    }
    let rest = rest.strip_prefix(')')?;
    Some(Reference { item_type, steps, separator, length: text.len() - rest.len() })
}

/// The arguments up to the closing parenthesis, and the bytes they take with it.
fn arguments(text: &str) -> Option<(Vec<String>, usize)> {
    let mut all = Vec::new();
    let (mut quote, mut open, mut start) = (None, 0usize, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '\'' | '`' | '"') => quote = Some(c),
            (None, '(') => open += 1,
            (None, ')') if open > 0 => open -= 1,
            (None, ')') => {
                let last = &text[start..at];
                if !(all.is_empty() && last.trim().is_empty()) {
                    all.push(unquoted(last));
                }
                return Some((all, at + 1));
            }
            (None, ',') if open == 0 => {
                all.push(unquoted(&text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['\'', '`', '"'] {
        if text.len() > 1 && text.starts_with(quote) && text.ends_with(quote) {
            return text[1..text.len() - 1].to_owned();
        }
    }
    text.to_owned()
}

/// Whether a reference to items stands anywhere in the text.
pub(crate) fn holds_reference(text: &str) -> bool {
    text.match_indices("@(").any(|(at, _)| parse(&text[at..]).is_some())
}

/// Whether the text is one reference and nothing else.
pub(super) fn is_reference(text: &str) -> bool {
    parse(text).is_some_and(|reference| reference.length == text.len())
}

/// The items a reference stands for; one with a separator of its own is a single text.
pub(super) fn items(store: &Store, text: &str) -> Result<Vec<WorkItem>, Trouble> {
    let Some(reference) = parse(text) else {
        return Err(Trouble::NotEvaluated(format!("the item reference `{text}`")));
    };
    if reference.separator.is_some() {
        let joined = expand(store, text)?;
        let item = (!joined.is_empty()).then(|| store.text_item(&joined));
        return Ok(item.into_iter().collect());
    }
    let mut found = evaluate(store, &reference)?;
    found.retain(|item| !item.include.is_empty());
    if !reference.steps.is_empty() {
        // What became another file was found by no pattern.
        let known: BTreeSet<&str> =
            store.items(&reference.item_type).iter().map(|item| item.include.as_str()).collect();
        for item in found.iter_mut().filter(|item| !known.contains(item.include.as_str())) {
            item.recursive_dir.clear();
        }
    }
    Ok(found)
}

/// Replaces every reference in a text by its items, joined.
pub(super) fn expand(store: &Store, text: &str) -> Result<String, Trouble> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("@(") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(reference) = parse(rest) else {
            out.push_str("@(");
            rest = &rest[2..];
            continue;
        };
        // Transforms that gave nothing keep their places in a text.
        let found = evaluate(store, &reference)?;
        let separator = reference.separator.as_deref().unwrap_or(";");
        let includes: Vec<&str> = found.iter().map(|item| item.include.as_str()).collect();
        out.push_str(&includes.join(separator));
        rest = &rest[reference.length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Runs the steps one after the other. What became empty is passed by from then on, but keeps
/// its place and counts.
fn evaluate(store: &Store, reference: &Reference) -> Result<Vec<WorkItem>, Trouble> {
    let style = store.style;
    let mut found: Vec<WorkItem> = store.items(&reference.item_type).to_vec();
    for step in &reference.steps {
        found = match step {
            Step::Transform(transform) => {
                if let Some(name) = qualified(transform).filter(|_| !found.is_empty()) {
                    let problem = Problem::QualifiedMetadata { name };
                    return Err(Trouble::Refused(Box::new(problem)));
                }
                let step = |mut item: WorkItem| {
                    if item.include.is_empty() {
                        return item;
                    }
                    item.include = metadata(transform, &item, &reference.item_type, style);
                    item
                };
                found.into_iter().map(step).collect()
            }
            Step::Call { name, arguments } => call(found, store, name, arguments)?,
        };
        for item in &mut found {
            item.full = store.full(&item.include);
        }
    }
    Ok(found)
}

/// Metadata with the name of a type in front, which transforms may not hold.
fn qualified(transform: &str) -> Option<String> {
    let found = std::cell::RefCell::new(None);
    replace_metadata(transform, |qualifier, name| {
        if let Some(qualifier) = qualifier {
            found.borrow_mut().get_or_insert_with(|| format!("%({qualifier}.{name})"));
        }
        String::new()
    });
    found.into_inner()
}

/// Replaces `%(Name)` and `%(Type.Name)` by the metadata of an item.
///
/// What stands inside of `@(…)` belongs to the items named there and is left.
pub(super) fn metadata(text: &str, item: &WorkItem, item_type: &str, style: Style) -> String {
    let value = |qualifier: Option<&str>, name: &str| match qualifier {
        Some(other) if !other.eq_ignore_ascii_case(item_type) => String::new(),
        _ => item.value(name, style),
    };
    let mut out = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest[from..].find("@(") {
        let at = from + found;
        let Some(reference) = parse(&rest[at..]) else {
            from = at + 2;
            continue;
        };
        let end = at + reference.length;
        out.push_str(&replace_metadata(&rest[..at], value));
        out.push_str(&rest[at..end]);
        rest = &rest[end..];
        from = 0;
    }
    out.push_str(&replace_metadata(rest, value));
    out
}

pub(super) fn replace_metadata(text: &str, value: impl Fn(Option<&str>, &str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("%(") {
        let body = &rest[at + 2..];
        let Some(end) = body.find(')') else { break };
        let name = body[..end].trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(plain) {
            out.push_str(&rest[..at + 2]);
            rest = body;
            continue;
        }
        out.push_str(&rest[..at]);
        out.push_str(&match name.split_once('.') {
            Some((qualifier, name)) => value(Some(qualifier), name),
            None => value(None, name),
        });
        rest = &body[end + 1..];
    }
    out.push_str(rest);
    out
}

fn call(
    found: Vec<WorkItem>,
    store: &Store,
    name: &str,
    arguments: &[String],
) -> Result<Vec<WorkItem>, Trouble> {
    let style = store.style;
    let lower = name.to_ascii_lowercase();
    let value_is = |item: &WorkItem, name: &str, wanted: &str| {
        unescape(&item.value(name, style)).eq_ignore_ascii_case(wanted)
    };
    Ok(match (lower.as_str(), arguments) {
        ("count", []) => vec![store.text_item(&found.len().to_string())],
        ("distinct", []) => distinct(found, str::to_lowercase),
        ("distinctwithcase", []) => distinct(found, str::to_owned),
        ("reverse", []) => found.into_iter().rev().collect(),
        ("clearmetadata", []) => {
            found.into_iter().map(|item| WorkItem { metadata: Vec::new(), ..item }).collect()
        }
        ("hasmetadata", [name]) => {
            found.into_iter().filter(|item| !item.value(name, style).is_empty()).collect()
        }
        ("withmetadatavalue", [name, wanted]) => {
            found.into_iter().filter(|item| value_is(item, name, wanted)).collect()
        }
        ("withoutmetadatavalue", [name, wanted]) => {
            found.into_iter().filter(|item| !value_is(item, name, wanted)).collect()
        }
        ("anyhavemetadatavalue", [name, wanted]) => {
            let any = found.iter().any(|item| value_is(item, name, wanted));
            vec![store.text_item(if any { "true" } else { "false" })]
        }
        ("metadata", [name]) => {
            found.into_iter().flat_map(|item| values(item, name, style)).collect()
        }
        (
            "fullpath" | "rootdir" | "filename" | "extension" | "relativedir" | "directory"
            | "identity",
            [],
        ) => found
            .into_iter()
            .map(|item| match &*item.include {
                "" => item,
                _ => WorkItem { include: item.value(&lower, style), ..item },
            })
            .collect(),
        ("directoryname", []) => found
            .into_iter()
            .map(|item| {
                let folder = style.directory(&item.full).unwrap_or_default().to_owned();
                WorkItem { include: escape(&folder).into_owned(), ..item }
            })
            .collect(),
        ("exists" | "combine" | "getpathsofalldirectoriesabove", _) => {
            return Err(Trouble::NotEvaluated(format!("the item function `{name}`")));
        }
        _ => text_function(found, name, arguments)?,
    })
}

/// An item for every part of a list in metadata; without a part one that is empty.
fn values(item: WorkItem, name: &str, style: Style) -> Vec<WorkItem> {
    let value = if item.include.is_empty() { String::new() } else { item.value(name, style) };
    let parts: Vec<&str> = value.split(';').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return vec![WorkItem { include: String::new(), ..item }];
    }
    let with = |part: &str| WorkItem { include: part.to_owned(), ..item.clone() };
    parts.into_iter().map(with).collect()
}

fn distinct(found: Vec<WorkItem>, key: impl Fn(&str) -> String) -> Vec<WorkItem> {
    let mut seen = BTreeSet::new();
    found.into_iter().filter(|item| seen.insert(key(&unescape(&item.include)))).collect()
}

/// Members of `System.String` work on every identity.
fn text_function(
    found: Vec<WorkItem>,
    name: &str,
    arguments: &[String],
) -> Result<Vec<WorkItem>, Trouble> {
    let args: Vec<Arg> =
        arguments.iter().map(|text| Arg::Text(unescape(text).into_owned())).collect();
    let mut results = Vec::new();
    for item in found {
        if item.include.is_empty() {
            results.push(item);
            continue;
        }
        let result = call_plain(&Value::Text(item.include.clone()), name, &args);
        match result {
            Ok(value) => results.push(WorkItem { include: value.into_text(), ..item }),
            Err(Failure::Error(source)) => {
                let expression = format!("->{name}({})", arguments.join(", "));
                return Err(Trouble::Refused(Box::new(Problem::Function { expression, source })));
            }
            Err(Failure::Unsupported(_)) => {
                return Err(Trouble::NotEvaluated(format!("the item function `{name}`")));
            }
        }
    }
    Ok(results)
}

/// A shared name for metadata.
pub(super) fn shared(text: &str) -> Arc<str> {
    text.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn semicolons_in_references_do_not_split() {
        assert_eq!(split(" a ; b;;@(C->'%(X);y', ';') ;d"), ["a", "b", "@(C->'%(X);y', ';')", "d"]);
        assert_eq!(split("@(A;b"), ["@(A;b"]);
        assert_eq!(split("@(A->Trim()->'x;y');b"), ["@(A->Trim()->'x", "y')", "b"]);
        assert!(is_reference("@(A-B->Distinct())") && !is_reference("x@(A)"));
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in "[@()>'\\-A;, %$é]{0,60}") {
            let parts = split(&text);
            prop_assert!(parts.iter().all(|part| !part.trim().is_empty()));
        }
    }
}
