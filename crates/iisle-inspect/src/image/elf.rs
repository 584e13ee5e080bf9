use super::pe::Section;
use super::source::{Source, Trouble};
use super::{Format, Image, ImageKind, Machine, NativeCode, RunsAs, TargetOs};

/// Sections of one file that are looked at.
const MOST_SECTIONS: u16 = 1024;
/// `SHT_NOBITS`: memory without bytes in the file.
const NO_BITS: u32 = 8;
/// `SHF_EXECINSTR`.
const EXECUTABLE: u64 = 4;

/// Reads a file that begins with the ELF signature into `image`; its sections, when it has some.
///
/// A shared object is a library or a position-independent program: the name `file_name` decides.
///
/// Source: System V Application Binary Interface, "Object Files".
pub(super) fn read(
    source: &mut Source<'_>,
    file_name: &str,
    image: &mut Image,
) -> Result<Vec<Section>, Trouble> {
    image.format = Format::Elf;
    image.managed = Some(false);
    image.native_code = NativeCode::Native;
    image.target_os = Some(TargetOs::Linux);
    let ident = source.bytes(0, 16)?;
    let (class, order, abi) = (ident[4], ident[5], ident[7]);
    if abi == 9 {
        image.target_os = Some(TargetOs::FreeBsd);
    }
    let is_64bit = match class {
        1 => false,
        2 => true,
        _ => return Err(Trouble::damaged(format!("unknown ELF class {class}"))),
    };
    image.bits = Some(if is_64bit { 64 } else { 32 });
    if order != 1 {
        return Err(Trouble::damaged("an ELF file of another byte order"));
    }
    let machine = match source.u16(18)? {
        3 => Machine::X86,
        62 => Machine::X64,
        40 => Machine::Arm,
        183 => Machine::Arm64,
        243 => Machine::Riscv64,
        258 => Machine::LoongArch64,
        word => Machine::Unknown(word),
    };
    image.machine = Some(machine);
    image.runs_as = Some(RunsAs::Machine(machine));
    image.image = match source.u16(16)? {
        3 if is_library_name(file_name) => Some(ImageKind::Dll),
        2 | 3 => Some(ImageKind::Exe),
        _ => None,
    };
    read_sections(source, is_64bit)
}

/// `libx.so`, also `libx.so.1.2`.
fn is_library_name(name: &str) -> bool {
    name.split('.').skip(1).any(|part| part.eq_ignore_ascii_case("so"))
}

fn read_sections(source: &mut Source<'_>, is_64bit: bool) -> Result<Vec<Section>, Trouble> {
    let (table, width, count, names) = if is_64bit {
        (source.u64(0x28)?, source.u16(0x3a)?, source.u16(0x3c)?, source.u16(0x3e)?)
    } else {
        (u64::from(source.u32(0x20)?), source.u16(0x2e)?, source.u16(0x30)?, source.u16(0x32)?)
    };
    let least = if is_64bit { 64 } else { 40 };
    if table == 0 || count == 0 || width < least || count > MOST_SECTIONS {
        return Ok(Vec::new());
    }
    let place = |index: u16| table.checked_add(u64::from(width) * u64::from(index));
    let mut found = Vec::new();
    let mut name_offsets = Vec::new();
    for index in 0..count {
        let Some(at) = place(index) else { break };
        let line = Line::read(source, at, is_64bit)?;
        name_offsets.push(line.name);
        let length = if line.kind == NO_BITS { 0 } else { line.length };
        let executable = line.flags & EXECUTABLE != 0;
        found.push(Section::of_file(line.offset, length, executable));
    }
    if let Some((start, length)) = found.get(usize::from(names)).map(|it| (it.offset, it.length)) {
        for (section, offset) in found.iter_mut().zip(name_offsets) {
            if u64::from(offset) < length {
                section.name = source.text(start.saturating_add(u64::from(offset)), 64)?;
            }
        }
    }
    Ok(found)
}

/// One line of the section table.
struct Line {
    name: u32,
    kind: u32,
    flags: u64,
    offset: u64,
    length: u64,
}

impl Line {
    fn read(source: &mut Source<'_>, at: u64, is_64bit: bool) -> Result<Self, Trouble> {
        let end = at.checked_add(64);
        if end.is_none() {
            return Err(Trouble::damaged("the section table lies outside the file"));
        }
        let (name, kind) = (source.u32(at)?, source.u32(at + 4)?);
        let (flags, offset, length) = if is_64bit {
            (source.u64(at + 8)?, source.u64(at + 24)?, source.u64(at + 32)?)
        } else {
            let word = |source: &mut Source<'_>, at| source.u32(at).map(u64::from);
            (word(source, at + 8)?, word(source, at + 16)?, word(source, at + 20)?)
        };
        Ok(Self { name, kind, flags, offset, length })
    }
}
