//! Expansion of `$(…)`: properties, property functions, and the separators of the host.

use std::cell::RefCell;
use std::path::Path;

use crate::escape::unescape;
use crate::functions::{
    Arg, Failure, FunctionError, Value, World, call_instance, call_static, changes_by_itself,
    fixes_paths, static_type,
};
use crate::options::is_property_name;
use crate::paths::Style;

/// Expressions nested deeper are refused.
const DEEPEST: usize = 40;
/// No expression may become longer than this.
pub(crate) const LONGEST: usize = 1 << 22;

/// Why a value is doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Another property is.
    Property(String),
    /// Something we do not evaluate.
    Unsupported(String),
}

/// Where the values of properties come from.
pub(crate) trait Lookup {
    /// The escaped value of a property and whether it is doubtful; `None` when it was never set.
    fn find(&self, name: &str) -> Option<(&str, bool)>;

    /// The value alone.
    fn value(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(value, _)| value)
    }
}

/// Expands expressions that stand in one file.
pub(crate) struct Expander<'a> {
    pub(crate) world: World<'a>,
    pub(crate) lookup: &'a dyn Lookup,
    /// The file the expression stands in, absolute.
    pub(crate) this_file: &'a str,
    doubts: RefCell<Vec<Doubt>>,
}

impl<'a> Expander<'a> {
    pub(crate) fn new(world: World<'a>, lookup: &'a dyn Lookup, this_file: &'a str) -> Self {
        Self { world, lookup, this_file, doubts: RefCell::new(Vec::new()) }
    }

    /// Takes what made the last expansions doubtful.
    pub(crate) fn take_doubts(&self) -> Vec<Doubt> {
        self.doubts.take()
    }

    pub(crate) fn restore_doubts(&self, doubts: Vec<Doubt>) {
        self.doubts.borrow_mut().extend(doubts);
    }

    fn doubt(&self, doubt: Doubt) {
        self.doubts.borrow_mut().push(doubt);
    }

    /// Expands to escaped text.
    pub(crate) fn expand(&self, text: &str) -> Result<String, FunctionError> {
        Ok(self.typed(text, 0)?.into_text())
    }

    /// Expands the value of a property or an Include: the whole is adjusted once more.
    pub(crate) fn expand_value(&self, text: &str) -> Result<String, FunctionError> {
        let expanded = self.expand(text)?;
        Ok(self.adjust(&expanded).unwrap_or(expanded))
    }

    fn typed(&self, text: &str, depth: usize) -> Result<Value, FunctionError> {
        if depth > DEEPEST {
            return Err(FunctionError::fails(format!("it is nested deeper than {DEEPEST}")));
        }
        if reference(text).is_none() {
            return Ok(Value::Text(text.to_owned()));
        }
        // Most texts with references are one property and nothing else.
        let alone = text.strip_prefix("$(").and_then(|body| body.strip_suffix(')'));
        if let Some(name) = alone.filter(|name| is_property_name(name)) {
            let value = self.property(name);
            return Ok(Value::Text(self.adjust(&value).unwrap_or(value)));
        }
        let mut pieces = Pieces { expander: self, first: None, joined: None };
        let mut at = 0;
        while let Some(found) = reference(&text[at..]) {
            let start = at + found;
            pieces.push(Value::Text(text[at..start].to_owned()))?;
            let Some(reference) = closing_parenthesis(text, start + 2) else {
                pieces.push(Value::Text(text[start..].to_owned()))?;
                at = text.len();
                break;
            };
            pieces.push(self.reference(&text[start + 2..reference.end], &reference, depth)?)?;
            at = reference.end + 1;
        }
        pieces.push(Value::Text(text[at..].to_owned()))?;
        Ok(pieces.finish())
    }

