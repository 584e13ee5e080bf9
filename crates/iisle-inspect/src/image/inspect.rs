use std::io;

use iisle_tree::Content;

use super::source::{Source, Trouble};
use super::{
    Format, Image, ImageKind, LookAlike, Machine, NativeCode, RunsAs, TargetOs, elf, host, macho,
    pe,
};

/// Reads what a file is that bears the name of a binary.
///
/// `file_name` is its last segment: of ELF files it tells libraries from programs. `size` is its
/// length in bytes. Only headers and tables are read; of native programs also their data, where a
/// .NET host would keep its settings. Damage is told in [`Image::error`].
///
/// # Errors
/// Only when the content cannot be read at all.
pub fn inspect_image(
    file_name: &str,
    size: u64,
    content: &mut dyn Content,
) -> Result<Image, io::Error> {
    let mut image = Image::unknown(size);
    let mut source = Source::new(content, size);
    match read(&mut source, file_name, &mut image) {
        Ok(()) => {}
        Err(Trouble::Io(error)) => return Err(error),
        Err(Trouble::Damaged(error)) => {
            image.error.get_or_insert(error);
        }
    }
    Ok(image)
}

fn read(source: &mut Source<'_>, file_name: &str, image: &mut Image) -> Result<(), Trouble> {
    let start = source.up_to(0, 64)?.to_vec();
    let sections = if start.starts_with(b"MZ") {
        pe::read(source, image)?.sections
    } else if start.starts_with(b"\x7fELF") {
        elf::read(source, file_name, image)?
    } else if start.starts_with(&macho::MAGIC_64) || start.starts_with(&macho::MAGIC_32) {
        macho::read(source, image)?;
        Vec::new()
    } else if start.starts_with(&macho::MAGIC_FAT) && macho::is_universal(source) {
        return macho::read_universal(source, image);
    } else if start.starts_with(b"\0asm") {
        describe_wasm(image);
        return Ok(());
    } else {
        let look_alike = look_alike(&start);
        image.managed = Some(false);
        image.look_alike = Some(look_alike);
        return Err(Trouble::damaged(look_alike.describe()));
    };
    let is_program = image.image == Some(ImageKind::Exe) && image.managed == Some(false);
    if is_program { host::find(source, &sections, image) } else { Ok(()) }
}

fn describe_wasm(image: &mut Image) {
    image.format = Format::Wasm;
    image.machine = Some(Machine::Wasm32);
    image.bits = Some(32);
    image.image = Some(ImageKind::Module);
    image.managed = Some(false);
    image.native_code = NativeCode::Native;
    image.target_os = Some(TargetOs::Browser);
    image.runs_as = Some(RunsAs::Machine(Machine::Wasm32));
}

fn look_alike(start: &[u8]) -> LookAlike {
    if start.is_empty() {
        return LookAlike::Empty;
    }
    if start.starts_with(b"version https://git-lfs") {
        return LookAlike::GitLfsPointer;
    }
    if start.starts_with(b"PK\x03\x04") {
        return LookAlike::Zip;
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins =
        |with: &[u8]| text.get(..with.len()).is_some_and(|found| found.eq_ignore_ascii_case(with));
    if begins(b"<!doctype") || begins(b"<html") { LookAlike::Html } else { LookAlike::Other }
}
