//! Any bytes as a web.config: it is read without panic, and transforming it twice changes nothing
//! the second time.
#![no_main]

use iisle_webconfig::{Launch, Target, TransformOptions, read, transform};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _read = read(bytes);
    let target = Target::new(Launch::Dotnet { dll: "App.dll".to_owned() });
    let options = TransformOptions::default();
    let Ok(once) = transform(Some(bytes), &target, &options) else { return };
    let first = once.bytes.expect("an app of .NET has a web.config");
    let twice = transform(Some(&first), &target, &options).expect("what we write, we read");
    assert_eq!(twice.bytes.as_deref(), Some(first.as_slice()));
});
