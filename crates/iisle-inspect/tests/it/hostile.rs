//! Bytes that nobody meant well with: nothing panics, nothing takes long.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Cursor;
use std::sync::OnceLock;

use iisle_inspect::image::{Image, inspect_image};
use iisle_inspect::publish::{Deps, InspectOptions, RuntimeConfig, inspect};
use iisle_path::RelPath;
use iisle_tree::{LocalTree, MemoryTree, Ticks, Tree};
use proptest::prelude::*;

/// The images of the corpus.
fn images() -> &'static [(String, Vec<u8>)] {
    static IMAGES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    IMAGES.get_or_init(read_corpus)
}

fn read_corpus() -> Vec<(String, Vec<u8>)> {
    let tree = LocalTree::open(iisle_testdata::case("pe", "images").join("in")).unwrap();
    let files = tree.snapshot().unwrap().files;
    let read = |path: &RelPath| tree.read_all(path, 1 << 20).unwrap();
    files.keys().map(|path| (path.to_string(), read(path))).collect()
}

fn read(name: &str, bytes: &[u8]) -> Image {
    inspect_image(name, bytes.len() as u64, &mut Cursor::new(bytes.to_vec())).unwrap()
}

#[test]
fn images_may_end_anywhere() {
    for (name, bytes) in images() {
        let whole = read(name, bytes);
        for end in 0..bytes.len() {
            let cut = read(name, &bytes[..end]);
            // What a header says of itself is believed only as far as the file goes.
            if whole.format.word() == "pe" && end < 0x100 {
                assert!(cut.error.is_some(), "{name} cut at {end}");
            }
        }
    }
}

#[test]
fn a_cut_image_says_where_it_ends() {
    let (name, bytes) = images().iter().find(|(name, _)| name == "native-x64.dll").unwrap();
    let error = read(name, &bytes[..0x500]).error.unwrap();
    assert_eq!(error, "truncated: section .rdata ends at 0x600, the file at 0x500");
}

#[test]
fn a_tree_may_lie_about_lengths() {
    for (name, bytes) in images() {
        for claimed in [0, 1, 64, bytes.len() as u64 * 2, u64::MAX] {
            inspect_image(name, claimed, &mut Cursor::new(bytes.clone())).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn changed_images_do_not_panic(
        at in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (name, bytes) = at.get(images());
        let mut bytes = bytes.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len().min(0x400));
            bytes[place] = byte;
        }
        read(name, &bytes);
    }

    #[test]
    fn changed_bundles_do_not_panic(
        version in 0_u32..8,
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (name, bytes) = images().iter().find(|(name, _)| name == "singlefile-fdd.exe").unwrap();
        let header = 4315;
        let mut bytes = bytes[..header].to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(tail);
        let image = read(name, &bytes);
        prop_assert!(image.host.is_some());
    }

    #[test]
    fn any_bytes_are_a_file(start in 0_usize..6, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let starts: [&[u8]; 6] = [b"", b"MZ", b"\x7fELF\x02\x01", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\x02", b"\0asm"];
        read("x.dll", &[starts[start], &bytes].concat());
    }

    #[test]
    fn any_text_is_a_runtimeconfig_and_a_deps(text in r#"[\[\]{}":, a-z0-9/.]{0,80}"#) {
        RuntimeConfig::read("x", text.as_bytes());
        Deps::read("x", text.as_bytes());
    }

    #[test]
    fn any_names_are_an_output(
        names in prop::collection::vec(r"(runtimes/win-x64/native/|de/|publish/|wwwroot/|bin/)?[a-zA-Zäß. ]{1,8}(\.dll|\.exe|\.deps\.json|\.runtimeconfig\.json|\.pdb|\.xml|\.config)?", 0..12),
        content in any::<prop::sample::Index>(),
    ) {
        let mut tree = MemoryTree::windows();
        for name in &names {
            if RelPath::parse(name).is_ok() {
                tree = tree.with_file(name, &content.get(images()).1, Ticks::UNIX_EPOCH);
            }
        }
        let output = inspect(&tree, &InspectOptions::default()).unwrap();
        prop_assert_eq!(output.classes.values().map(|sum| sum.files).sum::<u64>(), output.files.len() as u64);
        // What is found does not depend on who asks when.
        let again = inspect(&tree, &InspectOptions::default()).unwrap();
        prop_assert_eq!(output.files, again.files);
        prop_assert_eq!(output.observations, again.observations);
    }
}

#[test]
fn json_files_of_a_real_output_may_end_anywhere_and_have_any_bit_wrong() {
    let folder = iisle_testdata::case("publish", "shop").join("output");
    let tree = LocalTree::open(folder).unwrap();
    let names = tree.snapshot().unwrap().files;
    let wanted = |path: &&RelPath| {
        path.as_str().ends_with(".deps.json") || path.as_str().ends_with("runtimeconfig.json")
    };
    let mut seen = 0;
    for path in names.keys().filter(wanted) {
        let bytes = tree.read_all(path, 1 << 22).unwrap();
        seen += 1;
        // Some hundred places of a long file are as good as all.
        let step = (bytes.len() / 300).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let cut = &bytes[..at];
            RuntimeConfig::read("x", cut);
            Deps::read("x", cut);
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            RuntimeConfig::read("x", &flipped);
            Deps::read("x", &flipped);
        }
    }
    assert_eq!(seen, 2);
}