    fn reference(
        &self,
        body: &str,
        found: &Reference,
        depth: usize,
    ) -> Result<Value, FunctionError> {
        let registry = found.has_colon
            && body.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("Registry:"));
        if registry {
            if self.world.host().is_windows() {
                self.doubt(Doubt::Unsupported(format!("the registry: `$({body})`")));
            }
            return Ok(Value::Text(String::new()));
        }
        // Old web projects read this; the engine answers with nothing.
        if body == "Solutions.VSVersion" {
            return Ok(Value::Text(String::new()));
        }
        if !found.may_call {
            return Ok(Value::Text(self.property(body)));
        }
        match self.body(body, None, depth) {
            Ok(value) => Ok(value),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Unsupported(what)) => {
                self.doubt(Doubt::Unsupported(format!("{what} is not evaluated")));
                Ok(Value::Text(String::new()))
            }
        }
    }

    /// The escaped value of a property; empty when it has none.
    pub(crate) fn property(&self, name: &str) -> String {
        if let Some((value, is_doubtful)) = self.lookup.find(name) {
            if is_doubtful {
                self.doubt(Doubt::Property(name.to_owned()));
            }
            return value.to_owned();
        }
        this_file_property(self.world.style(), self.this_file, name).unwrap_or_default()
    }

    /// A reference that may hold calls; `receiver` is what the calls so far gave.
    fn body(&self, body: &str, receiver: Option<Value>, depth: usize) -> Result<Value, Failure> {
        let written = body;
        let body = body.trim();
        if is_property_name(body) {
            return Ok(Value::Text(self.property(written)));
        }
        if body.contains('.') || body.starts_with('[') {
            let call = Call::parse(body, receiver.as_ref())?;
            return self.call(&call, receiver, depth);
        }
        if receiver.is_none()
            && let (Some(open), Some(_)) = (body.find('['), body.find(']'))
        {
            let value = Value::Text(self.property(&body[..open]));
            return self.body(&body[open..], Some(value), depth);
        }
        Err(Failure::fails(format!("`{body}` is no property and no call")))
    }

    fn call(
        &self,
        call: &Call<'_>,
        receiver: Option<Value>,
        depth: usize,
    ) -> Result<Value, Failure> {
        let result = match &call.target {
            Target::Static(name) => {
                let type_name = static_type(name, call.member)?;
                let args = self.arguments(call, fixes_paths(&type_name), depth)?;
                if self.world.request.now.is_some() && changes_by_itself(&type_name, call.member) {
                    let what = format!("`[{name}]::{}` is another one every time", call.member);
                    self.doubt(Doubt::Unsupported(what));
                }
                call_static(&self.world, &type_name, call.member, &args)?
            }
            Target::Property(name) => {
                let value = Value::Text(self.property(name));
                let args = self.arguments(call, false, depth)?;
                call_instance(&self.world, &value, call.member, &args)
                    .map_err(|failure| failure.of_call(call.text))?
            }
            Target::Value => {
                let value = receiver.unwrap_or(Value::Null);
                if value == Value::Null {
                    return Err(Failure::fails("there is nothing to call on"));
                }
                let args = self.arguments(call, false, depth)?;
                let member = match (&value, call.member) {
                    (Value::Text(_), INDEXER) => "get_Chars",
                    (_, INDEXER) => "get_Item",
                    (_, member) => member,
                };
                call_instance(&self.world, &value, member, &args)
                    .map_err(|failure| failure.of_call(call.text))?
            }
        };
        if call.remainder.is_empty() {
            return Ok(result);
        }
        if depth > DEEPEST {
            return Err(Failure::fails(format!("it is nested deeper than {DEEPEST}")));
        }
        if result == Value::Null {
            return Err(Failure::fails("there is nothing to call on"));
        }
        self.body(call.remainder, Some(result), depth + 1)
    }

    fn arguments(
        &self,
        call: &Call<'_>,
        fix_paths: bool,
        depth: usize,
    ) -> Result<Vec<Arg>, Failure> {
        let mut args = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let Some(argument) = argument else {
                args.push(Arg::Null);
                continue;
            };
            let value = self.typed(argument, depth + 1)?;
            args.push(match value {
                Value::Null => Arg::Null,
                Value::Text(text) => {
                    let text = if fix_paths { self.world.style().fix(&text) } else { text };
                    Arg::Text(unescape(&text).into_owned())
                }
                other => Arg::Typed(other),
            });
        }
        Ok(args)
    }

    /// Turns `\` into `/` where the text looks like a path that exists on a Unix host; `None`
    /// when the text stays.
    ///
    /// Source: measured; dotnet/msbuild, `FileUtilities`.
    pub(crate) fn adjust(&self, text: &str) -> Option<String> {
        let style = self.world.style();
        if style == Style::Windows
            || !text.contains('\\')
            || text.starts_with("$(")
            || text.starts_with("@(")
            || text.starts_with("\\\\")
        {
            return None;
        }
        let mut turned = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '/' | '\\' if turned.ends_with('/') => {}
                '\\' => turned.push('/'),
                c => turned.push(c),
            }
        }
        let quoted = turned.len() > 2
            && ['\'', '"']
                .iter()
                .any(|quote| turned.starts_with(*quote) && turned.ends_with(*quote));
        let looked_at = if quoted { &turned[1..turned.len() - 1] } else { &turned };
        let first = looked_at.chars().next()?.len_utf8();
        let exists = match looked_at[first..].find('/') {
            Some(slash) => {
                let folder = style.full(self.world.current_dir, &looked_at[..first + slash]);
                self.world.files.entry(Path::new(&folder)) == Some(crate::EntryKind::Folder)
            }
            None => {
                looked_at.starts_with('/')
                    && (looked_at == "/" || self.world.files.entry(Path::new(looked_at)).is_some())
            }
        };
        exists.then_some(turned)
    }
}

