//! The backups of deployments before the last one: folders of the work folder, numbered in order.
//!
//! Each has the journal, the plan and the backup as they lay when their deployment had ended. The
//! journal is moved away first and brought back last, so that there never is one without the others;
//! an entry that lacks a part is one that was being moved.

use iisle_path::RelPath;
use iisle_tree::workshop::{Spot, Workshop};

use super::StagedError;
use super::journal::{self, Journal, Phase};
use super::layout::work;
use super::record::Record;
use super::recovery::{MAX_PLAN, plan_spot};

/// Backups that are kept beside that of the last deployment.
///
/// Source: `sync.md` §5.1, P14: three in all.
const KEPT: usize = 2;

const FOLDER: &str = "history";
/// What an entry holds, in the order in which it is brought back.
const PARTS: [&str; 3] = ["backup", "plan.json", "journal"];

fn path(text: &str) -> RelPath {
    RelPath::parse(text).expect("names and numbers are a path")
}

fn part(entry: &str, name: &str) -> Spot {
    work(&format!("{FOLDER}/{entry}/{name}"))
}

/// The entries, oldest first.
fn entries(shop: &dyn Workshop) -> Result<Vec<String>, StagedError> {
    let is_number = |name: &String| name.bytes().all(|byte| byte.is_ascii_digit());
    let mut entries: Vec<_> =
        shop.names(Some(&path(FOLDER)))?.into_iter().filter(is_number).collect();
    entries.sort_by_key(|name| (name.len(), name.clone()));
    Ok(entries)
}

/// Makes room for the next deployment: what the last one left is kept here, if it has ended.
pub(super) fn keep(shop: &dyn Workshop) -> Result<(), StagedError> {
    let has_ended = Journal::read(shop)?.is_some_and(|journal| journal.phase == Phase::Done);
    let is_whole =
        has_ended && shop.state(&work("backup"))?.is_some() && shop.state(&plan_spot())?.is_some();
    if !is_whole {
        shop.remove(&journal::spot())?;
        return Ok(shop.remove_tree(&path("backup"))?);
    }
    let last = entries(shop)?.last().and_then(|name| name.parse::<u64>().ok()).unwrap_or(0);
    let entry = format!("{:06}", last + 1);
    shop.create_directory(&work(&format!("{FOLDER}/{entry}")))?;
    for name in PARTS.iter().rev() {
        shop.rename(&work(name), &part(&entry, name))?;
    }
    Ok(())
}

/// Ends a move that the machine stopped amid: what had been moved comes back to the rest.
pub(super) fn mend(shop: &dyn Workshop) -> Result<(), StagedError> {
    let Some(entry) = entries(shop)?.pop() else { return Ok(()) };
    let mut there = Vec::new();
    for name in PARTS {
        if shop.state(&part(&entry, name))?.is_some() {
            there.push(name);
        }
    }
    if there.len() == PARTS.len() {
        return Ok(());
    }
    bring(shop, &entry, &there)
}

/// Moves parts of an entry back, of which nothing is left.
fn bring(shop: &dyn Workshop, entry: &str, parts: &[&str]) -> Result<(), StagedError> {
    for name in parts {
        if *name == "backup" {
            shop.remove_tree(&path("backup"))?;
        }
        shop.rename(&part(entry, name), &work(name))?;
    }
    shop.remove_tree(&path(&format!("{FOLDER}/{entry}")))?;
    if entries(shop)?.is_empty() {
        shop.remove_tree(&path(FOLDER))?;
    }
    Ok(())
}

/// Brings the newest of them back, unless there is one of the last deployment.
pub(super) fn bring_back(shop: &dyn Workshop) -> Result<(), StagedError> {
    mend(shop)?;
    if shop.state(&journal::spot())?.is_some() {
        return Ok(());
    }
    match entries(shop)?.pop() {
        Some(entry) => bring(shop, &entry, &PARTS),
        None => Ok(()),
    }
}

/// Removes those that are too many; they can be removed as well the next time.
pub(super) fn prune(shop: &dyn Workshop) -> Result<(), StagedError> {
    for entry in entries(shop)?.iter().rev().skip(KEPT) {
        shop.remove_tree(&path(&format!("{FOLDER}/{entry}")))?;
    }
    Ok(())
}

/// The deployments that can be gone back to or taken back, the last one first.
///
/// # Errors
/// When a plan that is there cannot be read.
pub fn deployments(shop: &dyn Workshop) -> Result<Vec<String>, StagedError> {
    let mut plans = vec![plan_spot()];
    plans.extend(entries(shop)?.iter().rev().map(|entry| part(entry, "plan.json")));
    let mut ids = Vec::new();
    for plan in plans {
        if shop.state(&plan)?.is_some() {
            ids.push(Record::read(&shop.read(&plan, MAX_PLAN)?)?.id);
        }
    }
    Ok(ids)
}
