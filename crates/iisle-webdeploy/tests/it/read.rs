//! Packages that others made.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read, Write as _};

use iisle_path::{Patterns, RelPath};
use iisle_tree::{LocalTree, MemoryTree, Snapshot, Stamp, Ticks, Tree, Visibility, digest};
use iisle_webdeploy::{
    EntryLimit, OpenError, OpenOptions, PackOptions, Package, Provider, ReadLimits, pack,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const NOON: i64 = 1_709_208_000;

fn package_bytes(case: &str) -> Vec<u8> {
    let tree = LocalTree::open(iisle_testdata::case("webdeploy", case)).expect("the case is there");
    tree.read_all(&path("package.zip"), 1 << 20).expect("it can be read")
}

fn expected(case: &str) -> String {
    let tree = LocalTree::open(iisle_testdata::case("webdeploy", case)).expect("the case is there");
    let text = tree.read_all(&path("expected.txt"), 1 << 20).expect("it can be read");
    String::from_utf8(text).expect("it is UTF-8")
}

fn path(text: &str) -> RelPath {
    RelPath::parse(text).expect("a fixture's path is valid")
}

fn open(bytes: Vec<u8>) -> Result<Package, OpenError> {
    Package::from_zip(Cursor::new(bytes), &OpenOptions::default())
}

/// The content of a package in the form of `expected.txt`: digest, size, path.
fn listing(package: &Package) -> Vec<String> {
    let [content] = package.contents() else { panic!("{:?}", package.contents()) };
    let tree = package.tree(content);
    let snapshot = tree.snapshot().expect("it can be listed");
    let mut lines: Vec<_> =
        snapshot.directories.keys().map(|d| (d.clone(), format!("dir   {d}/"))).collect();
    for (path, stamp) in &snapshot.files {
        let digest = digest::of_file(&tree, path).expect("it can be read");
        let (seconds, _) = stamp.modified.to_unix();
        let read_only = if stamp.read_only { "  [read-only]" } else { "" };
        let line = format!(
            "file  {}  {}  {}  {path}{read_only}",
            digest.hex(),
            stamp.size,
            rfc3339(seconds)
        );
        lines.push((path.clone(), line));
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A moment in March 2024, the month of the fixtures.
fn rfc3339(seconds: i64) -> String {
    let of_month = seconds - 1_709_251_200;
    let (day, second) = (of_month / 86_400 + 1, of_month % 86_400);
    format!("2024-03-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn section(case: &str, number: usize) -> Vec<String> {
    let text = expected(case);
    let section = text.split("\n[").nth(number + 1).expect("there is such a section");
    section.lines().skip(1).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_package_of_the_engine_has_the_content_that_the_engine_deploys() {
    let package = open(package_bytes("content")).unwrap();
    assert_eq!(package.form().word(), "archive.xml");
    assert_eq!(listing(&package), section("content", 0));
    assert!(package.faults().is_empty(), "{:?}", package.faults());
    assert_eq!(package.damaged(&|_, _| ()).unwrap(), []);
}

#[test]
fn files_without_parameters_are_those_that_the_engine_deploys() {
    for (case, changed) in [("sdkapp", 3), ("gallery", 1)] {
        let package = open(package_bytes(case)).unwrap();
        assert!(package.faults().is_empty(), "{:?}", package.faults());
        let (found, wanted) = (listing(&package), section(case, 0));
        let other: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
        assert_eq!((found.len(), other.len()), (wanted.len(), changed), "{other:#?}");
    }
}

#[test]
fn providers_and_parameters_are_read() {
    fn show(out: &mut String, provider: &Provider, depth: usize) {
        let options = provider.options.as_ref().map_or("", |options| options.path.as_str());
        writeln!(out, "{:depth$}{} {} ({options})", "", provider.name, provider.path)
            .expect("a string takes all");
        provider.children.iter().for_each(|child| show(out, child, depth + 2));
    }
    let mut out = String::new();
    for case in ["content", "sdkapp", "gallery"] {
        let package = open(package_bytes(case)).unwrap();
        writeln!(out, "{case}: {} {}", package.form().word(), package.manifest().root).unwrap();
        package.manifest().providers.iter().for_each(|provider| show(&mut out, provider, 2));
        for parameter in package.parameters() {
            writeln!(out, "  {} = {:?}", parameter.name, parameter.own_value()).unwrap();
        }
    }
    insta::assert_snapshot!(out);
}

fn sample() -> MemoryTree {
    MemoryTree::unix()
        .with_file("web.config", "<configuration />", Ticks::from_unix(NOON, 0))
        .with_file("bin/App.dll", vec![7; 5000], Ticks::from_unix(NOON, 0))
        .with_file("bin/\u{fc}.txt", "x", Ticks::from_unix(NOON, 0))
}

fn packed(tree: &dyn Tree, options: &PackOptions) -> Vec<u8> {
    let mut out = Vec::new();
    let snapshot = tree.snapshot().expect("it can be listed");
    pack(tree, &snapshot, options, &mut out, &|_, _| ()).expect("it can be packed");
    out
}

#[test]
fn a_package_of_ours_is_the_tree_it_was_made_from() {
    let tree = sample();
    let bytes = packed(&tree, &PackOptions::default());
    let package = open(bytes.clone()).unwrap();
    assert!(package.faults().is_empty() && package.damaged(&|_, _| ()).unwrap().is_empty());
    let content = package.tree(&package.contents()[0]);
    let (found, wanted) = (content.snapshot().unwrap(), tree.snapshot().unwrap());
    let visible = |stamp: &Stamp| Stamp { visibility: Some(Visibility::default()), ..*stamp };
    let wanted_files: Vec<_> =
        wanted.files.iter().map(|(path, stamp)| (path.clone(), visible(stamp))).collect();
    assert!(found.files.into_iter().eq(wanted_files));
    assert!(found.directories.keys().eq(wanted.directories.keys()));
    for path in wanted.files.keys() {
        assert_eq!(content.read_all(path, 9999).unwrap(), tree.read_all(path, 9999).unwrap());
    }
    let upper = path("BIN/APP.dll");
    assert_eq!(content.read_all(&upper, 9999).unwrap().len(), 5000);

    // The same files unpacked are a package too.
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let unpacked = (0..zip.len()).fold(MemoryTree::windows(), |tree, index| {
        let mut entry = zip.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if entry.is_dir() {
            tree
        } else {
            tree.with_file(&name, content, Ticks::from_unix(NOON, 0))
        }
    });
    let folder = Package::from_folder(unpacked).unwrap();
    assert_eq!(folder.form().word(), "archive-dir");
    assert_eq!(folder.tree(&folder.contents()[0]).snapshot().unwrap().files, wanted.files);
}

#[test]
fn content_can_be_read_from_any_place() {
    let tree = MemoryTree::unix().with_file(
        "a",
        (0..100_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>(),
        Ticks::from_unix(NOON, 0),
    );
    let package = open(packed(&tree, &PackOptions::default())).unwrap();
    let content = package.tree(&package.contents()[0]);
    let a = path("a");
    let mut file = content.open(&a).unwrap();
    for index in [70_000_u32, 3, 99_999, 0] {
        file.seek(io::SeekFrom::Start(u64::from(index) * 4)).unwrap();
        let mut word = [0; 4];
        file.read_exact(&mut word).unwrap();
        assert_eq!(u32::from_le_bytes(word), index);
    }
    assert_eq!(file.seek(io::SeekFrom::End(0)).unwrap(), 400_000);
}

#[test]
fn more_entries_than_the_count_can_say_are_read() {
    let snapshot = Snapshot {
        directories: (0..65_540).map(|n| (path(&format!("d{n}")), Stamp::default())).collect(),
        ..Default::default()
    };
    let options = PackOptions { entries: EntryLimit::Lifted, ..PackOptions::default() };
    let mut out = Vec::new();
    pack(&MemoryTree::unix(), &snapshot, &options, &mut out, &|_, _| ()).unwrap();
    let package = open(out).unwrap();
    assert_eq!(package.contents()[0].directories.len(), 65_540);
    assert!(package.faults().is_empty(), "{:?}", package.faults().first());
}

/// The sample, rewritten entry by entry: what `change` returns is its name and data.
fn rewritten(change: impl Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)>) -> Vec<u8> {
    let mut source = ZipArchive::new(Cursor::new(packed(&sample(), &PackOptions::default())))
        .expect("it is a zip file");
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..source.len() {
        let mut entry = source.by_index(index).expect("it has the entry");
        let (name, mut data) = (entry.name().expect("it has a name").into_owned(), Vec::new());
        entry.read_to_end(&mut data).expect("it can be read");
        if let Some((name, data)) = change(&name, data) {
            let options = SimpleFileOptions::default();
            out.start_file(name, options).expect("it can be added");
            out.write_all(&data).expect("it can be written");
        }
    }
    out.finish().expect("it can be written").into_inner()
}

#[test]
fn a_folder_in_a_folder_without_an_entry_brings_that_folder_along() {
    let bytes = rewritten(|name, data| {
        let name = if name == "parameters.xml" { "Content/C_C/app/no/empty/" } else { name };
        Some((name.to_owned(), data))
    });
    let package = open(bytes).unwrap();
    let folders = package.tree(&package.contents()[0]).snapshot().unwrap().directories;
    assert!(folders.contains_key(&path("no")), "{folders:?}");
    let faults: Vec<_> = package.faults().iter().map(ToString::to_string).collect();
    let dropped = "Web Deploy drops `Content/C_C/app/no/empty`: `Content/C_C/app/no/` has no entry \
                   of its own";
    assert_eq!(faults, [dropped]);
}

#[test]
fn what_the_engine_would_lose_is_said() {
    let no_directories =
        rewritten(|name, data| (!name.ends_with('/')).then(|| (name.to_owned(), data)));
    let no_system_info =
        rewritten(|name, data| (name != "systemInfo.xml").then(|| (name.to_owned(), data)));
    let no_create_app = rewritten(|name, data| {
        let text = String::from_utf8_lossy(&data).replace("createApp path", "other path");
        Some((name.to_owned(), if name == "archive.xml" { text.into_bytes() } else { data }))
    });
    let mut out = String::new();
    for bytes in [no_directories, no_system_info, no_create_app] {
        for fault in open(bytes).unwrap().faults() {
            writeln!(out, "{fault}").unwrap();
        }
        out += "\n";
    }
    insta::assert_snapshot!(out, @"
    Web Deploy drops `Content/C_C/app/bin/App.dll`: `Content/C_C/app/bin/` has no entry of its own
    Web Deploy drops `Content/C_C/app/bin/ü.txt`: `Content/C_C/app/bin/` has no entry of its own
    Web Deploy drops `Content/C_C/app/web.config`: `Content/C_C/app/` has no entry of its own

    systemInfo.xml is missing, Web Deploy refuses the package

    `iisApp C:\\app` has no createApp: Web Deploy deletes the application
    ");
}

#[test]
fn by_hand_a_folder_is_there_when_anything_is_below_it() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("manifest.xml", options).unwrap();
    let manifest = b"<x><iisApp path='app' /><dirPath path='none' /></x>";
    zip.write_all(manifest).unwrap();
    zip.add_directory("app/App_Data", options).unwrap();
    let package = open(zip.finish().unwrap().into_inner()).unwrap();
    let faults: Vec<_> = package.faults().iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["the package holds no files for `none`"]);
    let content = package.tree(&package.contents()[0]).snapshot().unwrap();
    assert_eq!(content.directories.keys().map(RelPath::as_str).collect::<Vec<_>>(), ["App_Data"]);
}

#[test]
fn names_that_could_do_harm_are_refused_with_the_entry() {
    let mut out = String::new();
    for bad in [
        "Content/C_C/app/../../../evil.txt",
        "/evil.txt",
        "C:/evil.txt",
        "Content\\evil.txt",
        "Content/a./x",
        "Content/con",
        "Content//x",
        "content/c_c/APP/WEB.config",
        "archive.xml/inner",
    ] {
        let bytes = rewritten(|name, data| {
            let name = if name == "parameters.xml" { bad } else { name };
            Some((name.to_owned(), data))
        });
        let error = open(bytes).err().map(|error| error.to_string());
        writeln!(out, "{}", error.unwrap_or_else(|| format!("{bad} was accepted"))).unwrap();
    }
    insta::assert_snapshot!(out);
}

/// Where `needle` stands in the archive, after `from`.
fn find(bytes: &[u8], needle: &[u8], from: usize) -> usize {
    let found = bytes[from..].windows(needle.len()).position(|window| window == needle);
    from + found.expect("it is there")
}

/// The places of the local header and of the directory record of `web.config`.
fn headers(bytes: &[u8]) -> (usize, usize) {
    let local = find(bytes, b"Content/C_C/app/web.config", 0) - 30;
    (local, find(bytes, b"Content/C_C/app/web.config", local + 60) - 46)
}

/// What becomes of the sample when bytes of it are changed.
fn damaged(change: impl Fn(&mut Vec<u8>, usize, usize)) -> String {
    let mut bytes = packed(&sample(), &PackOptions::default());
    let (local, central) = headers(&bytes);
    change(&mut bytes, local, central);
    match open(bytes) {
        Err(error) => {
            let causes = std::iter::successors(std::error::Error::source(&error), |e| e.source());
            let causes: Vec<_> = causes.map(|cause| format!("; {cause}")).collect();
            format!("refused: {error}{}", causes.concat())
        }
        Ok(package) => {
            let faults = package.damaged(&|_, _| ()).expect("it can be listed");
            let faults = package.faults().iter().chain(&faults).map(ToString::to_string);
            format!("found: {}", faults.collect::<Vec<_>>().join("; "))
        }
    }
}

#[test]
fn times_are_those_of_the_directory_whatever_the_headers_of_entries_say() {
    let mut bytes = packed(&sample(), &PackOptions::default());
    let expected = listing(&open(bytes.clone()).unwrap());
    let (local, _) = headers(&bytes);
    bytes[local + 10..local + 14].fill(0);
    let package = open(bytes).unwrap();
    assert_eq!(listing(&package), expected);
    assert_eq!(package.faults(), []);
    assert_eq!(package.damaged(&|_, _| ()).unwrap(), []);
}

#[test]
fn damage_and_lies_are_found() {
    let cases = [
        ("a byte of the content", damaged(|b, local, _| b[local + 30 + 26 + 3] ^= 1)),
        (
            "the checksum in both headers",
            damaged(|b, l, c| {
                b[l + 14] ^= 1;
                b[c + 16] ^= 1;
            }),
        ),
        ("the size in the directory only", damaged(|b, _, c| b[c + 24] += 1)),
        (
            "a larger size in both headers",
            damaged(|b, l, c| {
                b[l + 22] += 1;
                b[c + 24] += 1;
            }),
        ),
        (
            "a smaller size in both headers",
            damaged(|b, l, c| {
                b[l + 22] -= 1;
                b[c + 24] -= 1;
            }),
        ),
        (
            "a byte in the extra field of the directory",
            damaged(|b, _, c| {
                b[c + 30] = 1;
                b.insert(c + 46 + 26, 1);
                let end = b.len() - 10;
                b[end] += 1;
            }),
        ),
        (
            "the local name and the local date",
            damaged(|b, local, _| {
                b[local + 12] ^= 1;
                b[local + 30] = b'X';
            }),
        ),
        ("the local name", damaged(|b, local, _| b[local + 30] = b'X')),
        (
            "the method",
            damaged(|b, l, c| {
                b[l + 8] = 12;
                b[c + 10] = 12;
            }),
        ),
        (
            "encryption",
            damaged(|b, l, c| {
                b[l + 6] |= 1;
                b[c + 8] |= 1;
            }),
        ),
        (
            "a link",
            damaged(|b, _, c| {
                b[c + 5] = 3;
                b[c + 40] = 0xff;
                b[c + 41] = 0xa1;
            }),
        ),
        (
            "no date",
            damaged(|b, l, c| {
                b[l + 12..l + 14].fill(0);
                b[c + 14..c + 16].fill(0);
            }),
        ),
        (
            "seconds that no minute has",
            damaged(|b, l, c| {
                b[l + 10] |= 0x1f;
                b[c + 12] |= 0x1f;
                b[l + 10] -= 1;
                b[c + 12] -= 1;
            }),
        ),
        ("the attribute of a folder", damaged(|b, _, c| b[c + 38] |= 0x10)),
        ("something before it", damaged(|b, _, _| drop(b.splice(..0, *b"MZ")))),
        (
            "another entry's bytes",
            damaged(|b, local, central| {
                let other = find(b, b"Content/C_C/app/bin/App.dll", local + 60);
                let (from, to) = (other - 46 + 42, central + 42);
                b.copy_within(from..from + 4, to);
            }),
        ),
        ("cut off", damaged(|b, _, c| b.truncate(c))),
        (
            "more than 2 GiB",
            damaged(|b, l, c| {
                b[l + 25] = 0x80;
                b[c + 27] = 0x80;
            }),
        ),
    ];
    let lines: Vec<_> = cases.iter().map(|(what, result)| format!("{what}: {result}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_says_something_about_the_system_must_be_xml() {
    let faults = |text: &str| {
        let bytes = rewritten(|name, bytes| {
            let bytes = if name == "systemInfo.xml" { text.as_bytes().to_vec() } else { bytes };
            Some((name.to_owned(), bytes))
        });
        let package = open(bytes).unwrap();
        package.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    for sound in ["<x/>", "<systemInfo />", "\u{feff}<SystemInfo></SystemInfo>"] {
        assert_eq!(faults(sound), "", "{sound}");
    }
    for broken in ["", "<systemInfo>", "<systemInfo x='1' x='2'/>"] {
        let found = faults(broken);
        assert!(found.starts_with("Web Deploy refuses the package: `systemInfo.xml`"), "{found}");
    }
}

#[test]
fn times_of_folders_and_of_descriptions_are_never_used() {
    let mut bytes = packed(&sample(), &PackOptions::default());
    for name in [&b"archive.xml"[..], b"Content/C_C/app/bin/"] {
        let local = find(&bytes, name, 0) - 30;
        let central = find(&bytes, b"PK\x01\x02", local);
        let central = find(&bytes, name, central) - 46;
        bytes[local + 12..local + 14].fill(0);
        bytes[central + 14..central + 16].fill(0);
    }
    assert_eq!(open(bytes).unwrap().faults(), []);
}

#[test]
fn bombs_are_refused_by_ratio_and_by_total() {
    let tree = MemoryTree::unix().with_file("zero", vec![0; 3_000_000], Ticks::from_unix(NOON, 0));
    let bytes = packed(&tree, &PackOptions::default());
    let with = |limits| {
        let options = OpenOptions { limits, offset_minutes: 0 };
        Package::from_zip(Cursor::new(bytes.clone()), &options).err().map(|e| e.to_string())
    };
    let limits = ReadLimits::default();
    assert_eq!(with(limits), None);
    let error = with(ReadLimits { ratio_free_bytes: 1_000_000, ..limits }).unwrap();
    assert!(error.starts_with("the entry `Content/C_C/app/zero` grows from"), "{error}");
    let error = with(ReadLimits { total_bytes: 2_000_000, ..limits }).unwrap();
    assert!(error.starts_with("with the entry `Content/C_C/app/zero` the archive"), "{error}");
}

/// A package that holds an archive, with so many archives of so many zeros inside of it.
fn with_nested(archives: usize, zeros: usize) -> Vec<u8> {
    let archive = |name: &str, content: &[u8], copies: usize| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for copy in 0..copies {
            zip.start_file(format!("{copy}{name}"), SimpleFileOptions::default())
                .expect("it can be begun");
            zip.write_all(content).expect("it can be written");
        }
        zip.finish().expect("it can be ended").into_inner()
    };
    let nested = archive(".zip", &archive("zeros", &vec![0; zeros], 1), archives);
    let tree = MemoryTree::unix().with_file("downloads/a.bin", nested, Ticks::from_unix(NOON, 0));
    packed(&tree, &PackOptions::default())
}

#[test]
fn bombs_are_refused_by_nesting_wherever_files_are_read_before_they_are_written() {
    let limits = ReadLimits { ratio_free_bytes: 1_000_000, ..ReadLimits::default() };
    let options = OpenOptions { limits, offset_minutes: 0 };
    let faults = |bytes: Vec<u8>| {
        let package = Package::from_zip(Cursor::new(bytes), &options).unwrap();
        let faults = package.damaged(&|_, _| ()).unwrap();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let text = faults(with_nested(20, 900_000));
    let start = "the entry `Content/C_C/app/downloads/a.bin` is an archive that grows";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(faults(with_nested(1, 900_000)), "");
    assert_eq!(faults(with_nested(20, 9_000)), "");
}

#[test]
fn a_long_file_of_zeros_that_we_packed_is_no_bomb() {
    // Files of more than 16 MiB are compressed in parts.
    let zeros = 20_000_001;
    let tree = MemoryTree::unix().with_file("zero", vec![0; zeros], Ticks::from_unix(NOON, 0));
    let bytes = packed(&tree, &PackOptions::default());
    assert!(bytes.len() < zeros / 300, "{}", bytes.len());
    let limits = ReadLimits { ratio_free_bytes: 0, ..ReadLimits::default() };
    let options = OpenOptions { limits, offset_minutes: 0 };
    let package = Package::from_zip(Cursor::new(bytes.clone()), &options).unwrap();
    let content = package.tree(&package.contents()[0]);
    assert_eq!(content.read_all(&path("zero"), 1 << 30).unwrap(), vec![0; zeros]);
    assert!(package.damaged(&|_, _| ()).unwrap().is_empty());
    // The same by another program's eyes.
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut entry = zip.by_name("Content/C_C/app/zero").unwrap();
    assert_eq!(io::copy(&mut entry, &mut io::sink()).unwrap(), zeros as u64);
}

#[test]
fn what_is_compressed_already_is_kept_as_it_is_also_in_parts_of_a_long_file() {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        u8::try_from(state >> 56).unwrap()
    };
    // The last of the parts ends amid a block, and the middle of the file is worth being compressed.
    let mut long: Vec<u8> = std::iter::repeat_with(next).take(17_000_001).collect();
    long[6_000_000..10_000_000].fill(b'x');
    let picture = long[..100_000].to_vec();
    let tree = MemoryTree::unix()
        .with_file("long", long.clone(), Ticks::from_unix(NOON, 0))
        .with_file("picture", picture.clone(), Ticks::from_unix(NOON, 0));
    let bytes = packed(&tree, &PackOptions::default());
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    for (name, content) in [("long", long), ("picture", picture)] {
        let mut entry = zip.by_name(&format!("Content/C_C/app/{name}")).unwrap();
        assert_eq!(entry.compression() == CompressionMethod::Stored, name == "picture");
        assert!(name == "picture" || entry.compressed_size() < 13_100_000);
        let mut read = Vec::new();
        io::Read::read_to_end(&mut entry, &mut read).unwrap();
        assert!(read == content, "{name}");
    }
}

#[test]
fn what_is_no_package_is_said_to_be_none() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(
        "a.txt",
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
    )
    .unwrap();
    let other = zip.finish().unwrap().into_inner();
    for bytes in [Vec::new(), b"hello".to_vec(), other] {
        assert!(open(bytes).is_err());
    }
    let no_archive = rewritten(|name, data| {
        let data = if name == "archive.xml" { b"<a>".to_vec() } else { data };
        Some((name.to_owned(), data))
    });
    let error = open(no_archive).err().unwrap();
    assert_eq!(error.to_string(), "cannot read `archive.xml` at 1:1");
    let unknown = rewritten(|name, data| {
        let text = b"<parameters>\n<parameter name='x' odd='' /></parameters>".to_vec();
        Some((name.to_owned(), if name == "parameters.xml" { text } else { data }))
    });
    let error = open(unknown).err().unwrap();
    assert_eq!(error.to_string(), "cannot read `parameters.xml` at 2:21");
}

#[test]
fn any_single_byte_changed_is_refused_found_or_harmless() {
    let skip = Patterns::parse(["bin/"]).unwrap();
    let bytes = packed(&sample(), &PackOptions { skip, ..PackOptions::default() });
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        if let Ok(package) = open(changed) {
            package.damaged(&|_, _| ()).unwrap();
        }
        let cut = bytes[..at].to_vec();
        assert!(open(cut).is_err(), "cut at {at}");
    }
}

#[test]
fn hidden_files_and_files_of_the_system_are_told_apart() {
    let mut bytes = packed(&sample(), &PackOptions::default());
    let header = b"PK\x01\x02";
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(4).position(|window| window == header) {
        at += next;
        // External attributes of everything but folders, whose bit is the fifth.
        if bytes[at + 38] & 0x10 == 0 {
            bytes[at + 38] |= 0x06;
        }
        at += 4;
    }
    let package = open(bytes).unwrap();
    let stamp_of = |package: &Package| package.contents()[0].files.values().next().unwrap().1;
    let both = stamp_of(&package).visibility;
    assert_eq!(both, Some(Visibility { hidden: true, system: true }));
    // As it was read, so it is packed.
    let again = packed(&package.tree(&package.contents()[0]), &PackOptions::default());
    assert_eq!(stamp_of(&open(again).unwrap()).visibility, both);
    let plain = open(packed(&sample(), &PackOptions::default())).unwrap();
    assert_eq!(stamp_of(&plain).visibility, Some(Visibility::default()));
}
