//! The functions of `[MSBuild]::`.

use std::path::Path;

use super::{Arg, Failure, Value, World, hash, number};
use crate::escape::{escape, unescape};
use crate::framework::Framework;
use crate::version::SimpleVersion;
use crate::{EntryKind, Os};

/// Calls `[MSBuild]::member`; names in lower case.
pub(super) fn call(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    match member {
        "add" | "subtract" | "multiply" | "divide" | "modulo" => number::arithmetic(member, args),
        "bitwiseor" | "bitwiseand" | "bitwisexor" | "bitwisenot" | "leftshift" | "rightshift"
        | "rightshiftunsigned" => number::bitwise(member, args),
        "versionequals"
        | "versionnotequals"
        | "versiongreaterthan"
        | "versiongreaterthanorequals"
        | "versionlessthan"
        | "versionlessthanorequals" => versions(member, args),
        "gettargetframeworkidentifier"
        | "gettargetframeworkversion"
        | "gettargetplatformidentifier"
        | "gettargetplatformversion"
        | "istargetframeworkcompatible"
        | "filtertargetframeworks" => frameworks(member, args),
        "ensuretrailingslash"
        | "normalizepath"
        | "normalizedirectory"
        | "makerelative"
        | "getdirectorynameoffileabove"
        | "getpathoffileabove"
        | "fileexists"
        | "directoryexists" => paths(world, member, args),
        "isosplatform" | "isosunixlike" | "isosbsdlike" => platform(world, member, args),
        // Their results are taken as they are.
        "escape" | "unescape" | "convertfrombase64" | "converttobase64" => texts(member, args),
        "valueordefault" => match args {
            [value, default] => {
                let value = value.as_text().unwrap_or_default();
                let default = default.as_text().unwrap_or_default();
                Ok(Value::text(if value.is_empty() { default } else { value }))
            }
            _ => Err(wrong()),
        },
        "substringbyasciichars" => match args {
            [text, start, length] => {
                let (Some(text), Some(start), Some(length)) =
                    (text.as_text(), start.as_int(), length.as_int())
                else {
                    return Err(wrong());
                };
                ascii_part(&text, start, length)
            }
            _ => Err(wrong()),
        },
        "getcurrenttoolsdirectory"
        | "gettoolsdirectory32"
        | "gettoolsdirectory64"
        | "getmsbuildextensionspath" => Ok(Value::text(world.tools_dir)),
        "getmsbuildsdkspath" => Ok(Value::text(world.style().combine(world.tools_dir, "Sdks"))),
        "getvsinstallroot" | "getprogramfiles32" if !world.host().is_windows() => {
            Ok(Value::text(""))
        }
        "getregistryvalue" | "getregistryvaluefromview" if !world.host().is_windows() => {
            Ok(args.get(2).and_then(Arg::as_text).map_or(Value::Null, Value::text))
        }
        "isrunningfromvisualstudio" if args.is_empty() => Ok(Value::Bool(false)),
        "arefeaturesenabled" if args.len() == 1 => Ok(Value::Bool(true)),
        "checkfeatureavailability" if args.len() == 1 => {
            Err(Failure::Unsupported("feature availability".to_owned()))
        }
        "stablestringhash" => hash::stable(args),
        "doestaskhostexist"
        | "registerbuildcheck"
        | "getvsinstallroot"
        | "getprogramfiles32"
        | "getregistryvalue"
        | "getregistryvaluefromview" => Err(Failure::Unsupported(format!("`[MSBuild]::{member}`"))),
        _ => Err(wrong()),
    }
}

fn versions(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let [first, second] = args else { return Err(Failure::no_member(member, true)) };
    let parse = |arg: &Arg| {
        let text = arg.as_text().unwrap_or_default();
        SimpleVersion::parse(&text).ok_or_else(|| Failure::fails(format!("`{text}` is no version")))
    };
    let order = parse(first)?.cmp(&parse(second)?);
    Ok(Value::Bool(match member {
        "versionequals" => order.is_eq(),
        "versionnotequals" => order.is_ne(),
        "versiongreaterthan" => order.is_gt(),
        "versiongreaterthanorequals" => order.is_ge(),
        "versionlessthan" => order.is_lt(),
        _ => order.is_le(),
    }))
}

