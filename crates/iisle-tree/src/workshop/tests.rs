use std::fs;

use iisle_path::RelPath;

use super::{LocalWorkshop, LockError, Look, Spot, State, Workshop};
use crate::{Stamp, Ticks, Visibility};

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

/// Unix knows no such attributes.
const VISIBILITY: Option<Visibility> =
    if cfg!(windows) { Some(Visibility { hidden: false, system: false }) } else { None };

fn stamp(size: u64) -> Stamp {
    Stamp {
        size,
        modified: Ticks::from_unix(1_700_000_000, 0),
        read_only: false,
        visibility: VISIBILITY,
    }
}

// SD-16
#[test]
fn files_are_staged_kept_and_swapped() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir(&site).unwrap();
    fs::write(site.join("a"), b"old").unwrap();
    let shop = LocalWorkshop::beside(&site).unwrap();
    assert!(shop.work().ends_with(".site.deploy") && !shop.work().exists());
    let (target, staged, kept) =
        (Spot::Site(path("a")), Spot::Work(path("stage/1")), Spot::Work(path("backup/1")));
    let look = Look { like: Some(&target), ..Look::of(stamp(3)) };
    shop.create(&staged, look, &mut b"new".as_slice()).unwrap();
    assert!(shop.create(&staged, Look::of(stamp(3)), &mut b"new".as_slice()).is_err());
    shop.link(&target, &kept).unwrap();
    shop.rename(&staged, &target).unwrap();
    shop.flush().unwrap();
    assert_eq!(shop.read(&target, 9).unwrap(), b"new");
    assert_eq!(shop.read(&kept, 9).unwrap(), b"old");
    assert_eq!(shop.state(&target).unwrap(), Some(State::File(stamp(3))));
    assert_eq!(shop.state(&staged).unwrap(), None);
    assert_eq!(shop.names(Some(&path("backup"))).unwrap(), ["1"]);
    assert_eq!(shop.names(Some(&path("none"))).unwrap(), [""; 0]);
    assert_eq!(shop.checksum(&target).unwrap(), crate::digest::Checksum::of(b"new"));
}

// SD-36
#[test]
fn a_second_deployment_learns_who_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let shop = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
    let lock = shop.lock("ann, pid 7").unwrap();
    let other = LocalWorkshop::beside(&folder.path().join("x/../site")).unwrap();
    let error = other.lock("bob").unwrap_err();
    assert!(
        matches!(&error, LockError::Busy { holder, told: Some(_), ago: Some(_) } if holder == "ann, pid 7"),
        "{error}"
    );
    lock.notice().write("ann, swapping").unwrap();
    let error = other.lock("bob").unwrap_err();
    assert!(
        matches!(&error, LockError::Busy { holder, .. } if holder == "ann, swapping"),
        "{error}"
    );
    let mut names = shop.names(None).unwrap();
    names.sort();
    assert_eq!(names, ["lock", "lock.json"], "nothing is left beside them");
    drop(lock);
    other.lock("bob").unwrap();
}

// SD-37
#[test]
fn a_site_and_an_application_below_it_are_not_changed_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let site = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
    let below = LocalWorkshop::beside(&folder.path().join("site/shop/app")).unwrap();
    drop(site.lock("ann").unwrap());
    let lock = below.lock("bob").unwrap();
    assert!(matches!(site.lock("ann"), Err(LockError::Busy { .. })));
    drop(lock);
    let lock = site.lock("ann").unwrap();
    assert!(matches!(below.lock("bob"), Err(LockError::Busy { .. })));
    // Whoever does not get a turn leaves no folder where the other is about to make one.
    let missing = LocalWorkshop::beside(&folder.path().join("site/new/app")).unwrap();
    assert!(matches!(missing.lock("bob"), Err(LockError::Busy { .. })));
    assert!(!folder.path().join("site/new").exists());
    drop(lock);
    below.lock("bob").unwrap();
}

