//! `System.IO.Path`, `File` and `Directory`, as far as evaluation needs them.

use std::path::Path;

use super::statics::texts;
use super::{Arg, Failure, Value, World};
use crate::EntryKind;

pub(super) fn path(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
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
        ("getfullpath", [path]) | ("getrelativepath", [path, _] | [_, path])
            if style.is_no_path(path) =>
        {
            return Err(Failure::fails("the path is empty"));
        }
        ("getfullpath", [path]) => Value::text(style.full(world.current_dir, path)),
        ("getfullpath", [path, base]) => Value::text(style.full(base, path)),
        ("getfilename", [path]) => Value::text(style.file_name(path)),
        ("getfilenamewithoutextension", [path]) => Value::text(style.stem(path)),
        ("getextension", [path]) => Value::text(style.extension(path)),
        ("hasextension", [path]) => Value::Bool(!style.extension(path).is_empty()),
        ("getdirectoryname", [path]) => style
            .directory(path)
            .map_or(Value::Null, |folder| Value::text(style.normalized(folder))),
        ("getpathroot", [path]) => Value::text(&path[..style.root_len(path)]),
        ("ispathrooted", [path]) => Value::Bool(style.is_rooted(path)),
        ("ispathfullyqualified", [path]) => Value::Bool(style.is_fully_qualified(path)),
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

pub(super) fn file(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
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

pub(super) fn directory(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let wrong = || Failure::no_member(member, true);
    let style = world.style();
    match (member, args) {
        ("exists", [path]) => {
            let path = path.as_text().unwrap_or_default();
            let found = !path.is_empty()
                && world.files.entry(Path::new(&absolute(world, &path))) == Some(EntryKind::Folder);
            Ok(Value::Bool(found))
        }
        ("getparent", [Arg::Text(path)]) if path.is_empty() => {
            Err(Failure::fails("the path is empty"))
        }
        ("getparent", [path]) => {
            let path = absolute(world, &path.as_text().ok_or_else(wrong)?);
            Ok(style.directory(&path).map_or(Value::Null, |dir| Value::Directory(dir.to_owned())))
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

/// The members of a folder that `GetParent` gave.
pub(super) fn folder_member(
    world: &World<'_>,
    path: &str,
    member: &str,
    args: &[Arg],
) -> Result<Value, Failure> {
    let style = world.style();
    let trimmed = || {
        let end = path.trim_end_matches(|c| style.is_separator(c));
        if end.len() < style.root_len(path) { path } else { end }
    };
    match (member, args) {
        ("fullname" | "tostring", []) => Ok(Value::text(path)),
        ("name", []) => {
            let name = style.file_name(trimmed());
            Ok(Value::text(if name.is_empty() { path } else { name }))
        }
        ("extension", []) => Ok(Value::text(style.extension(trimmed()))),
        ("parent", []) => Ok(style
            .directory(trimmed())
            .map_or(Value::Null, |dir| Value::Directory(dir.to_owned()))),
        ("root", []) => Ok(Value::Directory(path[..style.root_len(path)].to_owned())),
        ("exists", []) => {
            Ok(Value::Bool(world.files.entry(Path::new(path)) == Some(EntryKind::Folder)))
        }
        _ => Err(Failure::Unsupported(format!("`{member}` of a folder"))),
    }
}
