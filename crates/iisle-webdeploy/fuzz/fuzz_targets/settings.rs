//! Any bytes as SetParameters.xml, any text as a skip rule; what is read is resolved.
#![no_main]

use iisle_webdeploy::{Origin, SetParameters, Setting, SkipRule};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = SetParameters::parse(bytes) {
        let set = |(name, value): &(String, String)| Setting {
            name: name.clone(),
            value: value.clone(),
            origin: Origin::SetFile,
        };
        drop(read.declared.resolve(&read.values.iter().map(set).collect::<Vec<_>>()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(SkipRule::parse(text));
    }
});