// SD-4
#[test]
fn where_nothing_can_lie_beside_it_the_work_folder_is_hidden_inside() {
    let shop = LocalWorkshop::beside(std::path::Path::new("/")).unwrap();
    assert!(shop.work().ends_with("App_Data/.deploy"), "{}", shop.work().display());
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("App_Data/.deploy")).unwrap();
    let shop = LocalWorkshop::beside(&site).unwrap();
    assert!(shop.work().starts_with(shop.site()), "what is there is gone on with");
}

// SD-12
#[cfg(unix)]
#[test]
fn only_its_owner_looks_into_a_work_folder_and_programs_stay_programs() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let shop = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
    drop(shop.lock("ann").unwrap());
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(shop.work()), 0o700);
    let program = Spot::Work(path("stage/1"));
    let look = Look { executable: true, ..Look::of(stamp(1)) };
    shop.create(&program, look, &mut b"x".as_slice()).unwrap();
    assert_ne!(mode(&shop.work().join("stage/1")) & 0o100, 0);
    shop.remove_tree(&path("stage")).unwrap();
    assert!(!shop.work().join("stage").exists());
    shop.remove_tree(&path("stage")).unwrap();
}

// SD-12
#[test]
fn a_file_that_replaces_a_hidden_one_is_hidden_where_files_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let shop = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
    shop.create_site().unwrap();
    let _lock = shop.lock("test").unwrap();
    let (target, staged) = (Spot::Site(path("a.txt")), Spot::Work(path("stage/1")));
    // It says nothing of that itself.
    let stamp = |size| Stamp { read_only: true, visibility: None, ..stamp(size) };
    shop.create(&target, Look::of(stamp(3)), &mut b"old".as_slice()).unwrap();
    let host = folder.path().join("site/a.txt");
    let of = |letters| crate::folder::Attributes::from_letters(letters).unwrap();
    // Here that is said by names, elsewhere by an attribute.
    let keeps = crate::folder::attributes_kept().intersects(of("H"));
    let hidden = if keeps { of("H") } else { of("R") };
    crate::local::system::set_attributes_of(&host, of("RH")).unwrap();
    let kept = || {
        let metadata = std::fs::symlink_metadata(&host).unwrap();
        crate::local::system::facts(&metadata).attributes.intersects(hidden)
    };
    let before = kept();
    let look = Look { like: Some(&target), ..Look::of(stamp(4)) };
    shop.create(&staged, look, &mut b"new!".as_slice()).unwrap();
    shop.rename(&staged, &target).unwrap();
    assert_eq!(std::fs::read(&host).unwrap(), b"new!");
    assert!(before && kept());
    shop.remove(&target).unwrap();
    assert!(!host.exists());
}

// SD-12
#[test]
fn what_is_made_for_a_place_lies_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("own")).unwrap();
    let shop = LocalWorkshop::beside(&site).unwrap();
    shop.create_stage(&path("stage")).unwrap();
    let (file, inner) = (Spot::Site(path("own/a")), Spot::Site(path("own/new")));
    let (staged, made) = (Spot::Work(path("stage/0")), Spot::Work(path("stage/1")));
    let look = Look { place: Some(&file), ..Look::of(stamp(1)) };
    shop.create(&staged, look, &mut b"x".as_slice()).unwrap();
    shop.create_directory_for(&made, &inner).unwrap();
    assert_eq!(shop.state(&staged).unwrap(), Some(State::File(stamp(1))));
    assert_eq!(shop.state(&made).unwrap(), Some(State::Directory));
    shop.rename(&staged, &file).unwrap();
    shop.rename(&made, &inner).unwrap();
    assert_eq!(shop.read(&file, 9).unwrap(), b"x");
}

