//! Static members of the .NET types that may be called.

use std::path::Path;

use super::text::upper;
use super::{Arg, Failure, FunctionError, Value, World, intrinsic, number, pattern};
use crate::version::NetVersion;
use crate::{EntryKind, Os};

/// The types whose static members are available, in lower case.
///
/// Source: dotnet/msbuild, `src/Build/Resources/Constants.cs`.
const TYPES: &[&str] = &[
    "msbuild",
    "microsoft.build.evaluation.intrinsicfunctions",
    "system.byte",
    "system.char",
    "system.convert",
    "system.datetime",
    "system.datetimeoffset",
    "system.decimal",
    "system.double",
    "system.enum",
    "system.guid",
    "system.int16",
    "system.int32",
    "system.int64",
    "system.uint16",
    "system.uint32",
    "system.uint64",
    "system.sbyte",
    "system.single",
    "system.string",
    "system.stringcomparer",
    "system.timespan",
    "system.math",
    "system.version",
    "system.uri",
    "system.uribuilder",
    "system.io.path",
    "system.text.regularexpressions.regex",
    "system.runtime.interopservices.runtimeinformation",
    "system.runtime.interopservices.osplatform",
    "system.operatingsystem",
    "microsoft.build.utilities.toollocationhelper",
    "system.globalization.cultureinfo",
    "system.environment",
    "system.io.directory",
    "system.io.file",
];

/// Members of the types that do not offer all.
const RESTRICTED: &[(&str, &[&str])] = &[
    ("system.globalization.cultureinfo", &["getcultureinfo", "new", "currentuiculture"]),
    (
        "system.environment",
        &[
            "commandline",
            "expandenvironmentvariables",
            "getenvironmentvariable",
            "getenvironmentvariables",
            "getfolderpath",
            "getlogicaldrives",
            "is64bitoperatingsystem",
            "is64bitprocess",
            "machinename",
            "newline",
            "osversion",
            "processorcount",
            "stacktrace",
            "systemdirectory",
            "systempagesize",
            "tickcount",
            "userdomainname",
            "userinteractive",
            "username",
            "version",
            "workingset",
        ],
    ),
    (
        "system.io.directory",
        &[
            "exists",
            "getdirectories",
            "getfiles",
            "getlastaccesstime",
            "getlastwritetime",
            "getparent",
        ],
    ),
    (
        "system.io.file",
        &[
            "exists",
            "getcreationtime",
            "getcreationtimeutc",
            "getattributes",
            "getlastaccesstime",
            "getlastwritetime",
            "getlastwritetimeutc",
            "readalltext",
            "readallbytes",
        ],
    ),
];

/// The type in lower case, if it may be used with this member.
pub(crate) fn static_type(name: &str, member: &str) -> Result<String, Failure> {
    let type_name = name.trim().to_ascii_lowercase();
    if !TYPES.contains(&type_name.as_str()) {
        return Err(FunctionError::UnknownType { type_name: name.to_owned() }.into());
    }
    let restricted = RESTRICTED.iter().find(|(restricted, _)| *restricted == type_name);
    if let Some((_, members)) = restricted
        && !members.contains(&member.to_ascii_lowercase().as_str())
    {
        let (type_name, member) = (name.to_owned(), member.to_owned());
        return Err(FunctionError::Unavailable { type_name, member }.into());
    }
    Ok(type_name)
}

/// Whether `\` in arguments becomes `/` on Unix.
pub(crate) fn fixes_paths(type_name: &str) -> bool {
    matches!(type_name, "system.io.path" | "system.io.file" | "system.io.directory")
}

