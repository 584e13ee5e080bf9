use std::os::unix::fs::symlink;

use super::{Clockwork, Job, Recursion, Stage, mirror};
use crate::robocopy::LinkRule;

fn stage() -> Stage {
    let stage = Stage::new("real/f 1 1\nfile 1 1", "");
    symlink("real", stage.at("s/dir")).unwrap();
    symlink("file", stage.at("s/link")).unwrap();
    stage
}

fn check(rule: LinkRule) -> String {
    let stage = stage();
    let mut job = Job { recursion: Recursion::All, ..stage.job() };
    job.selection.file_links = rule;
    job.selection.directory_links = rule;
    stage.run(&job);
    let tree = stage.tree("d");
    assert!(stage.run(&job).ends_with("= 0"), "{rule:?}");
    tree
}

#[test]
fn links_are_followed_copied_or_skipped() {
    assert_eq!(check(LinkRule::Follow), "dir/ dir/f=s file=s link=s real/ real/f=s");
    assert_eq!(check(LinkRule::Copy), "dir->real file=s link->file real/ real/f=s");
    assert_eq!(check(LinkRule::Skip), "file=s real/ real/f=s");
}

#[test]
fn links_that_are_passed_over_are_told_of_and_files_among_them_counted() {
    let stage = stage();
    let mut job = Job { recursion: Recursion::All, ..stage.job() };
    job.selection.file_links = LinkRule::Skip;
    job.selection.directory_links = LinkRule::Skip;
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    assert!(text.contains("Junction - s/dir/") && text.contains("(Junction) s/link"), "{text}");
    assert_eq!((tally.files.total, tally.files.skipped), (3, 1));
    assert_eq!((tally.directories.total, tally.directories.skipped), (3, 2));
}

#[test]
fn a_link_that_is_there_already_is_the_same_wherever_it_leads() {
    let stage = Stage::new("ok 1 1", "");
    symlink("nowhere", stage.at("s/dangling")).unwrap();
    symlink("../s/ok", stage.at("s/aside")).unwrap();
    let mut job = stage.job();
    job.selection.file_links = LinkRule::Copy;
    assert!(stage.run(&job).ends_with("= 1"));
    let again = stage.run(&job);
    assert!(again.ends_with("= 0"), "{again}");
    std::fs::remove_file(stage.at("s/aside")).unwrap();
    symlink("../s/other", stage.at("s/aside")).unwrap();
    assert!(stage.run(&job).ends_with("= 1"));
    assert!(stage.tree("d").contains("aside->../s/other"));
}

#[test]
fn a_circle_is_an_error_and_ends() {
    let stage = Stage::new("d/f 1 1", "");
    symlink("..", stage.at("s/d/up")).unwrap();
    let text = stage.run(&Job { recursion: Recursion::All, ..stage.job() });
    assert!(text.contains("error 1921 Copying Directory s/d/up"), "{text}");
    assert!(text.ends_with("= 9"), "{text}");
    assert_eq!(stage.tree("d"), "d/ d/f=s");
}

#[test]
fn a_link_to_nowhere_is_an_error_of_that_file() {
    let stage = Stage::new("ok 1 1", "");
    symlink("nowhere", stage.at("s/dangling")).unwrap();
    let text = stage.run(&stage.job());
    assert!(text.contains("error 2 Copying File s/dangling\n  failed"), "{text}");
    assert_eq!(stage.tree("d"), "ok=s");
}

#[test]
fn what_an_extra_link_leads_to_is_not_deleted() {
    let stage = Stage::new("a 1 1", "");
    Stage::make(&stage.at("elsewhere"), "precious 1 1");
    symlink(stage.at("elsewhere"), stage.at("d/way")).unwrap();
    Stage::make(&stage.at("d"), "gone/x 1 1");
    symlink(stage.at("elsewhere"), stage.at("d/gone/way")).unwrap();
    stage.run(&mirror(stage.job()));
    assert_eq!(stage.tree("d"), "a=s");
    assert_eq!(stage.tree("elsewhere"), "precious=d");
}
