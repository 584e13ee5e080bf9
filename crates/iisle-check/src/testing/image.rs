//! The least bytes that are a program of some kind.

const X86: u16 = 0x014c;
const X64: u16 = 0x8664;
const ARM64: u16 = 0xaa64;

/// The SHA-256 of `foobar` in hex: what an app host that was never bound holds.
const UNBOUND: &str = "c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2";
/// What stands behind the offset of the bundle's header.
const BUNDLE_MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];

/// Reads `managed ARCH [VERSION]`, `r2r ARCH [linux]`, `native ARCH`, `native-dll ARCH`,
/// `apphost ARCH DLL|unbound`, `bundle ARCH` or `elf ARCH`; anything else is `None`.
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    let mut words = text.split_whitespace();
    let (kind, arch) = (words.next()?, words.next()?);
    let machine = match arch {
        "anycpu" | "x86" => X86,
        "x64" => X64,
        "arm64" => ARM64,
        _ => return None,
    };
    let image = Image { machine, dll: kind == "native-dll" };
    Some(match kind {
        "managed" => {
            let mut bytes = image.managed(if arch == "x86" { 0x3 } else { 0x1 }, 0);
            if let Some(version) = words.next() {
                name_assembly(&mut bytes, version);
            }
            bytes
        }
        "r2r" => {
            let mask = if words.next() == Some("linux") { 0x7b79 } else { 0 };
            Image { machine: machine ^ mask, ..image }
                .managed(if arch == "x86" { 0x6 } else { 0x4 }, 1)
        }
        "native" | "native-dll" => image.native(b"nothing of .NET"),
        "apphost" => image.native(&app_host(words.next()?)),
        "bundle" => {
            let mut bytes = image.native(&[&[0; 8], &BUNDLE_MARKER[..]].concat());
            let header = u64::try_from(bytes.len()).expect("small");
            let marker =
                bytes.windows(32).position(|it| it == BUNDLE_MARKER).expect("just written");
            bytes[marker - 8..marker].copy_from_slice(&header.to_le_bytes());
            bytes.extend(bundle_header());
            bytes
        }
        "elf" => elf(machine),
        _ => return None,
    })
}

/// Writes metadata with one row, that of an assembly `Lib` of this version, behind the root.
fn name_assembly(bytes: &mut [u8], version: &str) {
    // The section begins at 0x200 of the file, the metadata root at 0x50 of the section.
    const ROOT: usize = 0x250;
    let streams: [(&[u8], u32, u32); 2] = [(b"#~\0\0", 0xb0, 50), (b"#Strings\0\0\0\0", 0xe4, 8)];
    put16(bytes, ROOT + 30, 2);
    let mut at = ROOT + 32;
    for (name, offset, size) in streams {
        put32(bytes, at, offset);
        put32(bytes, at + 4, size);
        bytes[at + 8..at + 8 + name.len()].copy_from_slice(name);
        at += 8 + name.len();
    }
    // The size of the metadata as the CLI header has it.
    put32(bytes, 0x20c, 0xec);
    let tables = ROOT + 0xb0;
    bytes[tables + 4] = 2;
    bytes[tables + 7] = 1;
    bytes[tables + 12] = 1;
    put32(bytes, tables + 24, 1);
    for (index, part) in version.split('.').enumerate() {
        put16(bytes, tables + 32 + 2 * index, part.parse().expect("four numbers"));
    }
    put16(bytes, tables + 46, 1);
    bytes[ROOT + 0xe5..ROOT + 0xe8].copy_from_slice(b"Lib");
}

fn app_host(dll: &str) -> Vec<u8> {
    let mut slot = if dll == "unbound" { UNBOUND.as_bytes() } else { dll.as_bytes() }.to_vec();
    slot.resize(1024, 0);
    [b"hostfxr_main_startupinfo\0", &slot[..], &[0; 8], &BUNDLE_MARKER[..]].concat()
}

