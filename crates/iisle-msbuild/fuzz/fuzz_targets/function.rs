//! Any expression in `$(…)` has a value, is refused, or is named as unknown.
#![no_main]

use iisle_msbuild::{MemoryFiles, Request, evaluate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|expression: &str| {
    let escaped = expression.replace('&', "&amp;").replace('<', "&lt;");
    let mut files = MemoryFiles::new();
    let text = format!(
        "<Project><PropertyGroup><S>Hello World</S><L>a;b;;c</L><A>$({escaped})</A></PropertyGroup></Project>"
    );
    files.insert("/r/p.proj", text);
    let _result = evaluate(&files, &Request::new("/r/p.proj"));
});
