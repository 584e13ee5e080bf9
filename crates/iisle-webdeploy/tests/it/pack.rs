//! Packages as others see them.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use iisle_path::{Patterns, RelPath};
use iisle_tree::{
    Content, MemoryTree, ReadThrough, Reading, Refusal, Refused, Snapshot, Stamp, Ticks, Tree,
    TreeError, TreeMut, Visibility,
};
use iisle_webdeploy::{
    BadName, CacheKey, DosTime, EntryLimit, PackCache, PackError, PackOptions, Packed, Parameters,
    SourcePath, digest_lines, pack,
};
use zip::ZipArchive;

/// 2024-02-29 12:00:00 UTC.
const NOON: i64 = 1_709_208_000;

fn path(text: &str) -> RelPath {
    RelPath::parse(text).expect("a fixture's path is valid")
}

fn at(seconds: i64) -> Ticks {
    Ticks::from_unix(seconds, 0)
}

fn packed(tree: &dyn Tree, options: &PackOptions) -> (Packed, Vec<u8>) {
    let mut out = Vec::new();
    let snapshot = tree.snapshot().expect("it can be listed");
    let packed = pack(tree, &snapshot, options, &mut out, &|_, _| ()).expect("it can be packed");
    (packed, out)
}

/// The error of packing `snapshot`, and that nothing was written.
fn refused(snapshot: &Snapshot, options: &PackOptions) -> PackError {
    let mut out = Vec::new();
    let result = pack(&MemoryTree::unix(), snapshot, options, &mut out, &|_, _| ());
    let error = result.expect_err("it cannot be packed");
    assert!(out.is_empty(), "{error}");
    error
}

fn snapshot(files: &[(&str, u64)]) -> Snapshot {
    let stamp = |size| Stamp { size, modified: at(NOON), read_only: false, visibility: None };
    let files = files.iter().map(|(name, size)| (path(name), stamp(*size))).collect();
    Snapshot { files, ..Snapshot::default() }
}

/// Bytes that compress, but not to nothing.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut step = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 & 0x1f
    };
    (0..length).map(|_| step()).collect()
}

fn app() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("App.dll", noise(200_000)),
        ("App_Data/empty.bin", Vec::new()),
        ("appsettings.json", b"{}".to_vec()),
        ("web.config", b"<configuration />".repeat(40)),
        ("wwwroot/css/site.css", noise(70_000)),
        ("wwwroot/Gr\u{fc}\u{df}e & more.txt", b"hello".to_vec()),
    ]
}

#[test]
fn the_same_files_give_the_same_bytes_on_any_number_of_threads_in_any_order_and_from_any_cache() {
    let mut files = app();
    files.push(("native/long.bin", noise(17 * 1024 * 1024)));
    let tree = |files: &[(&str, Vec<u8>)]| {
        let add = |tree: MemoryTree, (name, content): &(&str, Vec<u8>)| {
            tree.with_file(name, content, at(NOON))
        };
        files.iter().fold(MemoryTree::unix(), add)
    };
    let threads = |count| PackOptions { threads: NonZeroUsize::new(count), ..Default::default() };
    let (first, bytes) = packed(&tree(&files), &threads(1));
    files.reverse();
    let (second, again) = packed(&tree(&files), &threads(16));
    assert_eq!(first, second);
    assert!(bytes == again);
    assert_eq!(first.size, bytes.len() as u64);
    assert_eq!(&first.sha256, iisle_tree::digest::Digest::of(&bytes).bytes());
    let cache = Some(Arc::new(Kept::default()) as Arc<dyn PackCache>);
    for (count, hits) in [(3, false), (16, true)] {
        let options = PackOptions { cache: cache.clone(), ..threads(count) };
        let (packed, kept) = packed(&tree(&files), &options);
        let used = packed.cache.unwrap();
        assert_eq!((used.hits > 0, used.misses == 0), (hits, hits), "{used:?}");
        assert!(kept == bytes);
    }
}

/// A cache in memory.
#[derive(Debug, Default)]
struct Kept(Mutex<BTreeMap<CacheKey, Vec<u8>>>);

