//! Any bytes are a project or refused.
#![no_main]

use iisle_msbuild::{MemoryFiles, Request, evaluate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut files = MemoryFiles::new();
    files.insert("/r/p.csproj", bytes);
    files.insert("/r/Directory.Build.props", bytes);
    let _result = evaluate(&files, &Request::new("/r/p.csproj"));
});
