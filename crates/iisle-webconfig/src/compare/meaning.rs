//! What two attributes or elements have in common in meaning, whatever their spelling.

use std::borrow::Cow;

use crate::hosting::HostingModel;
use crate::model::{Element, HostKind};
use crate::schema::{self, ValueKind, parse_time_span};

/// Attributes whose default is known outside the process managers' sections: element, attribute,
/// default.
///
/// Source: Microsoft Learn, IIS configuration reference, `location` and `handlers/add`.
const DEFAULTS: [(&str, &str, &str); 9] = [
    ("location", "inheritInChildApplications", "true"),
    ("location", "allowOverride", "true"),
    ("location", "path", ""),
    ("add", "resourceType", "Unspecified"),
    ("add", "requireAccess", "Script"),
    ("add", "preCondition", ""),
    ("add", "scriptProcessor", ""),
    ("add", "allowPathInfo", "false"),
    ("applicationInitialization", "doAppInitAfterRestart", "false"),
];

/// Names of attributes that tell the entries of a collection apart, in the order they are tried.
const KEYS: [&str; 6] = ["name", "key", "path", "statusCode", "fileExtension", "id"];

/// Collections in which the order of entries means nothing as long as their keys differ.
const UNORDERED: [&str; 5] = [
    "environmentVariables",
    "handlerSettings",
    "appSettings",
    "connectionStrings",
    "customHeaders",
];

fn section(element: &Element) -> Option<HostKind> {
    [HostKind::AspNetCore, HostKind::HttpPlatform]
        .into_iter()
        .find(|kind| kind.section() == element.name)
}

/// The value that holds where the attribute is absent.
pub(super) fn default(element: &Element, name: &str) -> Option<&'static str> {
    if let Some(kind) = section(element) {
        let mut known = schema::attributes(kind).iter();
        return known.find(|known| known.name == name)?.default;
    }
    let mut known = DEFAULTS.iter();
    // `name` of `add` in `handlers` alone would be better known, but these are absent elsewhere.
    known.find(|(owner, own, _)| *owner == element.name && *own == name).map(|(_, _, value)| *value)
}

/// A value in the form in which equal meanings are equal texts.
pub(super) fn normal<'a>(element: &Element, name: &str, value: &'a str) -> Cow<'a, str> {
    let kind = section(element).and_then(|kind| {
        let mut known = schema::attributes(kind).iter();
        Some(known.find(|known| known.name == name)?.kind)
    });
    match (kind, element.name.as_str(), name) {
        (Some(ValueKind::Boolean), ..) => value.to_ascii_lowercase().into(),
        (Some(ValueKind::Number { .. }), ..) => {
            value.parse::<u32>().map_or(value.into(), |number| number.to_string().into())
        }
        (Some(ValueKind::TimeSpan), ..) => {
            parse_time_span(value).map_or(value.into(), |span| schema::time_span(span).into())
        }
        (Some(ValueKind::Model), ..) if value.is_empty() => {
            HostingModel::OutOfProcess.word().into()
        }
        (Some(ValueKind::Model), ..) => {
            HostingModel::parse(value).map_or(value.into(), |model| model.word().into())
        }
        (None, "location", "path") if value == "." => "".into(),
        _ if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => {
            value.to_ascii_lowercase().into()
        }
        _ => value.into(),
    }
}

/// Whether an attribute of the module's section holds a switch, number or word.
pub(super) fn is_plain(element: &Element, name: &str) -> bool {
    let known = section(element).and_then(|kind| {
        let mut known = schema::attributes(kind).iter();
        known.find(|known| known.name == name)
    });
    known.is_some_and(|known| known.kind != ValueKind::Text)
}

/// The attribute that tells an element from its likes, and its value in normal form; names of
/// variables ignore case.
pub(super) fn key(element: &Element) -> Option<(&'static str, String)> {
    if element.name == "location" {
        let path = element.value("path").unwrap_or_default();
        return Some(("path", normal(element, "path", path).into_owned()));
    }
    let (name, value) = KEYS.iter().find_map(|name| Some((*name, element.value(name)?)))?;
    let ignores_case = matches!(
        element.name.as_str(),
        "environmentVariable" | "handlerSetting" | "add" | "remove"
    );
    let value = if ignores_case { value.to_ascii_lowercase() } else { value.to_owned() };
    Some((name, value))
}

/// Whether the order among the entries of a collection means something.
pub(super) fn is_ordered(parent: &Element) -> bool {
    !UNORDERED.contains(&parent.name.as_str())
}

/// Whether an element is an entry of a collection, whose place among the others means something.
pub(super) fn is_entry(element: &Element) -> bool {
    matches!(element.name.as_str(), "add" | "remove" | "clear" | "rule" | "preCondition" | "file")
}
