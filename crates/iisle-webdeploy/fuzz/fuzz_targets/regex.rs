//! Any text as a regular expression of .NET, and any other text to match: read or refused, and
//! what is read gives an answer.
#![no_main]

use iisle_webdeploy::NetRegex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    if let Ok(regex) = NetRegex::parse(pattern) {
        if let Ok((replaced, places)) = regex.replace_all(text, "") {
            assert!(places > 0 || replaced == text);
        }
    }
});