fn frameworks(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let framework = |arg: &Arg| arg.as_text().map(|text| Framework::parse(&text)).ok_or_else(wrong);
    match (member, args) {
        ("gettargetframeworkidentifier", [tfm]) => Ok(Value::text(framework(tfm)?.identifier)),
        ("gettargetplatformidentifier", [tfm]) => Ok(Value::text(framework(tfm)?.platform)),
        ("gettargetframeworkversion", [tfm, rest @ ..]) if rest.len() < 2 => {
            let least = rest.first().map_or(Some(2), Arg::as_int).ok_or_else(wrong)?;
            Ok(Value::text(framework(tfm)?.version_text(least)))
        }
        ("gettargetplatformversion", [tfm, rest @ ..]) if rest.len() < 2 => {
            let least = rest.first().map_or(Some(2), Arg::as_int).ok_or_else(wrong)?;
            Ok(Value::text(framework(tfm)?.platform_version_text(least)))
        }
        ("istargetframeworkcompatible", [target, candidate]) => {
            Ok(Value::Bool(framework(target)?.can_use(&framework(candidate)?)))
        }
        ("filtertargetframeworks", [incoming, filter]) => {
            let (Some(incoming), Some(filter)) = (incoming.as_text(), filter.as_text()) else {
                return Err(wrong());
            };
            let list = |text: &str| -> Vec<String> {
                text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
            };
            let wanted: Vec<Framework> =
                list(&filter).iter().map(|text| Framework::parse(text)).collect();
            let kept = list(&incoming).into_iter().filter(|text| {
                let framework = Framework::parse(text);
                wanted.iter().any(|wanted| {
                    wanted.identifier == framework.identifier && wanted.version == framework.version
                })
            });
            Ok(Value::text(kept.collect::<Vec<_>>().join(";")))
        }
        _ => Err(wrong()),
    }
}

fn paths(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let style = world.style();
    let texts: Vec<Option<String>> = args.iter().map(Arg::as_text).collect();
    let full = |path: &str| style.full(world.project_dir, &style.fix(path));
    let normal = |parts: &[Option<String>]| -> Result<String, Failure> {
        let joined = parts
            .iter()
            .flatten()
            .fold(String::new(), |joined, part| style.combine(&joined, &style.fix(part)));
        if joined.is_empty() {
            return Err(Failure::fails("the path is empty"));
        }
        Ok(full(&joined))
    };
    match (member, &texts[..]) {
        ("normalizepath" | "normalizedirectory", []) => Err(Failure::fails("the path is empty")),
        ("ensuretrailingslash", [Some(path)]) => {
            Ok(Value::text(style.with_trailing_separator(path)))
        }
        ("normalizepath", parts) => Ok(Value::text(normal(parts)?)),
        ("normalizedirectory", parts) => {
            Ok(Value::text(style.with_trailing_separator(&normal(parts)?)))
        }
        ("makerelative", [Some(base), Some(path)]) => {
            if base.is_empty() || path.is_empty() {
                return Err(Failure::fails("the path is empty"));
            }
            if !style.is_rooted(&style.fix(path)) {
                return Ok(Value::text(style.fix(path)));
            }
            Ok(Value::text(style.relative(&full(base), &full(path))))
        }
        ("fileexists" | "directoryexists", [path]) => {
            let path = path.as_deref().unwrap_or_default();
            let wanted = if member == "fileexists" { EntryKind::File } else { EntryKind::Folder };
            let found = !path.is_empty()
                && world.files.entry(Path::new(&style.full(world.current_dir, &style.fix(path))))
                    == Some(wanted);
            Ok(Value::Bool(found))
        }
        ("getdirectorynameoffileabove", [Some(start), Some(name)]) => {
            Ok(Value::text(folder_above(world, start, name)?.unwrap_or_default()))
        }
        ("getpathoffileabove", [Some(name), rest @ ..]) if rest.len() < 2 => {
            if name.contains(|c| style.is_separator(c)) {
                return Err(Failure::fails(format!("`{name}` is no file name")));
            }
            let start = match rest {
                [Some(start)] => start.clone(),
                _ => world.this_dir.to_owned(),
            };
            let found = folder_above(world, &start, name)?;
            Ok(Value::text(found.map(|dir| style.combine(&dir, name)).unwrap_or_default()))
        }
        _ => Err(Failure::no_member(member, true)),
    }
}