// SD-32
#[cfg(unix)]
#[test]
fn nothing_is_changed_through_a_link_that_somebody_swapped_in() {
    let folder = tempfile::tempdir().unwrap();
    let (site, elsewhere) = (folder.path().join("site"), folder.path().join("elsewhere"));
    fs::create_dir_all(site.join("a")).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    for root in [&site.join("a"), &elsewhere] {
        fs::write(root.join("old"), "x").unwrap();
        fs::create_dir(root.join("empty")).unwrap();
    }
    let shop = LocalWorkshop::beside(&site).unwrap();
    shop.create(&Spot::Work(path("stage/0")), Look::of(stamp(1)), &mut b"n".as_slice()).unwrap();
    fs::rename(site.join("a"), site.join("b")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, site.join("a")).unwrap();
    let at = |text: &str| Spot::Site(path(text));
    let staged = Spot::Work(path("stage/0"));
    for (what, done) in [
        ("rename", shop.rename(&staged, &at("a/old"))),
        ("rename from", shop.rename(&at("a/old"), &Spot::Work(path("backup/0")))),
        ("link", shop.link(&at("a/old"), &Spot::Work(path("backup/0")))),
        ("remove", shop.remove(&at("a/old"))),
        ("touch", shop.touch(&at("a/old"), stamp(1))),
        ("mkdir", shop.create_directory(&at("a/new/inner"))),
        ("rmdir", shop.remove_directory(&at("a/empty"))),
        ("retire", shop.retire_directory(&path("a/empty"), &Spot::Work(path("backup/0")))),
    ] {
        let error = format!("{:?}", done.expect_err(what));
        assert!(error.contains("a link has taken"), "{what}: {error}");
    }
    assert_eq!(fs::read(elsewhere.join("old")).unwrap(), b"x");
    assert!(elsewhere.join("empty").is_dir() && !elsewhere.join("new").exists());
}

// SD-27
#[test]
fn an_empty_folder_is_moved_away_and_one_that_is_not_empty_has_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("a")).unwrap();
    let shop = LocalWorkshop::beside(&site).unwrap();
    let (retired, place) = (Spot::Work(path("backup/0")), Spot::Site(path("a")));
    let retire = || shop.retire_directory(&path("a"), &retired).unwrap();
    let there = || [&place, &retired].map(|spot| shop.state(spot).unwrap().is_some());
    retire();
    assert_eq!(there(), [false, true]);
    retire();
    assert_eq!(there(), [false, true], "doing it twice does it once");
    // What comes between looking and moving is moved too.
    fs::write(shop.work().join("backup/0/upload"), "x").unwrap();
    retire();
    assert_eq!(there(), [true, false]);
    retire();
    assert_eq!(fs::read(site.join("a/upload")).unwrap(), b"x");
    assert_eq!(there(), [true, false]);
    // Where it cannot be moved it is removed.
    fs::remove_file(site.join("a/upload")).unwrap();
    fs::create_dir_all(shop.work().join("backup/0/in-the-way")).unwrap();
    retire();
    assert_eq!(there(), [false, true]);
}

// SD-12
#[test]
#[cfg(target_os = "linux")]
fn a_new_file_gets_the_group_that_files_get_in_its_folder() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

    const GROUP: u32 = 4242;
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("uploads")).unwrap();
    // Only the administrator may give a folder away.
    if chown(site.join("uploads"), None, Some(GROUP)).is_err() {
        return;
    }
    fs::set_permissions(site.join("uploads"), fs::Permissions::from_mode(0o2775)).unwrap();
    fs::write(site.join("uploads/usual"), "x").unwrap();
    let shop = LocalWorkshop::beside(&site).unwrap();
    shop.create_stage(&path("stage")).unwrap();
    for (number, place) in ["uploads/new", "new", "missing/new"].into_iter().enumerate() {
        let place = Spot::Site(path(place));
        let look = Look { place: Some(&place), ..Look::of(stamp(3)) };
        let staged = format!("stage/{number}");
        shop.create(&Spot::Work(path(&staged)), look, &mut b"new".as_slice()).unwrap();
        let found = fs::metadata(shop.work().join(&staged)).unwrap();
        let usual = fs::metadata(site.join("uploads/usual")).unwrap();
        assert_eq!(found.mode(), usual.mode());
        assert_eq!(found.gid() == usual.gid(), number == 0, "{place}");
        assert_eq!(shop.state(&Spot::Work(path(&staged))).unwrap(), Some(State::File(stamp(3))));
    }
    assert_eq!(site.join("uploads").read_dir().unwrap().count(), 1);
}
