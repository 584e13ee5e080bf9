//! Shows what a package holds, to try the library: `cargo run --example show -- PACKAGE.zip`
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::path::Path;

use iisle_tree::host;
use iisle_webdeploy::{OpenOptions, Package};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("expected PACKAGE.zip")?;
    let package = Package::from_zip(host::open(Path::new(&file))?, &OpenOptions::default())?;
    println!("{}, root {}", package.form().word(), package.manifest().root);
    for provider in package.manifest().providers.iter().flat_map(|p| p.descendants()) {
        println!("  {} {}", provider.name, provider.path);
    }
    for parameter in package.parameters() {
        println!("  parameter {} = {:?}", parameter.name, parameter.own_value());
    }
    for content in package.contents() {
        let (files, directories) = (content.files.len(), content.directories.len());
        println!("  {}: {files} files, {directories} directories", content.folder);
    }
    for fault in package.faults().iter().chain(&package.damaged(&|_, _| ())?) {
        println!("  fault: {fault}");
    }
    Ok(())
}
