//! Any condition is decided or refused with a code.
#![no_main]

use iisle_msbuild::{MemoryFiles, Request, evaluate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|condition: &str| {
    let escaped = condition.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut files = MemoryFiles::new();
    let text = format!(
        "<Project><PropertyGroup><T>true</T><N>5</N><A Condition=\"{escaped}\">1</A></PropertyGroup></Project>"
    );
    files.insert("/r/p.proj", text);
    let _result = evaluate(&files, &Request::new("/r/p.proj"));
});