/// Collects the parts of an expression; one part alone keeps its type.
struct Pieces<'e, 'a> {
    expander: &'e Expander<'a>,
    first: Option<Value>,
    joined: Option<String>,
}

impl Pieces<'_, '_> {
    fn push(&mut self, value: Value) -> Result<(), FunctionError> {
        match &value {
            Value::Null => return Ok(()),
            Value::Text(text) if text.is_empty() => return Ok(()),
            _ => {}
        }
        if self.first.is_none() && self.joined.is_none() {
            self.first = Some(value);
            return Ok(());
        }
        let mut joined = match (self.joined.take(), self.first.take()) {
            (Some(joined), _) => joined,
            (None, Some(first)) => self.adjusted(first),
            (None, None) => String::new(),
        };
        joined.push_str(&self.adjusted(value));
        if joined.len() > LONGEST {
            return Err(FunctionError::fails(format!("it becomes longer than {LONGEST} bytes")));
        }
        self.joined = Some(joined);
        Ok(())
    }

    fn adjusted(&self, value: Value) -> String {
        let text = value.into_text();
        self.expander.adjust(&text).unwrap_or(text)
    }

    fn finish(self) -> Value {
        match (self.joined, self.first) {
            (Some(joined), _) => Value::Text(joined),
            (None, Some(Value::Text(text))) => {
                Value::Text(self.expander.adjust(&text).unwrap_or(text))
            }
            (None, Some(value)) => value,
            (None, None) => Value::Text(String::new()),
        }
    }
}

/// The values of `MSBuildThisFile…`.
fn this_file_property(style: Style, file: &str, name: &str) -> Option<String> {
    let rest = name.get(..15).filter(|start| start.eq_ignore_ascii_case("MSBuildThisFile"))?;
    let rest = &name[rest.len()..];
    let folder = || style.directory(file).unwrap_or_default();
    Some(match rest.to_ascii_lowercase().as_str() {
        "" => style.file_name(file).to_owned(),
        "name" => style.stem(file).to_owned(),
        "extension" => style.extension(file).to_owned(),
        "fullpath" => file.to_owned(),
        "directory" => style.with_trailing_separator(folder()),
        "directorynoroot" => {
            let folder = style.with_trailing_separator(folder());
            folder[style.root_len(&folder)..].to_owned()
        }
        _ => return None,
    })
}

/// Where the next reference begins.
fn reference(text: &str) -> Option<usize> {
    // Texts are short: a search that is prepared takes longer than one that is not.
    text.as_bytes().windows(2).position(|pair| pair == b"$(")
}

/// Where a reference ends, and what it may be.
struct Reference {
    /// The index of the closing parenthesis.
    end: usize,
    may_call: bool,
    has_colon: bool,
}

/// Finds the `)` that closes a reference whose body begins at `from`; quotes hide parentheses.
fn closing_parenthesis(text: &str, from: usize) -> Option<Reference> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (from, 1usize);
    let (mut may_call, mut has_colon) = (false, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'`' | b'"' => {
                at += 1;
                at += bytes[at..].iter().position(|other| *other == byte)?;
            }
            b'(' => open += 1,
            b')' => {
                open -= 1;
                if open == 0 {
                    return Some(Reference { end: at, may_call, has_colon });
                }
            }
            b'.' | b'[' | b'$' => may_call = true,
            b':' => has_colon = true,
            _ => {}
        }
        at += 1;
    }
    None
}

const INDEXER: &str = "[]";

