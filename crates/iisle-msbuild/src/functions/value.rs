use super::{FunctionError, time};
use crate::escape::escape;
use crate::version::NetVersion;

/// What an expression evaluates to before it becomes text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    /// Escaped text.
    Text(String),
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Char(char),
    /// Items, not escaped.
    List(Vec<String>),
    Version(NetVersion),
    Match(Box<MatchValue>),
    Groups(Box<MatchValue>),
    Group(GroupValue),
    /// A point in time, in ticks since the year 1.
    Time(i64),
    /// A length of time, in ticks.
    Span(i64),
    /// A folder or file, absolute.
    Directory(String),
    /// A value of an enumeration or of a type whose only use is its text.
    Named(String),
}

/// A match of a regular expression.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct MatchValue {
    pub(crate) groups: Vec<GroupValue>,
    pub(crate) names: Vec<Option<String>>,
}

/// A group of a match.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct GroupValue {
    pub(crate) success: bool,
    pub(crate) text: String,
    /// In UTF-16 units.
    pub(crate) index: i32,
}

impl Value {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(escape(text.as_ref()).into_owned())
    }

    /// The escaped text of the value.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text,
            Self::List(items) => {
                let mut joined = String::new();
                for item in items {
                    // Empty items at the front leave no separator: the engine does it so.
                    if !joined.is_empty() {
                        joined.push(';');
                    }
                    joined.push_str(&escape(&item));
                }
                joined
            }
            other => other.plain(),
        }
    }

    /// The text of a single object, as .NET's invariant `ToString`.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) | Self::Named(text) | Self::Directory(text) => text.clone(),
            Self::Time(ticks) => time::shown(*ticks),
            Self::Span(ticks) => time::span_shown(*ticks),
            Self::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Long(value) => value.to_string(),
            Self::Double(value) => double_text(*value),
            Self::Char(value) => value.to_string(),
            Self::List(_) => "System.String[]".to_owned(),
            Self::Version(version) => version.to_string(),
            Self::Match(found) => {
                found.groups.first().map(|group| group.text.clone()).unwrap_or_default()
            }
            Self::Groups(_) => "System.Text.RegularExpressions.GroupCollection".to_owned(),
            Self::Group(group) => group.text.clone(),
        }
    }
}

/// .NET's shortest round-trip text.
pub(crate) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-5..1e15).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}E{sign}{exponent:0>2}");
    }
    format!("{value}")
}

/// An argument, escapes decoded; `None` is the null reference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arg {
    Null,
    Text(String),
    /// The typed result of a nested call.
    Typed(Value),
}

impl Arg {
    /// The text, for members that take a string.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.clone()),
            Self::Typed(value) => Some(value.plain()),
        }
    }

    pub(crate) fn as_int(&self) -> Option<i32> {
        let text = match self {
            Self::Null => return None,
            Self::Text(text) => text.trim().to_owned(),
            Self::Typed(value) => value.plain(),
        };
        text.strip_prefix('+').unwrap_or(&text).parse().ok()
    }
}

/// Why a call gives no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The engine refuses it too.
    Error(FunctionError),
    /// The engine can, we cannot.
    Unsupported(String),
}

impl From<FunctionError> for Failure {
    fn from(error: FunctionError) -> Self {
        Self::Error(error)
    }
}

impl Failure {
    pub(crate) fn fails(reason: impl Into<String>) -> Self {
        Self::Error(FunctionError::fails(reason))
    }

    /// No member takes these arguments.
    pub(crate) fn no_member(member: &str, names_type: bool) -> Self {
        Self::Error(FunctionError::NoMember { member: member.to_owned(), names_type })
    }

    /// The failure of a call in this expression: `::` anywhere in it speaks of a static member.
    ///
    /// Source: dotnet/msbuild, `Expander.Function.Execute`.
    pub(crate) fn of_call(self, expression: &str) -> Self {
        match self {
            Self::Error(FunctionError::NoMember { member, names_type }) => {
                Self::no_member(&member, names_type || expression.contains("::"))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_dotnet_writes_them() {
        for (value, text) in [
            (7.5, "7.5"),
            (2.0, "2"),
            (1e15, "1E+15"),
            (1.5e-7, "1.5E-07"),
            (123_456_789.125, "123456789.125"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(double_text(value), text);
        }
    }

    #[test]
    fn lists_are_joined_with_their_items_escaped() {
        let list = |items: &[&str]| Value::List(items.iter().map(|&s| s.to_owned()).collect());
        assert_eq!(list(&["a;b", "", "c"]).into_text(), "a%3bb;;c");
        assert_eq!(list(&["", "a"]).into_text(), "a");
    }
}