impl PackCache for Kept {
    fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        self.0.lock().expect("nobody panics here").get(key).cloned()
    }

    fn put(&self, key: &CacheKey, value: &[u8]) {
        self.0.lock().expect("nobody panics here").insert(*key, value.to_vec());
    }
}

#[test]
fn every_directory_has_an_entry_and_the_order_is_that_of_the_engine() {
    let tree = app()
        .iter()
        .fold(MemoryTree::unix(), |tree, (name, content)| tree.with_file(name, content, at(NOON)));
    tree.create_directory(&path("logs/old")).unwrap();
    let (packed, bytes) = packed(&tree, &PackOptions::default());
    let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<_> =
        (0..archive.len()).map(|i| archive.name_for_index(i).unwrap().unwrap()).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    archive.xml
    Content/C_C/app/
    Content/C_C/app/App.dll
    Content/C_C/app/appsettings.json
    Content/C_C/app/App_Data/
    Content/C_C/app/App_Data/empty.bin
    Content/C_C/app/logs/
    Content/C_C/app/logs/old/
    Content/C_C/app/web.config
    Content/C_C/app/wwwroot/
    Content/C_C/app/wwwroot/css/
    Content/C_C/app/wwwroot/css/site.css
    Content/C_C/app/wwwroot/Grüße & more.txt
    parameters.xml
    systemInfo.xml
    ");
    assert_eq!((packed.entries, packed.files, packed.directories), (15, 6, 5));
}

#[test]
fn what_was_packed_is_read_back() {
    let mut files = app();
    files.push(("native/long.bin", noise(16 * 1024 * 1024 + 1)));
    let tree = files
        .iter()
        .fold(MemoryTree::unix(), |tree, (name, content)| tree.with_file(name, content, at(NOON)));
    let (_, bytes) = packed(&tree, &PackOptions::default());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive.validate_header_consistency().unwrap();
    assert!(!archive.has_overlapping_entries().unwrap());
    for (name, content) in files {
        let mut found = Vec::new();
        let mut entry = archive.by_name(&format!("Content/C_C/app/{name}")).unwrap();
        entry.read_to_end(&mut found).unwrap();
        assert!(found == content, "{name}");
        assert_eq!(entry.size(), content.len() as u64);
    }
}

#[test]
fn entries_have_the_fields_that_the_engine_writes() {
    let tree = MemoryTree::unix().with_file("a/b.txt", noise(1000), at(NOON));
    let stamp = Stamp { size: 3, modified: at(NOON + 3), read_only: true, visibility: None };
    tree.write(&path("a/kept.txt"), stamp, &mut b"abc".as_slice()).unwrap();
    let (_, bytes) = packed(&tree, &PackOptions::default());
    let mut fields = Vec::new();
    for (name, record) in central_records(&bytes) {
        let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let (date, time) = (word(14), word(12));
        let ticks = DosTime::from_words(date, time).ticks(0).unwrap().to_unix().0 - NOON;
        fields.push(format!(
            "{name}: made by {:x}, needs {}, flags {:x}, method {}, noon {ticks:+} s, \
            extra {}, comment {}, internal {}, external {:x}",
            word(4),
            word(6),
            word(8),
            word(10),
            word(30),
            word(32),
            word(36),
            u32::from(word(38)) | (u32::from(word(40)) << 16),
        ));
    }
    insta::assert_snapshot!(fields.join("\n"));
}

/// Name and fixed part of every record of the central directory.
fn central_records(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = bytes.len() - 22;
    let long =
        |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    assert_eq!(&bytes[end..end + 4], b"PK\x05\x06", "the archive ends without a comment");
    let mut at = long(end + 16);
    let mut records = Vec::new();
    while at < end {
        let length = usize::from(u16::from_le_bytes([bytes[at + 28], bytes[at + 29]]));
        let name = String::from_utf8(bytes[at + 46..at + 46 + length].to_vec()).expect("UTF-8");
        records.push((name, bytes[at..at + 46].to_vec()));
        at += 46 + length;
    }
    records
}

