use super::metadata;
use super::source::{Source, Trouble};
use super::{
    Format, Image, ImageKind, Machine, NativeCode, ReadyToRun, RunsAs, Subsystem, TargetOs,
};

/// `IMAGE_FILE_DLL`.
const DLL: u16 = 0x2000;
/// `COMIMAGE_FLAGS_*`.
const IL_ONLY: u32 = 1;
const REQUIRES_32BIT: u32 = 2;
const STRONG_NAME_SIGNED: u32 = 8;
const PREFERS_32BIT: u32 = 0x2_0000;
/// `RTR\0` and `NGE\0`, signatures behind `ManagedNativeHeader`.
const READY_TO_RUN: u32 = 0x0052_5452;
const NGEN: u32 = 0x0045_474e;
/// Sections of one image; the format allows 65,535, the loader of Windows 96.
const MOST_SECTIONS: u16 = 4096;
/// Exports and imports that are listed.
const MOST_NAMES: u32 = 65_536;
const LONGEST_NAME: usize = 512;

/// What combines with the machine word of ReadyToRun images for other systems.
///
/// Source: dotnet/runtime, `docs/design/coreclr/botr/readytorun-format.md`.
const MASKS: [(u16, TargetOs); 5] = [
    (0x7b79, TargetOs::Linux),
    (0x4644, TargetOs::Osx),
    (0xadc4, TargetOs::FreeBsd),
    (0x1993, TargetOs::NetBsd),
    (0x1992, TargetOs::SunOs),
];

/// The headers of a PE image.
pub(super) struct Headers {
    pub(super) sections: Vec<Section>,
    directories: Vec<(u32, u32)>,
    header_length: u32,
    is_32bit: bool,
}

/// One line of the section table.
pub(super) struct Section {
    pub(super) name: String,
    /// Offset and length of its bytes in the file.
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) executable: bool,
    address: u32,
    extent: u32,
}

impl Section {
    /// A section of a format whose addresses are of no interest.
    pub(super) fn of_file(offset: u64, length: u64, executable: bool) -> Self {
        Self { name: String::new(), offset, length, executable, address: 0, extent: 0 }
    }

    /// Where its bytes end in the file.
    pub(super) fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

impl Headers {
    /// Where the byte at an address lies in the file.
    fn offset(&self, address: u32) -> Option<u64> {
        let inside = |section: &&Section| {
            section.address <= address && address - section.address < section.extent
        };
        match self.sections.iter().find(inside) {
            Some(section) => {
                let within = u64::from(address - section.address);
                (within < section.length).then_some(section.offset + within)
            }
            None => (address < self.header_length).then_some(u64::from(address)),
        }
    }

    fn located(&self, address: u32, what: &str) -> Result<u64, Trouble> {
        self.offset(address).ok_or_else(|| {
            Trouble::damaged(format!("the {what} at {address:#x} lies outside every section"))
        })
    }

