use std::collections::BTreeSet;
use std::fmt::Write;

use iisle_path::{NameRules, Patterns, RelPath};
use iisle_tree::folder::Attributes as Marks;
use iisle_tree::{MemoryTree, Refusal, Refused, Snapshot, Ticks, Tree, Visibility};
use proptest::prelude::*;

use super::{Plan, Sides, plan};
use crate::policy::{Attributes, Care, Extras, Policy, Spelling, Target};
use crate::step::Step;

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

/// One line per file: path, size, seconds; a path that ends in `/` is a directory.
fn snapshot(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let mut number = || words.next().map_or(0, |word| word.parse::<i64>().unwrap());
        let (size, seconds) = (number(), number());
        let modified = Ticks(Ticks::UNIX_EPOCH.0 + seconds * Ticks::SECOND + 1);
        let size = u64::try_from(size).unwrap();
        let stamp = iisle_tree::Stamp { size, modified, read_only: false, visibility: None };
        if let Some(name) = name.strip_suffix('/') {
            snapshot.directories.insert(path(name), iisle_tree::Stamp::default());
        } else {
            snapshot.files.insert(path(name), stamp);
            for parent in path(name).ancestors() {
                snapshot.directories.insert(parent, iisle_tree::Stamp::default());
            }
        }
    }
    snapshot
}

fn show(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        match step {
            Step::CreateDirectory { path } => writeln!(text, "+ {path}/"),
            Step::RenameCase { from, path, old: _ } => writeln!(text, "> {from} as {path}"),
            Step::Create { path, source: _, stamp: _ } => writeln!(text, "+ {path}"),
            Step::Replace { path, source: _, stamp: _, old: _ } => writeln!(text, "~ {path}"),
            Step::Touch { path, stamp: _, old: _ } => writeln!(text, "t {path}"),
            Step::MarkDirectory { path, marks, old } => writeln!(text, "{old}>{marks} {path}/"),
            Step::Delete { path, old: _ } => writeln!(text, "- {path}"),
            Step::DeleteDirectory { path } => writeln!(text, "- {path}/"),
        }
        .unwrap();
    }
    for kept in &plan.kept {
        writeln!(text, "! {} {} {}", kept.path, kept.why.word(), kept.files).unwrap();
    }
    for guard in &plan.refused {
        writeln!(text, "refused: {guard}").unwrap();
    }
    text
}

fn policy(extras: Extras) -> Policy {
    Policy { extras, ..Policy::new([""; 0]).unwrap() }
}

/// Two folders of which nothing else is known.
fn sides<'a>(source: &'a Snapshot, destination: &'a Snapshot, names: NameRules) -> Sides<'a> {
    Sides { source, destination, names, differing: None, manifest: None }
}

fn decide(names: NameRules, source: &Snapshot, destination: &Snapshot, policy: &Policy) -> String {
    show(&plan(&sides(source, destination, names), policy))
}

fn check(source: &str, destination: &str, extras: Extras) -> String {
    decide(NameRules::Windows, &snapshot(source), &snapshot(destination), &policy(extras))
}