#[derive(Debug)]
enum Target<'t> {
    Static(&'t str),
    Property(&'t str),
    Value,
}

/// One call of a chain.
#[derive(Debug)]
struct Call<'t> {
    /// This call and those behind it, as written.
    text: &'t str,
    target: Target<'t>,
    member: &'t str,
    arguments: Vec<Option<String>>,
    remainder: &'t str,
}

impl<'t> Call<'t> {
    fn parse(body: &'t str, receiver: Option<&Value>) -> Result<Self, Failure> {
        let open = body.find('(');
        let root = &body[..open.unwrap_or(body.len())];
        if root.is_empty() {
            return Err(Failure::fails(format!("`{body}` is no call")));
        }
        if receiver.is_none() && root.starts_with('[') {
            let syntax = |reason: &str| FunctionError::Static { reason: reason.to_owned() };
            let end = root.find(']').ok_or_else(|| syntax("expected `]` behind the type"))?;
            let behind = &root[end + 1..];
            let member_at = end + 3;
            if !behind.starts_with("::") || behind.len() == 2 {
                return Err(syntax("expected `::` and a member behind the type").into());
            }
            return Self::member(body, Target::Static(&root[1..end]), open, member_at);
        }
        if receiver.is_some() && body.starts_with('[') {
            let end = body.find(']').ok_or_else(|| Failure::fails("expected `]`"))?;
            let remainder = body[end + 1..].trim();
            if !(remainder.is_empty() || remainder.starts_with(['.', '['])) {
                return Err(Failure::fails(format!("`{remainder}` is no call")));
            }
            let arguments = arguments(&body[1..end])?;
            return Ok(Self {
                text: body,
                target: Target::Value,
                member: INDEXER,
                arguments,
                remainder,
            });
        }
        let Some(dot) = root.find('.') else {
            return Err(Failure::fails(format!("`{body}` is no call")));
        };
        let name = root[..dot].trim();
        let target = match receiver {
            Some(_) => Target::Value,
            None if is_property_name(name) => Target::Property(name),
            None => return Err(Failure::fails(format!("`{name}` is no property name"))),
        };
        Self::member(body, target, open, dot + 1)
    }

    fn member(
        body: &'t str,
        target: Target<'t>,
        open: Option<usize>,
        member_at: usize,
    ) -> Result<Self, Failure> {
        let called = open.filter(|open| !body[member_at..*open].contains('.'));
        let (member, arguments, remainder) = if let Some(open) = called {
            let end = closing_parenthesis(body, open + 1)
                .ok_or_else(|| Failure::fails("the parentheses do not match"))?
                .end;
            let list = &body[open + 1..end];
            let arguments = if list.is_empty() { Vec::new() } else { arguments(list)? };
            (body[member_at..open].trim(), arguments, body[end + 1..].trim())
        } else {
            let rest = &body[member_at..];
            let dot = rest.find('.');
            let bracket = rest.find('[').filter(|bracket| dot.is_some_and(|dot| *bracket < dot));
            let end = bracket.or(dot).unwrap_or(rest.len());
            (rest[..end].trim(), Vec::new(), rest[end..].trim())
        };
        if member.is_empty() {
            return Err(Failure::fails(format!("`{body}` names no member")));
        }
        if !(remainder.is_empty() || remainder.starts_with(['.', '['])) {
            return Err(Failure::fails(format!("`{remainder}` is no call")));
        }
        Ok(Self { text: body, target, member, arguments, remainder })
    }
}

/// Splits at commas outside of quotes and nested references; `None` is the null reference.
fn arguments(list: &str) -> Result<Vec<Option<String>>, Failure> {
    let bytes = list.as_bytes();
    let mut all = Vec::new();
    let (mut at, mut start) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'$' if bytes.get(at + 1) == Some(&b'(') => {
                at = closing_parenthesis(list, at + 2)
                    .ok_or_else(|| Failure::fails("the parentheses do not match"))?
                    .end;
            }
            quote @ (b'`' | b'"' | b'\'') => {
                let length = bytes[at + 1..].iter().position(|other| *other == quote);
                at += 1 + length.ok_or_else(|| Failure::fails("a quote is never closed"))?;
            }
            b',' => {
                all.push(argument(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    all.push(argument(&list[start..]));
    Ok(all)
}

fn argument(text: &str) -> Option<String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("null") {
        return None;
    }
    for quote in ['\'', '`', '"'] {
        if text.starts_with(quote) && text.ends_with(quote) {
            return Some(text.trim_matches(quote).to_owned());
        }
    }
    Some(text.to_owned())
}