    fn directory(&self, index: usize) -> Option<(u32, u32)> {
        self.directories.get(index).copied().filter(|(address, _)| *address != 0)
    }
}

/// The machine that a word of the header means, and the system whose mask it bears.
fn machine(word: u16) -> (Machine, TargetOs) {
    if let Some(machine) = plain_machine(word) {
        return (machine, TargetOs::Windows);
    }
    let masked =
        MASKS.iter().find_map(|(mask, system)| Some((plain_machine(word ^ mask)?, *system)));
    masked.unwrap_or((Machine::Unknown(word), TargetOs::Windows))
}

/// Source: Microsoft PE Format, "Machine Types".
fn plain_machine(word: u16) -> Option<Machine> {
    Some(match word {
        0x014c => Machine::X86,
        0x8664 => Machine::X64,
        0x01c4 => Machine::Arm,
        0xaa64 => Machine::Arm64,
        0x0200 => Machine::Ia64,
        0x5064 => Machine::Riscv64,
        0x6264 => Machine::LoongArch64,
        _ => return None,
    })
}

/// Reads a file that begins with `MZ` into `image`; the headers, when it has them.
///
/// Source: Microsoft PE Format; ECMA-335 II.25.
pub(super) fn read(source: &mut Source<'_>, image: &mut Image) -> Result<Headers, Trouble> {
    image.format = Format::Pe;
    let headers = read_headers(source, image)?;
    let size = source.size();
    let beyond = headers.sections.iter().find(|it| it.end() > size);
    let truncated = beyond.map(|section| {
        let (name, end) = (&section.name, section.end());
        format!("truncated: section {name} ends at {end:#x}, the file at {size:#x}")
    });
    let directory = headers.directory(14);
    image.managed = Some(directory.is_some());
    let mut rest = if let Some((address, _)) = directory {
        read_managed(source, &headers, address, image)
    } else {
        image.native_code = NativeCode::Native;
        image.runs_as = image.machine.map(RunsAs::Machine);
        Ok(())
    };
    if rest.is_ok() && matches!(image.native_code, NativeCode::Native | NativeCode::Mixed) {
        rest = read_names(source, &headers, image);
    }
    // A file that was cut off is that first of all, whatever else cannot be read because of it.
    image.error = truncated;
    rest.map(|()| headers)
}

fn read_headers(source: &mut Source<'_>, image: &mut Image) -> Result<Headers, Trouble> {
    let pe = u64::from(source.u32(0x3c)?);
    if pe.checked_add(24).is_none_or(|end| end > source.size()) {
        return Err(Trouble::damaged(format!("the PE header at {pe:#x} lies outside the file")));
    }
    if source.bytes(pe, 4)? != b"PE\0\0" {
        return Err(Trouble::damaged(format!("no PE signature at {pe:#x}")));
    }
    let (machine, system) = machine(source.u16(pe + 4)?);
    image.machine = Some(machine);
    image.target_os = Some(system);
    let count = source.u16(pe + 6)?;
    let optional_size = u64::from(source.u16(pe + 20)?);
    let characteristics = source.u16(pe + 22)?;
    image.image = Some(if characteristics & DLL == 0 { ImageKind::Exe } else { ImageKind::Dll });

    let optional = pe + 24;
    let (is_32bit, directories) = match source.u16(optional)? {
        0x10b => (true, 96),
        0x20b => (false, 112),
        magic => {
            return Err(Trouble::damaged(format!("unknown optional header {magic:#06x}")));
        }
    };
    image.bits = Some(if is_32bit { 32 } else { 64 });
    image.subsystem = match source.u16(optional + 68)? {
        2 => Some(Subsystem::Gui),
        3 => Some(Subsystem::Console),
        _ => None,
    };
    let header_length = source.u32(optional + 60)?;
    let listed = u64::from(source.u32(optional + directories - 4)?);
    let room = optional_size.saturating_sub(directories) / 8;
    let mut found = Vec::new();
    for index in 0..listed.min(room).min(16) {
        let at = optional + directories + index * 8;
        found.push((source.u32(at)?, source.u32(at + 4)?));
    }
    let mut headers = Headers { sections: Vec::new(), directories: found, header_length, is_32bit };
    if count > MOST_SECTIONS {
        return Err(Trouble::damaged(format!("{count} sections")));
    }
    let table = optional + optional_size;
    for index in 0..u64::from(count) {
        let line = source.bytes(table + index * 40, 40)?;
        let word =
            |at: usize| u32::from_le_bytes([line[at], line[at + 1], line[at + 2], line[at + 3]]);
        let name = line[..8].split(|byte| *byte == 0).next().unwrap_or_default();
        // Without bytes in the file the offset means nothing.
        let length = word(16);
        headers.sections.push(Section {
            name: String::from_utf8_lossy(name).into_owned(),
            offset: if length == 0 { 0 } else { u64::from(word(20)) },
            length: u64::from(length),
            executable: word(36) & 0x2000_0000 != 0,
            address: word(12),
            extent: word(8).max(length),
        });
    }
    Ok(headers)
}

fn read_managed(
    source: &mut Source<'_>,
    headers: &Headers,
    address: u32,
    image: &mut Image,
) -> Result<(), Trouble> {
    let header = headers.located(address, "CLI header")?;
    let flags = source.u32(header + 16)?;
    image.il_only = flags & IL_ONLY != 0;
    image.requires_32bit = flags & REQUIRES_32BIT != 0;
    image.prefers_32bit = flags & PREFERS_32BIT != 0;
    image.strong_name_signed = flags & STRONG_NAME_SIGNED != 0;
    let native = source.u32(header + 64)?;
    image.native_code = native_code(source, headers, native, image)?;
    if image.native_code == NativeCode::None {
        image.target_os = Some(TargetOs::Any);
    }
    image.runs_as = Some(runs_as(image, headers.is_32bit));
    let metadata_address = source.u32(header + 8)?;
    let length = source.u32(header + 12)?;
    let metadata = headers.located(metadata_address, "CLI metadata")?;
    metadata::read(source, metadata, u64::from(length), image)
}

fn native_code(
    source: &mut Source<'_>,
    headers: &Headers,
    address: u32,
    image: &mut Image,
) -> Result<NativeCode, Trouble> {
    if address != 0 {
        let at = headers.located(address, "native header")?;
        match source.u32(at)? {
            READY_TO_RUN => {
                let (major, minor) = (source.u16(at + 4)?, source.u16(at + 6)?);
                let flags = source.u32(at + 8)?;
                image.ready_to_run = Some(ReadyToRun { major, minor, flags });
                return Ok(NativeCode::ReadyToRun);
            }
            NGEN => return Ok(NativeCode::NGen),
            _ => {}
        }
    }
    Ok(if image.il_only { NativeCode::None } else { NativeCode::Mixed })
}

fn runs_as(image: &Image, is_32bit: bool) -> RunsAs {
    let machine = image.machine.expect("read with the header");
    let neutral = image.native_code == NativeCode::None && is_32bit && machine == Machine::X86;
    match (neutral, image.requires_32bit, image.prefers_32bit) {
        (true, false, _) => RunsAs::AnyCpu,
        (true, true, true) => RunsAs::AnyCpuPrefer32,
        _ => RunsAs::Machine(machine),
    }
}

/// Exports and imports.
fn read_names(
    source: &mut Source<'_>,
    headers: &Headers,
    image: &mut Image,
) -> Result<(), Trouble> {
    if let Some((address, _)) = headers.directory(0) {
        let table = headers.located(address, "export table")?;
        let count = source.u32(table + 24)?.min(MOST_NAMES);
        let names = source.u32(table + 32)?;
        for index in 0..count {
            let Some(at) = names.checked_add(index * 4).and_then(|it| headers.offset(it)) else {
                break;
            };
            let name = source.u32(at)?;
            let Some(at) = headers.offset(name) else { break };
            image.exports.push(source.text(at, LONGEST_NAME)?);
        }
    }
    if let Some((address, _)) = headers.directory(1) {
        for index in 0..MOST_NAMES {
            let Some(at) = address.checked_add(index * 20).and_then(|it| headers.offset(it)) else {
                break;
            };
            let name = source.u32(at + 12)?;
            let Some(at) = headers.offset(name).filter(|_| name != 0) else { break };
            image.imports.push(source.text(at, LONGEST_NAME)?);
        }
    }
    Ok(())
}