/// Calls a static member of a type that [`static_type`] accepted.
pub(crate) fn call_static(
    world: &World<'_>,
    type_name: &str,
    member: &str,
    args: &[Arg],
) -> Result<Value, Failure> {
    let name = member.to_ascii_lowercase();
    match type_name {
        "msbuild" | "microsoft.build.evaluation.intrinsicfunctions" => {
            intrinsic::call(world, &name, args)
        }
        "system.string" => string(&name, args),
        "system.io.path" => path(world, &name, args),
        "system.io.file" => file(world, &name, args),
        "system.io.directory" => directory(world, &name, args),
        "system.text.regularexpressions.regex" => pattern::call(&name, args),
        "system.math" => math(&name, args),
        "system.version" => version(&name, args),
        "system.char" => character(&name, args),
        "system.byte" | "system.int16" | "system.int32" | "system.int64" | "system.uint16"
        | "system.uint32" | "system.uint64" | "system.sbyte" => integer(type_name, &name, args),
        "system.double" | "system.single" | "system.decimal" => real(type_name, &name, args),
        "system.convert" => convert(&name, args),
        "system.environment" => environment(world, &name, args),
        "system.operatingsystem" => operating_system(world, &name, args),
        "system.runtime.interopservices.runtimeinformation" => runtime(world, &name, args),
        "system.runtime.interopservices.osplatform" => platform(&name, args),
        "system.uri" => uri(&name, args),
        _ => Err(Failure::Unsupported(format!("`[{type_name}]::{member}`"))),
    }
}

fn texts(args: &[Arg]) -> Option<Vec<String>> {
    args.iter().map(Arg::as_text).collect()
}

fn string(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let plain = |arg: &Arg| arg.as_text().unwrap_or_default();
    match (member, args) {
        ("copy", [Arg::Null]) => Err(Failure::fails("the text is null")),
        ("copy" | "new" | "intern", [text]) => Ok(Value::text(plain(text))),
        ("new" | "empty", []) => Ok(Value::text("")),
        ("isnullorempty", [text]) => Ok(Value::Bool(plain(text).is_empty())),
        ("isnullorwhitespace", [text]) => Ok(Value::Bool(plain(text).trim().is_empty())),
        ("concat", parts) if !parts.is_empty() => {
            Ok(Value::text(parts.iter().map(plain).collect::<String>()))
        }
        ("equals", [first, second, how]) if plain(how).ends_with("IgnoreCase") => {
            Ok(Value::Bool(upper(&plain(first)) == upper(&plain(second))))
        }
        ("equals", [first, second] | [first, second, _]) => {
            Ok(Value::Bool(first.as_text() == second.as_text()))
        }
        ("compare", [_, _, ..]) => Err(Failure::Unsupported("`String::Compare`".to_owned())),
        ("join", [separator, rest @ ..]) if !rest.is_empty() => {
            let mut parts = Vec::new();
            for arg in rest {
                match arg {
                    Arg::Typed(Value::List(items)) => parts.extend(items.iter().cloned()),
                    other => parts.push(plain(other)),
                }
            }
            Ok(Value::text(parts.join(&plain(separator))))
        }
        ("format", [format, rest @ ..]) => composite(&plain(format), rest).map(Value::text),
        _ => Err(wrong()),
    }
}

