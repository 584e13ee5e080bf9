//! Packs a folder, to try the library: `cargo run --example pack -- FOLDER PACKAGE.zip [OPTION…]`
//!
//! Options: `application=PATH`, `parameters=FILE`, `skip=PATTERN`, `threads=N`, `level=N`, `entries=any`.
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::io::BufWriter;
use std::path::Path;

use iisle_path::Patterns;
use iisle_tree::digest::Digest;
use iisle_tree::{LocalTree, Tree, host};
use iisle_webdeploy::{EntryLimit, Level, PackOptions, Parameters, companions, digest_lines, pack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, package, settings @ ..] = arguments.as_slice() else {
        return Err("expected FOLDER PACKAGE.zip [OPTION…]".into());
    };
    let options = options(settings)?;
    let package = Path::new(package);
    let tree = LocalTree::open(folder)?;
    let snapshot = tree.snapshot()?;

    let mut file = host::create_file_atomic(package)?;
    let mut out = BufWriter::with_capacity(1024 * 1024, &mut file);
    let packed = pack(&tree, &snapshot, &options, &mut out, &|_, _| ())?;
    drop(out);
    file.commit()?;

    let name = package.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?;
    let mut digests = vec![(format!("{name}.zip"), packed.sha256)];
    for companion in companions(name, &options) {
        host::write_atomic(&package.with_file_name(&companion.file_name), &companion.content)?;
        digests.push((companion.file_name, *Digest::of(&companion.content).bytes()));
    }
    let lines = digest_lines(digests.iter().map(|(name, digest)| (name.as_str(), digest)));
    host::write_atomic(&package.with_extension("sha256"), lines.as_bytes())?;
    println!("{} entries, {} bytes, {} skipped", packed.entries, packed.size, packed.skipped.len());
    Ok(())
}

fn options(settings: &[String]) -> Result<PackOptions, Box<dyn Error>> {
    let mut options = PackOptions::default();
    let mut skip = Vec::new();
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("expected NAME=VALUE")?;
        match name {
            "application" => options.application = Some(value.to_owned()),
            "parameters" => {
                let bytes = host::read(Path::new(value), 1024 * 1024)?;
                options.parameters = Parameters::parse(&bytes)?;
            }
            "skip" => skip.push(value),
            "threads" => options.threads = Some(value.parse()?),
            "level" => options.level = Level::new(value.parse()?).ok_or("no such level")?,
            "entries" => options.entries = EntryLimit::Lifted,
            _ => return Err(format!("no option `{name}`").into()),
        }
    }
    options.skip = Patterns::parse(skip)?;
    Ok(options)
}