#[test]
fn only_names_that_are_not_ascii_carry_the_utf8_flag_and_only_long_files_a_descriptor() {
    let tree = MemoryTree::unix()
        .with_file("plain", "x", at(NOON))
        .with_file("\u{fc}", "x", at(NOON))
        .with_file("long", vec![7; 16 * 1024 * 1024 + 1], at(NOON));
    let (_, bytes) = packed(&tree, &PackOptions::default());
    for (name, record) in central_records(&bytes) {
        let flags = u16::from_le_bytes([record[8], record[9]]);
        let wanted = match name.rsplit('/').next().unwrap() {
            "\u{fc}" => 1 << 11,
            "long" => 1 << 3,
            _ => 0,
        };
        assert_eq!(flags, wanted, "{name}");
    }
}

#[test]
fn times_are_utc_or_those_of_the_target_and_never_outside_the_range() {
    let tree = MemoryTree::unix()
        .with_file("now", "x", at(NOON))
        .with_file("never", "x", Ticks(0))
        .with_file("late", "x", Ticks(i64::MAX));
    for offset_minutes in [0, 120] {
        let options = PackOptions { offset_minutes, ..PackOptions::default() };
        let (_, bytes) = packed(&tree, &options);
        for (name, record) in central_records(&bytes) {
            let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
            let time = DosTime::from_words(word(14), word(12));
            assert!(time.ticks(0).is_some(), "{name}");
            if name.ends_with("now") {
                assert_eq!(time.ticks(offset_minutes), Some(at(NOON)));
            }
        }
    }
}

#[test]
fn skip_rules_take_folders_with_everything_below_and_say_what_they_matched() {
    let tree = app()
        .iter()
        .fold(MemoryTree::unix(), |tree, (name, content)| tree.with_file(name, content, at(NOON)));
    let skip = Patterns::parse(["*.json", "/wwwroot/css", "App_Data/"]).unwrap();
    let (packed, bytes) = packed(&tree, &PackOptions { skip, ..PackOptions::default() });
    let skipped: Vec<_> =
        packed.skipped.iter().map(|s| format!("{} by {}", s.path, s.rule)).collect();
    insta::assert_snapshot!(skipped.join("\n"), @"
    App_Data by App_Data/
    App_Data/empty.bin by App_Data/
    appsettings.json by *.json
    wwwroot/css by /wwwroot/css
    wwwroot/css/site.css by /wwwroot/css
    ");
    let names: Vec<_> = central_records(&bytes).into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| name.contains("css") || name.contains("json")), "{names:?}");
    assert_eq!(packed.files, 3);
}