/// `{0}` and its kin; alignment and formats are left to the engine.
fn composite(format: &str, args: &[Arg]) -> Result<String, Failure> {
    let broken = || Failure::fails(format!("`{format}` is no valid format"));
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = tail;
            continue;
        }
        if brace == "}" {
            return Err(broken());
        }
        let (hole, tail) = rest.split_once('}').ok_or_else(broken)?;
        if hole.contains([',', ':']) {
            return Err(Failure::Unsupported(format!("the format `{{{hole}}}`")));
        }
        let number: usize = hole.trim().parse().map_err(|_| broken())?;
        out.push_str(&args.get(number).ok_or_else(broken)?.as_text().unwrap_or_default());
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn path(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let style = world.style();
    let wrong = || Failure::no_member(member, true);
    if member == "changeextension" && args.len() == 2 {
        let Some(path) = args[0].as_text() else { return Ok(Value::Null) };
        return Ok(Value::text(change_extension(world, &path, args[1].as_text().as_deref())));
    }
    let texts = texts(args).ok_or_else(wrong)?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Ok(match (member, &texts[..]) {
        ("combine", parts) if !parts.is_empty() => Value::text(
            parts.iter().fold(String::new(), |joined, part| style.combine(&joined, part)),
        ),
        ("join", parts) if !parts.is_empty() => {
            let join = |joined: String, part: &&str| {
                let glued = joined.is_empty()
                    || part.is_empty()
                    || joined.ends_with(|c| style.is_separator(c))
                    || part.starts_with(|c| style.is_separator(c));
                let separator = if glued { String::new() } else { style.separator().to_string() };
                format!("{joined}{separator}{part}")
            };
            Value::text(parts.iter().fold(String::new(), join))
        }
        ("getfullpath", [""]) => return Err(Failure::fails("the path is empty")),
        ("getfullpath", [path]) => Value::text(style.full(world.current_dir, path)),
        ("getfullpath", [path, base]) => Value::text(style.full(base, path)),
        ("getfilename", [path]) => Value::text(style.file_name(path)),
        ("getfilenamewithoutextension", [path]) => Value::text(style.stem(path)),
        ("getextension", [path]) => Value::text(style.extension(path)),
        ("hasextension", [path]) => Value::Bool(!style.extension(path).is_empty()),
        ("getdirectoryname", [path]) => style.directory(path).map_or(Value::Null, Value::text),
        ("getpathroot", [path]) => Value::text(&path[..style.root_len(path)]),
        ("ispathrooted", [path]) => Value::Bool(style.is_rooted(path)),
        ("ispathfullyqualified", [path]) if !world.host().is_windows() => {
            Value::Bool(style.is_rooted(path))
        }
        ("getrelativepath", [base, path]) => {
            let full = |path: &str| style.full(world.current_dir, path);
            Value::text(style.relative(&full(base), &full(path)))
        }
        ("endsindirectoryseparator", [path]) => {
            Value::Bool(path.ends_with(|c| style.is_separator(c)))
        }
        ("trimendingdirectoryseparator", [path]) => {
            let end = path.strip_suffix(|c| style.is_separator(c));
            Value::text(end.filter(|end| end.len() >= style.root_len(path)).unwrap_or(path))
        }
        ("directoryseparatorchar", []) => Value::Char(style.separator()),
        ("altdirectoryseparatorchar", []) => Value::Char('/'),
        ("pathseparator", []) => Value::Char(if world.host().is_windows() { ';' } else { ':' }),
        ("volumeseparatorchar", []) => {
            Value::Char(if world.host().is_windows() { ':' } else { '/' })
        }
        ("gettemppath", []) if !world.host().is_windows() => {
            let folder = world.environment("TMPDIR").filter(|dir| !dir.is_empty());
            Value::text(style.with_trailing_separator(folder.unwrap_or("/tmp")))
        }
        (
            "gettemppath"
            | "gettempfilename"
            | "getrandomfilename"
            | "getinvalidpathchars"
            | "getinvalidfilenamechars"
            | "exists",
            _,
        ) => {
            return Err(Failure::Unsupported(format!("`Path::{member}`")));
        }
        _ => return Err(wrong()),
    })
}

fn change_extension(world: &World<'_>, path: &str, extension: Option<&str>) -> String {
    let style = world.style();
    let name_at = path.len() - style.file_name(path).len();
    let stem_end = path[name_at..].rfind('.').map_or(path.len(), |at| name_at + at);
    let stem = &path[..stem_end];
    match extension {
        _ if path.is_empty() => String::new(),
        None => stem.to_owned(),
        Some(extension) if extension.starts_with('.') => format!("{stem}{extension}"),
        Some(extension) => format!("{stem}.{extension}"),
    }
}

fn absolute(world: &World<'_>, path: &str) -> String {
    world.style().full(world.current_dir, path)
}

