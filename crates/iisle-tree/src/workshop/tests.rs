use std::fs;

use iisle_path::RelPath;

use super::{LocalWorkshop, LockError, Spot, State, Workshop};
use crate::{Stamp, Ticks};

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn stamp(size: u64) -> Stamp {
    Stamp { size, modified: Ticks::from_unix(1_700_000_000, 0), read_only: false }
}

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
    shop.create(&staged, stamp(3), Some(&target), &mut b"new".as_slice()).unwrap();
    assert!(shop.create(&staged, stamp(3), None, &mut b"new".as_slice()).is_err());
    shop.link(&target, &kept).unwrap();
    shop.rename(&staged, &target).unwrap();
    shop.flush().unwrap();
    assert_eq!(shop.read(&target, 9).unwrap(), b"new");
    assert_eq!(shop.read(&kept, 9).unwrap(), b"old");
    assert_eq!(shop.state(&target).unwrap(), Some(State::File(stamp(3))));
    assert_eq!(shop.state(&staged).unwrap(), None);
    assert_eq!(shop.names(Some(&path("backup"))).unwrap(), ["1"]);
    assert_eq!(shop.names(Some(&path("none"))).unwrap(), [""; 0]);
    assert_eq!(shop.digest(&target).unwrap(), crate::digest::Digest::of(b"new"));
}

#[test]
fn a_second_deployment_learns_who_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let shop = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
    let lock = shop.lock("ann, pid 7").unwrap();
    let other = LocalWorkshop::beside(&folder.path().join("x/../site")).unwrap();
    let error = other.lock("bob").unwrap_err();
    assert!(matches!(&error, LockError::Busy { holder } if holder == "ann, pid 7"), "{error}");
    drop(lock);
    other.lock("bob").unwrap();
}

#[test]
fn the_top_of_a_volume_has_no_workshop() {
    assert!(LocalWorkshop::beside(std::path::Path::new("/")).is_err());
}