/// The nearest folder from `start` upwards that holds `name`, no trailing separator.
fn folder_above(world: &World<'_>, start: &str, name: &str) -> Result<Option<String>, Failure> {
    let style = world.style();
    if style.is_no_path(start) {
        return Err(Failure::fails("the path is empty"));
    }
    let mut folder = style.full(world.project_dir, &style.fix(start));
    loop {
        let candidate = style.full(&folder, &style.fix(name));
        if world.files.entry(Path::new(&candidate)) == Some(EntryKind::File) {
            return Ok(Some(folder));
        }
        let Some(above) = style.directory(&folder) else { return Ok(None) };
        let length = above.len();
        folder.truncate(length);
    }
}

fn platform(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let os = world.host().os;
    let answer = match (member, args) {
        ("isosunixlike", []) => os != Os::Windows,
        ("isosbsdlike", []) => os == Os::FreeBsd,
        ("isosplatform", [Arg::Null]) => return Err(Failure::fails("the name is null")),
        ("isosplatform", [name]) if name.as_text().is_some_and(|name| name.is_empty()) => {
            return Err(Failure::fails("the name is empty"));
        }
        ("isosplatform", [name]) => is_platform(os, &name.as_text().unwrap_or_default()),
        _ => return Err(Failure::no_member(member, true)),
    };
    Ok(Value::Bool(answer))
}

/// Whether an operating system goes by a name, in any letter case.
pub(super) fn is_platform(os: Os, name: &str) -> bool {
    let names: &[&str] = match os {
        Os::Windows => &["WINDOWS"],
        Os::Linux | Os::LinuxMusl => &["LINUX"],
        Os::MacOs => &["OSX", "MACOS"],
        Os::FreeBsd => &["FREEBSD"],
    };
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn texts(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let [arg] = args else { return Err(Failure::no_member(member, true)) };
    let text = arg.as_text();
    let plain = text.clone().unwrap_or_default();
    match member {
        "escape" => Ok(Value::Text(escape(&plain).into_owned())),
        "unescape" => Ok(Value::Text(unescape(&plain).into_owned())),
        _ if text.is_none() => Err(Failure::no_member(member, true)),
        "converttobase64" => Ok(Value::text(to_base64(plain.as_bytes()))),
        _ => {
            let bytes = from_base64(&plain).ok_or_else(|| Failure::fails("it is no base64"))?;
            Ok(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
        }
    }
}

fn ascii_part(text: &str, start: i32, length: i32) -> Result<Value, Failure> {
    let all: Vec<u16> = text.encode_utf16().collect();
    let (Ok(start), Ok(length)) = (usize::try_from(start), usize::try_from(length)) else {
        return Err(Failure::fails("an index is negative"));
    };
    if start > all.len() {
        return Ok(Value::text(""));
    }
    let end = (start + length).min(all.len());
    let keep = |unit: &u16| match char::from_u32(u32::from(*unit)) {
        Some(c) if (' '..='~').contains(&c) && !"\"<>|:*?\\/".contains(c) => c,
        _ => '_',
    };
    Ok(Value::text(all[start..end].iter().map(keep).collect::<String>()))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let value = (bits >> (18 - 6 * place)) & 63;
            let digit = char::from(BASE64[value as usize]);
            out.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &text[..text.len() - padding];
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for digit in digits {
        let value = BASE64.iter().position(|known| known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    (padding < 3).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_there_and_back() {
        for text in ["", "a", "ab", "abc", "Grüße"] {
            let encoded = to_base64(text.as_bytes());
            assert_eq!(from_base64(&encoded).as_deref(), Some(text.as_bytes()), "{encoded}");
        }
        assert_eq!(to_base64(b"ab"), "YWI=");
        assert_eq!(from_base64("a"), None);
        assert_eq!(from_base64("===="), None);
    }
}
