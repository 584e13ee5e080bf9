//! Any bytes as an image: PE, CLI metadata, app host, bundle, ELF, Mach-O.
//!
//! Seeds: `cargo fuzz run image ../../../testdata/pe/images/in`.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["x.exe", "libx.so"] {
        let mut content = Cursor::new(bytes.to_vec());
        let image = iisle_inspect::image::inspect_image(name, bytes.len() as u64, &mut content);
        let image = image.expect("memory can be read");
        assert!(image.error.is_none_or(|error| !error.is_empty()));
    }
});