#[test]
fn names_that_windows_cannot_hold_are_refused_all_at_once() {
    let mut snapshot =
        snapshot(&[("con", 1), ("a./x", 1), ("a./y", 1), ("Lib.dll", 1), ("lib.DLL", 1)]);
    let why = Refusal::LinkLeavesTree("/etc/passwd".to_owned());
    snapshot.refused.push(Refused { path: "link".to_owned(), bytes: None, why });
    let error = refused(&snapshot, &PackOptions::default());
    let PackError::Names(bad) = &error else { panic!("{error}") };
    let bad: Vec<_> = bad.iter().map(BadName::to_string).collect();
    insta::assert_snapshot!(bad.join("\n"), @"
    `link`: the link leaves the folder: it points to `/etc/passwd`
    `a.`: `a.` ends in a dot or a blank, which Windows drops
    `con`: `con` is a device name on Windows
    `Lib.dll` and `lib.DLL` are one name on Windows
    ");
    insta::assert_snapshot!(error, @"4 names cannot be packed: `link`: the link leaves the folder: it points to `/etc/passwd`, `a.`: `a.` ends in a dot or a blank, which Windows drops, `con`: `con` is a device name on Windows, …");
}

#[test]
fn bad_names_that_are_skipped_do_no_harm() {
    let mut snapshot = snapshot(&[("con", 1)]);
    let why = Refusal::Special;
    snapshot.refused.push(Refused { path: "run/pipe".to_owned(), bytes: None, why });
    let skip = Patterns::parse(["con", "run/"]).unwrap();
    let options = PackOptions { skip, ..PackOptions::default() };
    let mut out = Vec::new();
    let packed = pack(&MemoryTree::unix(), &snapshot, &options, &mut out, &|_, _| ()).unwrap();
    assert_eq!((packed.files, packed.entries), (0, 4));
}

#[test]
fn a_file_of_two_gibibytes_is_refused_before_it_is_read() {
    let error = refused(&snapshot(&[("a", 1), ("b.bin", 1 << 31)]), &PackOptions::default());
    insta::assert_snapshot!(error, @"`b.bin` has 2147483648 bytes, Web Deploy takes files up to 2147483647");
}

#[test]
fn more_entries_than_documented_need_a_word_and_wrap_the_count() {
    let directories = (0..65_540).map(|n| (path(&format!("d{n}")), Stamp::default())).collect();
    let snapshot = Snapshot { directories, ..Snapshot::default() };
    let error = refused(&snapshot, &PackOptions::default());
    insta::assert_snapshot!(error, @"the package would have 65544 entries, Web Deploy is documented for 65535");

    let options = PackOptions { entries: EntryLimit::Lifted, ..PackOptions::default() };
    let mut out = Vec::new();
    let packed = pack(&MemoryTree::unix(), &snapshot, &options, &mut out, &|_, _| ()).unwrap();
    assert_eq!(packed.entries, 65_544);
    assert_eq!(central_records(&out).len(), 65_544);
    assert_eq!(&out[out.len() - 12..out.len() - 10], &8_u16.to_le_bytes());
    assert!(!out.windows(4).any(|four| four == b"PK\x06\x06" || four == b"PK\x06\x07"));
}

#[test]
fn what_xml_cannot_hold_is_refused() {
    let options =
        PackOptions { application: Some("Site\u{1}".to_owned()), ..PackOptions::default() };
    let error = refused(&Snapshot::default(), &options);
    insta::assert_snapshot!(error, @r"the parameter `IIS Web Application Name` holds the character '\u{1}', which XML cannot");
}

#[test]
fn a_file_that_changes_while_it_is_packed_is_an_error() {
    let tree = MemoryTree::unix().with_file("a.txt", "four", at(NOON));
    for size in [3, 5] {
        let mut out = Vec::new();
        let snapshot = snapshot(&[("a.txt", size)]);
        let error = pack(&tree, &snapshot, &PackOptions::default(), &mut out, &|_, _| ());
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("`a.txt` changed while it was read: expected"), "{error}");
    }
}

#[test]
fn a_file_that_was_replaced_by_one_of_the_same_size_is_an_error() {
    let tree = MemoryTree::unix().with_file("a.txt", "four", at(NOON + 1));
    let snapshot = snapshot(&[("a.txt", 4)]);
    let error = pack(&tree, &snapshot, &PackOptions::default(), &mut Vec::new(), &|_, _| ());
    assert_eq!(error.unwrap_err().to_string(), "`a.txt` changed while it was packed");
}

#[test]
fn the_bytes_are_those_of_every_host_and_of_the_version_before() {
    // A change of this digest is a change for users: every package of theirs gets other bytes.
    // Raise it only together with a compressor, and say so in the change log.
    let mut files = app();
    files.push(("native/long.bin", noise(16 * 1024 * 1024 + 4_000_001)));
    let tree = files.iter().fold(MemoryTree::windows(), |tree, (name, content)| {
        tree.with_file(name, content, at(NOON))
    });
    let (packed, _) = packed(&tree, &PackOptions::default());
    let line = digest_lines([("package", &packed.sha256)]);
    insta::assert_snapshot!(line, @"508371f1e0d9b8d588b09d18ea1463d22a4ecae64986264bfcf7b78d355ecc26  package");
}

