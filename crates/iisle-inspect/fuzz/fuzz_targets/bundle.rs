//! Any bytes as the manifest of a single-file bundle, and as what stands around it.
#![no_main]

use std::io::Cursor;

use iisle_inspect::image::inspect_image;
use libfuzzer_sys::fuzz_target;

/// What a host has behind the offset of its manifest.
const MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
/// A host that is bound to an app and holds an empty bundle.
const HOST: &[u8] = include_bytes!("../../../../testdata/pe/images/in/apphost-app-x64.exe");

fuzz_target!(|manifest: &[u8]| {
    let mut bytes = HOST.to_vec();
    let found = bytes.windows(MARKER.len()).position(|window| window == MARKER);
    let marker = found.expect("the host has the marker");
    let offset = bytes.len() as u64;
    bytes[marker - 8..marker].copy_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(manifest);
    let size = bytes.len() as u64;
    let image = inspect_image("App.exe", size, &mut Cursor::new(bytes)).expect("memory can be read");
    let bundle = image.host.and_then(|host| host.bundle);
    for file in bundle.iter().flat_map(|bundle| &bundle.files) {
        assert!(file.offset <= size);
    }
});