fn file(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    match (member, args) {
        ("exists", [path]) => {
            let path = path.as_text().unwrap_or_default();
            let found = !path.is_empty()
                && world.files.entry(Path::new(&absolute(world, &path))) == Some(EntryKind::File);
            Ok(Value::Bool(found))
        }
        ("readalltext", [path]) => {
            let path = absolute(world, &path.as_text().ok_or_else(wrong)?);
            let bytes = world.files.read(Path::new(&path));
            let bytes = bytes.map_err(|error| Failure::fails(format!("`{path}`: {error}")))?;
            let text = decoded(&bytes);
            text.map(Value::text)
                .ok_or_else(|| Failure::Unsupported(format!("the encoding of `{path}`")))
        }
        ("readalltext" | "exists", _) => Err(wrong()),
        _ => Err(Failure::Unsupported(format!("`File::{member}`"))),
    }
}

/// Text by its byte order mark, otherwise UTF-8.
fn decoded(bytes: &[u8]) -> Option<String> {
    let wide = |pairs: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = pairs.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, rest @ ..] => Some(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(wide(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => Some(String::from_utf8_lossy(rest).into_owned()),
    }
}

fn directory(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let style = world.style();
    match (member, args) {
        ("exists", [path]) => {
            let path = path.as_text().unwrap_or_default();
            let found = !path.is_empty()
                && world.files.entry(Path::new(&absolute(world, &path))) == Some(EntryKind::Folder);
            Ok(Value::Bool(found))
        }
        ("getparent", [path]) => {
            let path = absolute(world, &path.as_text().ok_or_else(wrong)?);
            Ok(style.directory(&path).map_or(Value::Null, |dir| Value::Named(dir.to_owned())))
        }
        ("getfiles" | "getdirectories", [path, rest @ ..]) if rest.len() < 2 => {
            let path = path.as_text().ok_or_else(wrong)?;
            let pattern = rest.first().map_or(Some("*".to_owned()), Arg::as_text);
            let pattern = pattern.ok_or_else(wrong)?;
            let wanted = if member == "getfiles" { EntryKind::File } else { EntryKind::Folder };
            let folder = absolute(world, &path);
            if world.files.entry(Path::new(&folder)) != Some(EntryKind::Folder) {
                return Err(Failure::fails(format!("the folder `{folder}` was not found")));
            }
            let mut names: Vec<String> = world
                .files
                .list(Path::new(&folder))
                .into_iter()
                .filter(|entry| entry.kind == wanted)
                .map(|entry| entry.name)
                .filter(|name| crate::glob::matches_name(&pattern, name))
                .map(|name| style.combine(&path, &name))
                .collect();
            names.sort();
            Ok(Value::List(names))
        }
        _ => Err(Failure::Unsupported(format!("`Directory::{member}`"))),
    }
}

fn math(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let values: Option<Vec<f64>> = args.iter().map(number::as_double).collect();
    let value = match (member, &values.ok_or_else(wrong)?[..]) {
        ("max", [a, b]) => a.max(*b),
        ("min", [a, b]) => a.min(*b),
        ("abs", [a]) => a.abs(),
        ("floor", [a]) => a.floor(),
        ("ceiling", [a]) => a.ceil(),
        ("truncate", [a]) => a.trunc(),
        ("round", [a]) => a.round_ties_even(),
        ("sqrt", [a]) => a.sqrt(),
        ("pow", [a, b]) => a.powf(*b),
        ("max" | "min" | "abs" | "floor" | "ceiling" | "truncate", _) => return Err(wrong()),
        _ => return Err(Failure::Unsupported(format!("`Math::{member}`"))),
    };
    Ok(Value::Double(value))
}

fn version(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    match (member, args) {
        ("parse" | "new", [text]) => {
            let text = text.as_text().unwrap_or_default();
            let version = NetVersion::parse(&text);
            version
                .map(Value::Version)
                .ok_or_else(|| Failure::fails(format!("`{text}` is no version")))
        }
        ("new", parts) if (2..=4).contains(&parts.len()) => {
            let parts: Option<Vec<String>> = texts(parts);
            let text = parts.unwrap_or_default().join(".");
            NetVersion::parse(&text)
                .map(Value::Version)
                .ok_or_else(|| Failure::no_member(member, true))
        }
        ("tryparse", _) => Err(Failure::Unsupported("`Version::TryParse`".to_owned())),
        _ => Err(Failure::no_member(member, true)),
    }
}

fn character(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let text = args.first().and_then(Arg::as_text).ok_or_else(wrong)?;
    let c = match args {
        [_] => {
            let mut chars = text.chars();
            chars.next().filter(|_| chars.next().is_none()).ok_or_else(wrong)?
        }
        [_, at] => {
            let at = at.as_int().ok_or_else(wrong)?;
            let at = usize::try_from(at).ok().and_then(|at| text.chars().nth(at));
            at.ok_or_else(|| Failure::fails("the index lies outside the text"))?
        }
        _ => return Err(wrong()),
    };
    Ok(match member {
        "isdigit" => Value::Bool(c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())),
        "isletter" => Value::Bool(c.is_alphabetic()),
        "isletterordigit" => Value::Bool(c.is_alphanumeric()),
        "iswhitespace" => Value::Bool(c.is_whitespace()),
        "isupper" => Value::Bool(c.is_uppercase()),
        "islower" => Value::Bool(c.is_lowercase()),
        "ispunctuation" if c.is_ascii() => Value::Bool(
            c.is_ascii_punctuation()
                && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~'),
        ),
        "parse" => Value::Char(c),
        "toupper" | "toupperinvariant" => Value::text(upper(&c.to_string())),
        "tolower" | "tolowerinvariant" => Value::text(c.to_lowercase().to_string()),
        _ => return Err(Failure::Unsupported(format!("`Char::{member}`"))),
    })
}

