//! Any two documents, one behind the other with a NUL between: neither mode panics, what is applied
//! can be read again, and safe mode without directives gives the very bytes back.
#![no_main]

use iisle_xdt::{Mode, Options, Status, transform};
use iisle_xml::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (source, directives) = (&bytes[..at], bytes.get(at + 1..).unwrap_or(b""));
    for mode in [Mode::Safe, Mode::Compatible] {
        let options = Options { mode, ..Options::default() };
        let outcome = transform(source, directives, &options);
        assert_eq!(outcome.status == Status::Applied, outcome.errors().next().is_none());
        if mode == Mode::Safe
            && let (Status::Applied, Some(result)) = (outcome.status, outcome.bytes)
        {
            Document::parse(&result).expect("what is written is well-formed");
        }
    }
    let nothing = transform(source, b"<r/>", &Options::default());
    if let Some(result) = nothing.bytes {
        assert_eq!(result, source);
    }
});
