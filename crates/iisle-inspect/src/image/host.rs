use memchr::memmem;

use super::bundle;
use super::pe::Section;
use super::source::{Source, Trouble};
use super::{Host, HostKind, Image};

/// Stands behind the offset of the manifest: SHA-256 of `.net core bundle` and a line feed.
///
/// Source: dotnet/runtime, `src/native/corehost/apphost/bundle_marker.cpp`.
const MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
/// What the slot for the path of the app holds before it is bound: SHA-256 of `foobar`, in hex.
///
/// Source: dotnet/runtime, `src/native/corehost/corehost.cpp`.
const TEMPLATE: &[u8] = b"c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2";
/// Bytes of the slot.
const SLOT: usize = 1024;
/// Data sections up to this length are searched at once; hosts have far smaller ones.
const LARGEST_DATA: u64 = 8 * 1024 * 1024;
/// Around the marker, where there is no section to go by.
const NEIGHBORHOOD: u64 = 64 * 1024;
/// What the runtime exports for debuggers from a program compiled to native code.
const AOT_EXPORT: &str = "DotNetRuntimeDebugHeader";

/// Finds the .NET host in a native program.
pub(super) fn find(
    source: &mut Source<'_>,
    sections: &[Section],
    image: &mut Image,
) -> Result<(), Trouble> {
    if is_native_aot(source, sections, image)? {
        image.host = Some(Host { kind: HostKind::NativeAot, bound: None, app: None, bundle: None });
        return Ok(());
    }
    let found = find_marker(source, sections)?;
    let slot = match found {
        Some((marker, _)) => slot_near(source, sections, marker)?,
        None => slot_anywhere(source, sections)?,
    };
    let offset = found.map_or(0, |(_, offset)| offset);
    let (bound, app) = match slot {
        Some(Slot::Template) => (Some(false), None),
        Some(Slot::App(app)) => (Some(true), Some(app)),
        None if found.is_some() => (None, None),
        None => return Ok(()),
    };
    let kind = if offset == 0 { HostKind::AppHost } else { HostKind::Bundle };
    let host = image.host.insert(Host { kind, bound, app, bundle: None });
    if offset > 0 {
        host.bundle = Some(bundle::read(source, offset)?);
    }
    Ok(())
}

fn is_native_aot(
    source: &mut Source<'_>,
    sections: &[Section],
    image: &Image,
) -> Result<bool, Trouble> {
    // COFF cuts section names to eight bytes.
    let marks = [".managed", "hydrated", "__managedcode"];
    if sections.iter().any(|section| marks.contains(&section.name.as_str())) {
        return Ok(true);
    }
    if image.exports.iter().any(|export| export == AOT_EXPORT) {
        return Ok(true);
    }
    let Some(names) = sections.iter().find(|section| section.name == ".dynstr") else {
        return Ok(false);
    };
    let (from, to) = (names.offset, names.end());
    let find = |_, window: &[u8]| memmem::find(window, AOT_EXPORT.as_bytes()).map(|_| ());
    Ok(source.scan(from, to, AOT_EXPORT.len(), find)?.is_some())
}

/// The place of the marker and the offset of the manifest that it stands behind, 0 for none.
///
/// Its 32 bytes alone may also be the constant of a program that deals with hosts, so the number
/// before them must make sense.
fn find_marker(
    source: &mut Source<'_>,
    sections: &[Section],
) -> Result<Option<(u64, u64)>, Trouble> {
    let size = source.size();
    let find = |start: u64, window: &[u8]| {
        memmem::find_iter(window, &MARKER).find_map(|at| {
            let number = window.get(at.checked_sub(8)?..at)?;
            let offset = u64::from_le_bytes(number.try_into().ok()?);
            (offset < size).then_some((start + at as u64, offset))
        })
    };
    let overlap = MARKER.len() + 8;
    // It is data; linkers may put data among code all the same.
    let code = sections.iter().filter(|section| section.executable && section.length > 0);
    for section in data(sections).chain(code) {
        if let Some(found) = source.scan(section.offset, section.end(), overlap, find)? {
            return Ok(Some(found));
        }
    }
    // Known sections hold it, if it is there at all.
    if sections.iter().any(|section| section.length > 0) {
        return Ok(None);
    }
    source.scan(0, size, overlap, find)
}

fn data(sections: &[Section]) -> impl Iterator<Item = &Section> {
    let mut found: Vec<_> =
        sections.iter().filter(|section| !section.executable && section.length > 0).collect();
    found.sort_by_key(|section| section.length);
    found.into_iter()
}

/// What the slot for the path of the app holds.
enum Slot {
    Template,
    App(String),
}

/// Looks for the slot near the marker: both are initialized variables of the host.
fn slot_near(
    source: &mut Source<'_>,
    sections: &[Section],
    marker: u64,
) -> Result<Option<Slot>, Trouble> {
    let holds = |section: &&Section| section.offset <= marker && marker < section.end();
    let (from, to) = match data(sections).find(holds) {
        Some(section) if section.length <= LARGEST_DATA => (section.offset, section.end()),
        _ => (marker.saturating_sub(NEIGHBORHOOD), marker.saturating_add(NEIGHBORHOOD)),
    };
    slot(source, from, to)
}

/// Looks for the slot of hosts of .NET Core 2, which have no marker.
fn slot_anywhere(source: &mut Source<'_>, sections: &[Section]) -> Result<Option<Slot>, Trouble> {
    for section in data(sections).take_while(|section| section.length <= LARGEST_DATA) {
        if let Some(slot) = slot(source, section.offset, section.end())? {
            return Ok(Some(slot));
        }
    }
    Ok(None)
}

fn slot(source: &mut Source<'_>, from: u64, to: u64) -> Result<Option<Slot>, Trouble> {
    let length = to.min(source.size()).saturating_sub(from);
    let bytes = source.up_to(from, usize::try_from(length).unwrap_or(usize::MAX))?;
    if memmem::find(bytes, TEMPLATE).is_some() {
        return Ok(Some(Slot::Template));
    }
    let found = memmem::find_iter(bytes, b".dll\0").find_map(|at| app_before(bytes, at + 4));
    Ok(found.map(Slot::App))
}

/// The text that ends at `end`, when nothing but NULs fills the rest of its slot.
fn app_before(bytes: &[u8], end: usize) -> Option<String> {
    let longest = &bytes[end.saturating_sub(SLOT)..end];
    let length = longest.iter().rev().take_while(|byte| **byte >= b' ').count();
    // What stands before the slot may run into the text; variables of this size are aligned.
    let starts = std::iter::once(end - length);
    let mut starts = starts.chain((end - length..end).filter(|it| it.is_multiple_of(16)));
    let (start, text) =
        starts.find_map(|it| Some((it, std::str::from_utf8(&bytes[it..end]).ok()?)))?;
    let rest = bytes.get(end..start + SLOT)?;
    (text.len() > 4 && rest.iter().all(|byte| *byte == 0)).then(|| text.to_owned())
}
