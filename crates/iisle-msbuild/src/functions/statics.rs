//! Static members of the .NET types that may be called.

use super::text::upper;
use super::{
    Arg, Failure, FunctionError, Value, World, file_system, intrinsic, number, pattern, time,
};
use crate::Os;
use crate::version::NetVersion;

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

/// Whether what a member returns is another one at every evaluation.
pub(crate) fn changes_by_itself(type_name: &str, member: &str) -> bool {
    let name = member.to_ascii_lowercase();
    matches!(type_name, "system.datetime" | "system.datetimeoffset")
        && matches!(name.as_str(), "now" | "utcnow" | "today")
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
        "system.io.path" => file_system::path(world, &name, args),
        "system.io.file" => file_system::file(world, &name, args),
        "system.io.directory" => file_system::directory(world, &name, args),
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
        "system.datetime" | "system.datetimeoffset" => time::call(world, &name, args),
        "system.timespan" => time::span_call(&name, args),
        "microsoft.build.utilities.toollocationhelper" => tool_location(world, &name, args),
        _ => Err(Failure::Unsupported(format!("`[{type_name}]::{member}`"))),
    }
}

/// What is known without the registry and the folders of Windows SDKs.
///
/// Source: dotnet/msbuild, `ToolLocationHelper.GenerateDefaultSDKDisplayName`.
fn tool_location(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    match (member, &texts(args).unwrap_or_default()[..]) {
        ("getplatformsdkdisplayname", [platform, version])
            if !world.host().is_windows() || platform.is_empty() =>
        {
            Ok(Value::text(format!("{platform} {version}")))
        }
        _ => Err(Failure::Unsupported(format!("`ToolLocationHelper::{member}`"))),
    }
}

pub(super) fn texts(args: &[Arg]) -> Option<Vec<String>> {
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
                .ok_or_else(|| Failure::fails("no version is made of that"))
        }
        ("new", _) => Err(Failure::fails("no version is made of that")),
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