/// Version 6, no files, id `x`, no json inside, no flags.
fn bundle_header() -> Vec<u8> {
    let numbers = [6_u32, 0, 0];
    let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    bytes.extend([1, b'x']);
    bytes.extend([0; 40]);
    bytes
}

fn elf(machine: u16) -> Vec<u8> {
    let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
    bytes.resize(64, 0);
    bytes[16] = 3;
    bytes[18] = if machine == ARM64 { 183 } else { 62 };
    bytes[20] = 1;
    bytes
}

struct Image {
    machine: u16,
    dll: bool,
}

impl Image {
    /// An image with a CLI header of these flags, ReadyToRun when `native_headers` is 1.
    fn managed(&self, flags: u32, native_headers: u32) -> Vec<u8> {
        // CLI header, metadata root, ReadyToRun header: all in the one section at RVA 0x2000.
        let mut section = vec![0; 0x180];
        put32(&mut section, 0x00, 72);
        put32(&mut section, 0x04, 0x0005_0002);
        put32(&mut section, 0x08, 0x2050);
        put32(&mut section, 0x0c, 0x20);
        put32(&mut section, 0x10, flags);
        if native_headers == 1 {
            put32(&mut section, 0x40, 0x2080);
            put32(&mut section, 0x44, 0x10);
        }
        section[0x50..0x54].copy_from_slice(b"BSJB");
        put32(&mut section, 0x54, 0x0001_0001);
        put32(&mut section, 0x5c, 12);
        section[0x60..0x6a].copy_from_slice(b"v4.0.30319");
        section[0x80..0x84].copy_from_slice(b"RTR\0");
        put32(&mut section, 0x84, 9);
        self.image(&section, 72)
    }

    fn native(&self, content: &[u8]) -> Vec<u8> {
        self.image(content, 0)
    }

    fn image(&self, section: &[u8], cli_size: u32) -> Vec<u8> {
        let narrow = self.machine == X86;
        let optional: usize = if narrow { 0xe0 } else { 0xf0 };
        let directories = if narrow { 0x80 + 24 + 96 } else { 0x80 + 24 + 112 };
        let size = u32::try_from(section.len()).expect("small").next_multiple_of(0x200);
        let mut bytes = vec![0; 0x200];
        bytes[..2].copy_from_slice(b"MZ");
        put32(&mut bytes, 0x3c, 0x80);
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        put16(&mut bytes, 0x84, self.machine);
        put16(&mut bytes, 0x86, 1);
        put16(&mut bytes, 0x94, u16::try_from(optional).expect("small"));
        put16(&mut bytes, 0x96, if self.dll { 0x2022 } else { 0x0022 });
        put16(&mut bytes, 0x98, if narrow { 0x10b } else { 0x20b });
        put32(&mut bytes, 0x98 + 32, 0x2000);
        put32(&mut bytes, 0x98 + 36, 0x200);
        put32(&mut bytes, 0x98 + 56, 0x2000 + size.next_multiple_of(0x2000));
        put32(&mut bytes, 0x98 + 60, 0x200);
        put16(&mut bytes, 0x98 + 68, 3);
        put32(&mut bytes, directories - 4, 16);
        if cli_size > 0 {
            put32(&mut bytes, directories + 14 * 8, 0x2000);
            put32(&mut bytes, directories + 14 * 8 + 4, cli_size);
        }
        let header = 0x98 + optional;
        bytes[header..header + 5].copy_from_slice(b".data");
        put32(&mut bytes, header + 8, size);
        put32(&mut bytes, header + 12, 0x2000);
        put32(&mut bytes, header + 16, size);
        put32(&mut bytes, header + 20, 0x200);
        // Initialized data, readable and writable: where hosts keep what names their app.
        put32(&mut bytes, header + 36, 0xc000_0040);
        bytes.extend(section);
        bytes.resize(0x200 + size as usize, 0);
        bytes
    }
}

fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}