// SD-24
#[test]
fn what_is_named_goes_although_it_is_protected() {
    let destination = "App_Data/a 1 1\nApp_Data/seed/b 1 1\nApp_Offline.htm 1 1\nlogs/a.log 1 1\n\
                       sub/web.config 1 1\nweb.config 1 1";
    let unprotected = ["App_Data/seed/", "app_offline.htm", "web.config"];
    let unprotected = Patterns::parse(unprotected).unwrap();
    let policy = Policy { unprotected, ..policy(Extras::Delete) };
    let source = snapshot("App_Data/seed/b 2 2\nweb.config 1 1");
    let plan = decide(NameRules::Windows, &source, &snapshot(destination), &policy);
    insta::assert_snapshot!(plan, @r"
    ~ App_Data/seed/b
    - App_Offline.htm
    - sub/web.config
    - sub/
    ! App_Data/ protected 1
    ! logs/ protected 1
    ");
    let source = snapshot("a 1 1");
    let plan = decide(NameRules::Windows, &source, &snapshot(destination), &policy);
    assert!(plan.contains("! web.config web.config 1"), "the one at the root never goes: {plan}");
}

#[test]
fn mirror_replaces_what_differs_and_deletes_what_is_extra() {
    let source = "app.dll 10 100\nnew/a.js 1 1\nsame.txt 1 1\nweb.config 5 100";
    let destination = "app.dll 10 101\nold/old.dll 7 100\nsame.txt 1 1\nweb.config 6 100";
    insta::assert_snapshot!(check(source, destination, Extras::Delete), @r"
    + new/
    + new/a.js
    ~ app.dll
    ~ web.config
    - old/old.dll
    - old/
    ");
    insta::assert_snapshot!(check(source, destination, Extras::Keep), @r"
    + new/
    + new/a.js
    ~ app.dll
    ~ web.config
    ! old/ unmanaged 1
    ");
}

#[test]
fn a_folder_stays_for_what_no_sync_touches_and_that_is_told_once() {
    let mut destination = snapshot("a 1 1\nsub/below/old 1 1");
    destination.refused.push(Refused {
        path: "sub/below/fifo".into(),
        bytes: None,
        why: Refusal::Special,
    });
    let plan = decide(NameRules::Unix, &snapshot("a 1 1"), &destination, &policy(Extras::Delete));
    insta::assert_snapshot!(plan, @r"
    - sub/below/old
    ! sub/below/fifo opaque 1
    ");
}

// SD-15
#[test]
fn a_first_web_config_comes_first_and_an_existing_one_last() {
    let source = "a.css 1 2\nApp.dll 1 2\nApp.exe 1 2\nApp.deps.json 1 2\nApp.pdb 1 2\n\
                  App.runtimeconfig.json 1 2\nappsettings.Production.json 1 2\nsub/Web.config 1 2\n\
                  web.config 1 2";
    let new = check(source, "", Extras::Keep);
    assert!(new.starts_with("+ web.config\n+ sub/\n"), "{new}");
    insta::assert_snapshot!(check(source, &source.replace("1 2", "1 9"), Extras::Keep), @r"
    ~ a.css
    ~ App.pdb
    ~ App.dll
    ~ App.exe
    ~ App.deps.json
    ~ App.runtimeconfig.json
    ~ appsettings.Production.json
    ~ sub/Web.config
    ~ web.config
    ");
}

#[test]
fn what_the_site_writes_itself_stays() {
    let source = "App_Data/seed.json 2 2\nlogs/readme.txt 1 1\nsite.db 5 5\nweb.config 1 1";
    let destination = "app_data/seed.json 9 9\nApp_Data2/x 1 1\napp_offline.htm 1 1\nlogs/a.log 1 1\n\
                       logs/b/c.log 1 1\nsite.db 6 6\nsub/web.config 1 1\nweb.config 1 1\nx.txt 1 1";
    insta::assert_snapshot!(check(source, destination, Extras::Delete), @r"
    + logs/readme.txt
    - App_Data2/x
    - x.txt
    - App_Data2/
    ! app_data/ protected 1
    ! app_offline.htm protected 1
    ! logs/ protected 2
    ! site.db protected 1
    ! sub/web.config web.config 1
    ");
}

// AO-3
#[test]
fn an_offline_page_of_the_source_is_not_deployed() {
    insta::assert_snapshot!(check("App_Offline.htm 1 1\na 1 1", "a 1 1", Extras::Delete), @"! App_Offline.htm app-offline 1");
}

#[test]
fn without_care_for_a_site_files_are_files() {
    let source = "App_Offline.htm 1 1\na 1 1";
    let destination = "a 1 1\napp_offline.HTM 2 2\nsub/web.config 1 1\nweb.config 1 1";
    let with = |care| {
        let policy = Policy { care, spelling: Spelling::Destination, ..policy(Extras::Delete) };
        decide(NameRules::Windows, &snapshot(source), &snapshot(destination), &policy)
    };
    insta::assert_snapshot!(with(Care::Extras));
    insta::assert_snapshot!(with(Care::None));
}

#[test]
fn letters_of_the_destination_stay_when_that_is_asked_for() {
    let policy = Policy { spelling: Spelling::Destination, ..policy(Extras::Delete) };
    let source = snapshot("WWW/Site.css 3 3\nWWW/new.js 1 1\nApp.dll 4 4");
    let destination = snapshot("www/site.css 3 3\nAPP.dll 5 5");
    insta::assert_snapshot!(decide(NameRules::Windows, &source, &destination, &policy), @r"
    + www/new.js
    ~ APP.dll
    ");
}

// SD-30
#[test]
fn letters_are_mended_without_copying() {
    let source = "WWWRoot/Site.css 3 3\nWWWRoot/new.js 1 1\nWeb.config 1 1\nApp.dll 4 4";
    let destination = "wwwroot/site.css 3 3\nweb.config 1 1\nAPP.dll 5 5";
    insta::assert_snapshot!(check(source, destination, Extras::Delete), @r"
    > APP.dll as App.dll
    > wwwroot/site.css as wwwroot/Site.css
    + wwwroot/new.js
    ~ App.dll
    ");
    let unix = Policy { target: Target::Destination, ..policy(Extras::Keep) };
    let found = decide(NameRules::Unix, &snapshot("a/B 1 1"), &snapshot("a/b 1 1"), &unix);
    insta::assert_snapshot!(found, @r"
    + a/B
    ! a/b unmanaged 1
    ");
}

// SD-29
#[test]
fn names_that_windows_cannot_hold_are_refused_on_every_host() {
    let source = "CON 1 1\nlogs./x 1 1\na:b 1 1\nApp.dll 1 1\napp.DLL 1 1\nweb.config 1 1";
    let found = decide(NameRules::Unix, &snapshot(source), &snapshot(""), &policy(Extras::Keep));
    let refused: Vec<_> = found.lines().filter(|line| line.starts_with("refused")).collect();
    insta::assert_snapshot!(refused.join("\n"), @r"
    refused: `CON` cannot exist there: `CON` is a device name on Windows
    refused: `a:b` cannot exist there: `a:b` holds the character ':', which Windows forbids
    refused: `logs.` cannot exist there: `logs.` ends in a dot or a blank, which Windows drops
    refused: `App.dll` and `app.DLL` are one name there
    ");
    let anywhere = Policy { target: Target::Destination, ..policy(Extras::Keep) };
    let found = decide(NameRules::Unix, &snapshot(source), &snapshot(""), &anywhere);
    assert!(!found.contains("refused"), "{found}");
}

#[test]
fn what_the_source_cannot_give_is_refused() {
    let mut source = snapshot("a 1 1");
    source.refused = vec![
        Refused {
            path: "way".to_owned(),
            bytes: None,
            why: Refusal::LinkLeavesTree("/etc".to_owned()),
        },
        Refused {
            path: "b\u{fffd}".to_owned(),
            bytes: Some(vec![98, 255]),
            why: Refusal::NotUnicode,
        },
    ];
    insta::assert_snapshot!(
        decide(NameRules::Windows, &source, &snapshot("a 1 1"), &policy(Extras::Keep)), @r"
    refused: `way` of the source cannot be deployed: the link leaves the folder: it points to `/etc`
    refused: `b�` of the source cannot be deployed: the name is not valid Unicode
    ");
    let without = Policy { excluded: Patterns::parse(["way"]).unwrap(), ..policy(Extras::Keep) };
    let found = decide(NameRules::Windows, &source, &snapshot("a 1 1"), &without);
    assert!(!found.contains("`way`"), "{found}");
}

// SD-32
#[test]
fn nothing_is_written_through_a_link_of_the_destination() {
    let mut destination = snapshot("a 1 1");
    for name in ["logs", "Shared", "empty"] {
        let why = Refusal::Link("/data".to_owned());
        destination.refused.push(Refused { path: name.to_owned(), bytes: None, why });
    }
    let source = snapshot("a 1 1\nempty/\nlogs/x 1 1\nshared/y 1 1");
    insta::assert_snapshot!(
        decide(NameRules::Windows, &source, &destination, &policy(Extras::Delete)), @r"
    ! Shared opaque 1
    ! empty opaque 1
    ! logs opaque 1
    ! logs/ protected 1
    refused: nothing can be written to `shared/y`: it is a link to `/data`
    ");
}

#[test]
fn a_file_and_a_folder_of_one_name_change_places_when_extras_are_deleted() {
    let (source, destination) =
        ("a/x 1 1\nB 1 1\ns 1 1\nt 1 1", "A 1 1\nb/c/y 1 1\ns 1 1\nt/\nt/u/");
    insta::assert_snapshot!(check(source, destination, Extras::Delete), @r"
    - A
    - b/c/y
    - b/c/
    - t/u/
    - b/
    - t/
    + a/
    + B
    + a/x
    + t
    ");
    insta::assert_snapshot!(check(source, destination, Extras::Keep), @r"
    + a/
    + B
    + a/x
    + t
    ! A unmanaged 1
    ! b/ unmanaged 1
    ! t/ unmanaged 0
    refused: `A` is a folder in the source but a file at the destination
    refused: `B` is a file in the source but a folder at the destination, in which `b/c/y` stays
    refused: `t` is a file in the source but a folder at the destination
    ");
}

#[test]
fn what_is_protected_in_a_folder_keeps_a_file_from_its_place_and_is_named() {
    let source = "a 1 1\nb 1 1\nlogs 1 1\nq.db/x 1 1\ns 1 1";
    let destination = "a/web.config 1 1\na/x 1 1\nb/site.db 1 1\nlogs/\nq.db 1 1\ns 1 1";
    let found = check(source, destination, Extras::Delete);
    let refused: Vec<_> = found.lines().filter(|line| line.starts_with("refused")).collect();
    insta::assert_snapshot!(refused.join("\n"), @r"
    refused: `q.db` is a folder in the source but a file at the destination
    refused: `a` is a file in the source but a folder at the destination, in which `a/web.config` stays
    refused: `b` is a file in the source but a folder at the destination, in which `b/site.db` stays
    refused: `logs` is a file in the source but a folder at the destination
    ");
}

// SD-26
#[test]
fn deletions_have_a_ceiling() {
    let many: String = (0..400).fold(String::new(), |mut text, n| {
        writeln!(text, "f{n:03} 1 1").unwrap();
        text
    });
    let first = |count: usize| many.lines().take(count).collect::<Vec<_>>().join("\n");
    let refused = |source: &str, max_deletes: Option<u64>| {
        let policy = Policy { max_deletes, ..policy(Extras::Delete) };
        let found = decide(NameRules::Windows, &snapshot(source), &snapshot(&many), &policy);
        found.lines().find(|line| line.starts_with("refused")).map(str::to_owned)
    };
    assert_eq!(refused(&first(280), None), None, "120 of 400 are 30 %");
    let too_many = "refused: 121 of 400 files would be deleted, more than the 120 that are allowed";
    assert_eq!(refused(&first(279), None).as_deref(), Some(too_many));
    assert_eq!(refused(&first(279), Some(121)), None);
    assert!(refused("", Some(400)).unwrap().contains("the source is empty"));
}

// SD-17, SD-26
#[test]
fn a_source_without_web_config_does_not_empty_a_site() {
    let found = check("a 1 1", "a 1 1\nweb.config 1 1", Extras::Delete);
    insta::assert_snapshot!(found, @r"
    ! web.config web.config 1
    refused: the source has no `web.config` but the destination has: it is not what runs there
    ");
    assert!(!check("a 1 1", "a 1 1\nweb.config 1 1", Extras::Keep).contains("refused"));
}

#[test]
fn what_is_excluded_is_neither_copied_nor_deleted() {
    let policy = Policy {
        excluded: Patterns::parse(["*.pdb", "uploads/"]).unwrap(),
        ..policy(Extras::Delete)
    };
    let source = snapshot("a.dll 1 1\na.pdb 1 1\nb.dll 1 1");
    let destination = snapshot("a.dll 1 1\na.pdb 2 2\nold.pdb 1 1\nuploads/x 1 1\nz.dll 1 1");
    insta::assert_snapshot!(decide(NameRules::Windows, &source, &destination, &policy), @r"
    + b.dll
    - z.dll
    ! a.pdb excluded 1
    ! old.pdb excluded 1
    ! uploads/ excluded 1
    ");
}

#[test]
fn equal_content_needs_no_copy() {
    let (source, destination) = (snapshot("a 1 1\nb 1 1\nc 1 1"), snapshot("a 1 9\nb 1 1\nc 1 1"));
    let differing: BTreeSet<_> = ["b"].map(path).into();
    let sides = Sides {
        source: &source,
        destination: &destination,
        names: NameRules::Windows,
        differing: Some(&differing),
        manifest: None,
    };
    insta::assert_snapshot!(show(&plan(&sides, &policy(Extras::Keep))), @r"
    t a
    ~ b
    ");
}

/// Trees with few names, so that they often meet; some are protected, some differ only in case.
fn trees() -> impl Strategy<Value = Vec<(String, u8)>> {
    let segment = prop::sample::select(vec![
        "a",
        "A",
        "b",
        "logs",
        "App_Data",
        "web.config",
        "Web.Config",
        "x.db",
        "app_offline.htm",
    ]);
    let name = prop::collection::vec(segment, 1..4).prop_map(|segments| segments.join("/"));
    prop::collection::vec((name, any::<u8>()), 0..12)
}

fn tree(names: NameRules, files: &[(String, u8)]) -> MemoryTree {
    let mut tree = match names {
        NameRules::Windows => MemoryTree::windows(),
        NameRules::Unix => MemoryTree::unix(),
    };
    for (name, content) in files {
        let snapshot = tree.snapshot().unwrap();
        let same = |known: &RelPath| names.same(known.as_str(), name);
        let above = |known: &RelPath| {
            path(name).ancestors().any(|a| names.same(a.as_str(), known.as_str()))
        };
        // A name is either a file or a folder, as on a disk.
        if snapshot.directories.keys().any(same) || snapshot.files.keys().any(above) {
            continue;
        }
        tree = tree.with_file(name, [*content], Ticks(i64::from(*content) + 1));
    }
    tree
}

proptest! {
    #[test]
    fn a_tree_is_like_itself(files in trees(), windows: bool, delete: bool) {
        let names = if windows { NameRules::Windows } else { NameRules::Unix };
        let same = tree(names, &files).snapshot().unwrap();
        let extras = if delete { Extras::Delete } else { Extras::Keep };
        let policy = Policy { target: Target::Destination, ..policy(extras) };
        let plan = plan(&sides(&same, &same, names), &policy);
        prop_assert!(plan.steps.is_empty() && plan.refused.is_empty(), "{}", show(&plan));
    }

    // SD-24
    #[test]
    fn protected_files_are_never_in_a_step(
        source in trees(), destination in trees(), windows: bool, delete: bool,
    ) {
        let names = if windows { NameRules::Windows } else { NameRules::Unix };
        let (ours, theirs) = (tree(names, &source), tree(names, &destination));
        let (source, destination) = (ours.snapshot().unwrap(), theirs.snapshot().unwrap());
        let extras = if delete { Extras::Delete } else { Extras::Keep };
        let policy = policy(extras);
        let sides = sides(&source, &destination, names);
        for step in plan(&sides, &policy).steps {
            let existing = match &step {
                Step::RenameCase { from: path, path: _, old: _ }
                | Step::Replace { path, source: _, stamp: _, old: _ }
                | Step::Touch { path, stamp: _, old: _ }
                | Step::Delete { path, old: _ }
                | Step::DeleteDirectory { path } => path,
                Step::CreateDirectory { path: _ }
                | Step::MarkDirectory { path: _, marks: _, old: _ }
                | Step::Create { path: _, source: _, stamp: _ } => continue,
            };
            prop_assert!(!policy.protects(existing), "{step:?}");
            let deletes = matches!(step, Step::Delete { path: _, old: _ });
            prop_assert!(!deletes || !existing.file_name().eq_ignore_ascii_case("web.config"));
        }
    }
}

#[test]
fn a_file_that_is_read_only_on_one_side_differs_when_attributes_are_compared() {
    let ours = snapshot("a 1 0\nb 1 0");
    let mut theirs = ours.clone();
    theirs.files.get_mut("a").unwrap().read_only = true;
    let sides = sides(&ours, &theirs, NameRules::Windows);
    let mut policy = Policy::new::<&str>([]).unwrap();
    assert_eq!(show(&plan(&sides, &policy)), "");
    policy.attributes = Attributes::Compared;
    let found = plan(&sides, &policy);
    assert_eq!((show(&found).as_str(), found.unchanged_files), ("t a\n", 1));
}

#[test]
fn a_hidden_file_differs_when_attributes_are_compared_and_both_sides_know_them() {
    let mut ours = snapshot("a 1 0\nb 1 0\nc 2 0");
    let mut theirs = ours.clone();
    theirs.files.get_mut("b").unwrap().visibility = Some(Visibility::default());
    theirs.files.remove("c");
    let hidden = Some(Visibility { hidden: true, system: false });
    for stamp in ours.files.values_mut() {
        stamp.visibility = hidden;
    }
    let sides = sides(&ours, &theirs, NameRules::Windows);
    let mut policy = Policy::new::<&str>([]).unwrap();
    let found = plan(&sides, &policy);
    assert_eq!(show(&found), "+ c\n");
    let [Step::Create { path: _, source: _, stamp }] = found.steps.as_slice() else { panic!() };
    assert_eq!(stamp.visibility, None, "what is not compared is not carried over");
    policy.attributes = Attributes::Compared;
    let found = plan(&sides, &policy);
    assert_eq!(show(&found), "+ c\nt b\n");
    let [Step::Create { path: _, source: _, stamp }, _] = found.steps.as_slice() else { panic!() };
    assert_eq!(stamp.visibility, hidden);
}

#[test]
fn folders_differ_by_their_attributes_when_these_are_compared_and_both_sides_say_them() {
    let mut ours = snapshot("new/x/a 1 0\nsame/b 1 0\nlogs/c 1 0\nshown/d 1 0\nunsaid/e 1 0");
    let mut theirs = snapshot("Same/b 1 0\nlogs/c 1 0\nshown/d 1 0\nunsaid/e 1 0");
    let of = |letters| Marks::from_letters(letters).unwrap();
    for (path, stamp) in &mut ours.directories {
        let marks = if path.as_str() == "shown" { Marks::NONE } else { of("H") };
        *stamp = stamp.with_marks(marks);
    }
    for (path, stamp) in &mut theirs.directories {
        if path.as_str() != "unsaid" {
            *stamp = stamp.with_marks(of("RS"));
        }
    }
    let sides = sides(&ours, &theirs, NameRules::Windows);
    let mut policy = Policy::new::<&str>([]).unwrap();
    policy.attributes = Attributes::Compared;
    let found = plan(&sides, &policy);
    assert_eq!(
        show(&found),
        "+ new/\n+ new/x/\n+ new/x/a\nRS>H Same/\n>H new/\n>H new/x/\nRS> shown/\n",
        "what is protected keeps its own"
    );
    assert_eq!(found.totals().marked_directories, 4);
    policy.attributes = Attributes::Ignored;
    assert_eq!(show(&plan(&sides, &policy)), "+ new/\n+ new/x/\n+ new/x/a\n");
}

#[test]
fn a_folder_that_takes_the_place_of_a_file_gets_its_attributes_when_it_is_there() {
    let mut ours = snapshot("a/b 1 0");
    let theirs = snapshot("a 1 0\nz 1 0");
    let stamp = ours.directories.get_mut("a").unwrap();
    *stamp = stamp.with_marks(Marks::READ_ONLY);
    let policy = Policy {
        extras: Extras::Delete,
        max_deletes: Some(9),
        attributes: Attributes::Compared,
        ..Policy::new::<&str>([]).unwrap()
    };
    let found = plan(&sides(&ours, &theirs, NameRules::Windows), &policy);
    assert_eq!(show(&found), "- a\n- z\n+ a/\n+ a/b\n>R a/\n");
}
