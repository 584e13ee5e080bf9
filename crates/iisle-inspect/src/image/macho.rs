use super::source::{Source, Trouble};
use super::{Format, Image, ImageKind, Machine, NativeCode, RunsAs, TargetOs};

/// `MH_MAGIC_64` and `MH_MAGIC`, as the bytes stand in a file of little-endian order.
pub(super) const MAGIC_64: [u8; 4] = [0xcf, 0xfa, 0xed, 0xfe];
pub(super) const MAGIC_32: [u8; 4] = [0xce, 0xfa, 0xed, 0xfe];
/// `FAT_MAGIC`; compiled Java classes begin with the same bytes.
pub(super) const MAGIC_FAT: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];

/// Architectures in one file; a Java class has its version, 45 or more, in this place.
const MOST_ARCHITECTURES: u32 = 30;

/// Whether a file that begins with [`MAGIC_FAT`] is a universal binary.
pub(super) fn is_universal(source: &mut Source<'_>) -> bool {
    source.u32(4).is_ok_and(|count| (1..MOST_ARCHITECTURES).contains(&count.swap_bytes()))
}

/// Reads a file for one processor into `image`.
///
/// Source: Apple, `mach-o/loader.h`.
pub(super) fn read(source: &mut Source<'_>, image: &mut Image) -> Result<(), Trouble> {
    describe(image);
    image.bits = Some(if source.bytes(0, 4)? == MAGIC_64 { 64 } else { 32 });
    let machine = machine(source.u32(4)?);
    image.machine = Some(machine);
    image.runs_as = Some(RunsAs::Machine(machine));
    image.image = kind(source.u32(12)?);
    Ok(())
}

/// Reads a file for several processors into `image`.
///
/// Source: Apple, `mach-o/fat.h`.
pub(super) fn read_universal(source: &mut Source<'_>, image: &mut Image) -> Result<(), Trouble> {
    describe(image);
    image.machine = Some(Machine::Universal);
    image.runs_as = Some(RunsAs::Machine(Machine::Universal));
    let count = u64::from(source.u32(4)?.swap_bytes());
    let mut machines = Vec::new();
    let mut wide = true;
    for index in 0..count {
        let word = source.u32(8 + index * 20)?.swap_bytes();
        wide &= word & 0x0100_0000 != 0;
        machines.push(machine(word));
        image.runs_as = Some(match machines[..] {
            [one] => RunsAs::Machine(one),
            _ => RunsAs::OneOf(machines.clone()),
        });
    }
    image.bits = wide.then_some(64);
    let first = u64::from(source.u32(16)?.swap_bytes());
    if matches!(source.up_to(first, 4), Ok(magic) if *magic == MAGIC_64 || *magic == MAGIC_32) {
        image.image = kind(source.u32(first + 12)?);
    }
    Ok(())
}

fn describe(image: &mut Image) {
    image.format = Format::MachO;
    image.managed = Some(false);
    image.native_code = NativeCode::Native;
    image.target_os = Some(TargetOs::Osx);
}

fn machine(word: u32) -> Machine {
    match word {
        0x7 => Machine::X86,
        0x0100_0007 => Machine::X64,
        0xc => Machine::Arm,
        0x0100_000c => Machine::Arm64,
        other => Machine::Unknown(u16::try_from(other & 0xffff).unwrap_or_default()),
    }
}

fn kind(word: u32) -> Option<ImageKind> {
    match word {
        2 => Some(ImageKind::Exe),
        6 | 8 => Some(ImageKind::Dll),
        _ => None,
    }
}
