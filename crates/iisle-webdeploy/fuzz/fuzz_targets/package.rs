//! Any bytes as a package: opened, and if they are one, read to the end.
#![no_main]

use std::io::Cursor;

use iisle_webdeploy::{OpenOptions, Package, ReadLimits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = ReadLimits { total_bytes: 1 << 20, ..ReadLimits::default() };
    let options = OpenOptions { limits, offset_minutes: 0 };
    if let Ok(package) = Package::from_zip(Cursor::new(bytes.to_vec()), &options) {
        drop(package.damaged(&|_, _| ()));
    }
});
