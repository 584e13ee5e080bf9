//! Any bytes as archive.xml and as parameters.xml.
#![no_main]

use iisle_webdeploy::{Manifest, Parameters};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drop(Manifest::parse(bytes));
    drop(Parameters::parse(bytes));
});
