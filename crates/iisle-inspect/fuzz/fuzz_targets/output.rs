//! Any bytes as the files that decide about an output.
#![no_main]

use iisle_inspect::publish::{InspectOptions, inspect};
use iisle_tree::{MemoryTree, Ticks};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: [&[u8]; 5]| {
    let names = ["App.exe", "App.dll", "App.runtimeconfig.json", "App.deps.json", "web.config"];
    let mut tree = MemoryTree::windows();
    for (name, bytes) in names.iter().zip(parts) {
        tree = tree.with_file(name, bytes, Ticks::UNIX_EPOCH);
    }
    let output = inspect(&tree, &InspectOptions::default()).expect("memory can be read");
    assert_eq!(output.files.len(), names.len());
});