fn integer(type_name: &str, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let (least, most): (i128, i128) = match type_name {
        "system.byte" => (0, u8::MAX.into()),
        "system.sbyte" => (i8::MIN.into(), i8::MAX.into()),
        "system.int16" => (i16::MIN.into(), i16::MAX.into()),
        "system.uint16" => (0, u16::MAX.into()),
        "system.int32" => (i32::MIN.into(), i32::MAX.into()),
        "system.uint32" => (0, u32::MAX.into()),
        "system.int64" => (i64::MIN.into(), i64::MAX.into()),
        _ => (0, u64::MAX.into()),
    };
    let shown = |value: i128| match (i32::try_from(value), i64::try_from(value)) {
        (Ok(small), _) => Value::Int(small),
        (_, Ok(large)) => Value::Long(large),
        _ => Value::Named(value.to_string()),
    };
    match (member, args) {
        ("maxvalue", []) => Ok(shown(most)),
        ("minvalue", []) => Ok(shown(least)),
        ("parse", [text]) => {
            let text = text.as_text().unwrap_or_default();
            let trimmed = text.trim();
            let number: Option<i128> = trimmed.strip_prefix('+').unwrap_or(trimmed).parse().ok();
            let fits = number.filter(|number| (least..=most).contains(number));
            fits.map(shown).ok_or_else(|| Failure::fails(format!("`{text}` is no such number")))
        }
        ("parse", []) => Err(Failure::no_member(member, true)),
        _ => Err(Failure::Unsupported(format!("`[{type_name}]::{member}`"))),
    }
}

fn real(type_name: &str, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    match (type_name, member, args) {
        ("system.double", "parse", [text]) => {
            let text = text.as_text().unwrap_or_default();
            number::parse_double(&text)
                .map(Value::Double)
                .ok_or_else(|| Failure::fails(format!("`{text}` is no number")))
        }
        _ => Err(Failure::Unsupported(format!("`[{type_name}]::{member}`"))),
    }
}