#[test]
fn an_output_that_is_full_ends_the_work() {
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let tree = app()
        .iter()
        .fold(MemoryTree::unix(), |tree, (name, content)| tree.with_file(name, content, at(NOON)));
    let snapshot = tree.snapshot().unwrap();
    for room in [0, 100, 5000, 100_000] {
        let options = PackOptions::default();
        let error = pack(&tree, &snapshot, &options, &mut Full(room), &|_, _| ()).unwrap_err();
        let PackError::Output(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}

/// Opens no file called `bad`.
struct NotBad;

impl Reading for NotBad {
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError> {
        if path.file_name() == "bad" {
            return Err(TreeError::io("open", path.as_str(), io::Error::other("no")));
        }
        tree.open(path)
    }
}

#[test]
fn the_first_file_in_order_that_cannot_be_read_is_named() {
    let tree = (0..50).fold(MemoryTree::unix(), |tree, n| {
        let name = if n % 10 == 7 { format!("d{n:02}/bad") } else { format!("d{n:02}/good") };
        tree.with_file(&name, noise(5000), at(NOON))
    });
    let tree = ReadThrough { tree, reading: NotBad };
    let snapshot = tree.snapshot().unwrap();
    let error = pack(&tree, &snapshot, &PackOptions::default(), &mut Vec::new(), &|_, _| ());
    assert_eq!(error.unwrap_err().to_string(), "cannot open `d07/bad`");
}

#[test]
fn progress_adds_up_to_all_files_and_bytes() {
    let tree = app()
        .iter()
        .fold(MemoryTree::unix(), |tree, (name, content)| tree.with_file(name, content, at(NOON)));
    let seen = std::sync::Mutex::new((0, 0));
    let progress = |files, bytes| {
        let mut seen = seen.lock().unwrap();
        *seen = (seen.0 + files, seen.1 + bytes);
    };
    let snapshot = tree.snapshot().unwrap();
    let options = PackOptions::default();
    let packed = pack(&tree, &snapshot, &options, &mut Vec::new(), &progress).unwrap();
    assert_eq!(seen.into_inner().unwrap(), (packed.files, packed.content_bytes));
}

#[test]
fn an_empty_folder_is_a_package() {
    let (packed, bytes) = packed(&MemoryTree::unix(), &PackOptions::default());
    assert_eq!((packed.files, packed.entries), (0, 4));
    let names: Vec<_> = central_records(&bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[1], "Content/C_C/app/");
}

#[test]
fn the_package_does_not_tell_where_or_when_it_was_made() {
    let options = PackOptions {
        root: SourcePath::parse(r"C:\shop").unwrap(),
        application: Some("Default Web Site/Shop".to_owned()),
        parameters: Parameters::parse(PARAMETERS.as_bytes()).unwrap(),
        ..PackOptions::default()
    };
    let (_, bytes) = packed(&MemoryTree::unix().with_file("a", "x", at(NOON)), &options);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    insta::assert_snapshot!(text("parameters.xml"));
    insta::assert_snapshot!(text("systemInfo.xml"));
    assert!(text("archive.xml").contains(r#"<MSDeploy.dirPath path="C:\shop""#));
}

const PARAMETERS: &str = r#"<parameters>
  <parameter name="iis web application name" description="where it goes" defaultValue="Ignored" tags="other" />
  <parameter name="Mode" description="" defaultValue="dev &lt; prod">
    <parameterValidation type="Enumeration" validationString="dev,prod" />
    <parameterEntry type="XmlFile" scope="\\web\.config$" match="//add[@key=&quot;Mode&quot;]/@value" tags="a, b" />
    <description language="de">wie</description>
  </parameter>
  <parameter name="Key" value="{literal}" tags="Password, New" />
</parameters>"#;

#[test]
fn hidden_folders_are_packed_as_such_and_what_nobody_says_is_visible() {
    let hidden = Visibility { hidden: true, system: false };
    let tree = MemoryTree::unix().with_file("a/b/c.txt", "x", at(NOON));
    let mut snapshot = tree.snapshot().unwrap();
    let stamp = Stamp { visibility: Some(hidden), ..Stamp::default() };
    snapshot.directories.insert(path("a"), stamp);
    let mut bytes = Vec::new();
    pack(&tree, &snapshot, &PackOptions::default(), &mut bytes, &|_, _| ()).unwrap();
    let folders: Vec<_> = central_records(&bytes)
        .into_iter()
        .filter(|(name, _)| name.ends_with('/'))
        .map(|(name, record)| format!("{name} {:x}", record[38]))
        .collect();
    assert_eq!(
        folders,
        ["Content/C_C/app/ 10", "Content/C_C/app/a/ 12", "Content/C_C/app/a/b/ 10"]
    );
}
