//! Any bytes as the record of provider options; what is read is written to the same meaning.
#![no_main]

use iisle_webdeploy::ProviderOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(options) = ProviderOptions::from_record(bytes) {
        assert_eq!(ProviderOptions::from_record(&options.to_record()).ok(), Some(options));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(ProviderOptions::from_attribute(text));
    }
});