fn convert(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    match (member, args) {
        (_, [Arg::Null]) => Err(wrong()),
        ("toint32", [text]) => integer("system.int32", "parse", std::slice::from_ref(text)),
        ("toint64", [text]) => integer("system.int64", "parse", std::slice::from_ref(text)),
        ("toint32" | "toint64", [text, base]) => {
            let (text, base) =
                (text.as_text().ok_or_else(wrong)?, base.as_int().ok_or_else(wrong)?);
            let base = u32::try_from(base).ok().filter(|base| matches!(base, 2 | 8 | 10 | 16));
            let base = base.ok_or_else(|| Failure::fails("there is no such base"))?;
            let digits = if base == 16 { text.trim_start_matches("0x") } else { &text };
            let number = i64::from_str_radix(digits, base);
            let number = number.map_err(|_| Failure::fails(format!("`{text}` is no number")))?;
            Ok(i32::try_from(number).map_or(Value::Long(number), Value::Int))
        }
        ("tostring", [text]) => Ok(Value::text(text.as_text().unwrap_or_default())),
        ("toboolean", [text]) => match text.as_text().unwrap_or_default().trim() {
            text if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            text if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            text => Err(Failure::fails(format!("`{text}` is neither true nor false"))),
        },
        ("todouble", [text]) => real("system.double", "parse", std::slice::from_ref(text)),
        _ => Err(Failure::Unsupported(format!("`Convert::{member}`"))),
    }
}

fn environment(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    match (member, args) {
        ("getenvironmentvariable", [name]) => {
            let name = name.as_text().unwrap_or_default();
            Ok(world.environment(&name).map_or(Value::Null, Value::text))
        }
        ("newline", []) => Ok(Value::text(if world.host().is_windows() { "\r\n" } else { "\n" })),
        ("is64bitoperatingsystem" | "is64bitprocess", []) => {
            Ok(Value::Bool(matches!(world.host().architecture.rid_part(), "x64" | "arm64")))
        }
        _ => Err(Failure::Unsupported(format!("`Environment::{member}`"))),
    }
}

fn operating_system(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let os = world.host().os;
    let answer = match (member, args) {
        ("iswindows", []) => os == Os::Windows,
        ("islinux", []) => matches!(os, Os::Linux | Os::LinuxMusl),
        ("ismacos", []) => os == Os::MacOs,
        ("isfreebsd", []) => os == Os::FreeBsd,
        (
            "isandroid" | "isios" | "istvos" | "iswatchos" | "ismaccatalyst" | "isbrowser"
            | "iswasi",
            [],
        ) => false,
        ("isosplatform", [name]) => intrinsic::is_platform(os, &name.as_text().unwrap_or_default()),
        _ => return Err(Failure::Unsupported(format!("`OperatingSystem::{member}`"))),
    };
    Ok(Value::Bool(answer))
}

fn runtime(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let host = world.host();
    match (member, args) {
        ("isosplatform", [name]) => {
            let name = name.as_text().unwrap_or_default();
            Ok(Value::Bool(intrinsic::is_platform(host.os, &name)))
        }
        ("osarchitecture" | "processarchitecture", []) => {
            Ok(Value::Named(host.architecture.dotnet_name().to_owned()))
        }
        ("runtimeidentifier", []) => Ok(Value::text(host.rid())),
        _ => Err(Failure::Unsupported(format!("`RuntimeInformation::{member}`"))),
    }
}

fn platform(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let name = member.strip_prefix("get_").unwrap_or(member);
    match (name, args) {
        ("windows" | "linux" | "osx" | "freebsd", []) => {
            Ok(Value::Named(name.to_ascii_uppercase()))
        }
        ("create", [name]) => Ok(Value::Named(name.as_text().unwrap_or_default())),
        _ => Err(Failure::no_member(member, true)),
    }
}

fn uri(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    match (member, args) {
        ("escapedatastring", [text]) => {
            let mut out = String::new();
            for byte in text.as_text().unwrap_or_default().bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    out.extend(["%", &format!("{byte:02X}")]);
                }
            }
            Ok(Value::text(out))
        }
        _ => Err(Failure::Unsupported(format!("`Uri::{member}`"))),
    }
}
