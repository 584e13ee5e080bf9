use std::collections::{BTreeMap, BTreeSet};

use iisle_path::{NameRules, RelPath};
use iisle_sync::{Kept, Why};
use iisle_tree::Snapshot;
use iisle_webdeploy::{SkipAction, SkipRule};

use super::place::Job;
use super::run::Deployment;
use crate::Failure;

pub(super) fn skip_rules(rules: &[String]) -> Result<Vec<SkipRule>, Failure> {
    let parse = |rule: &String| {
        SkipRule::parse(rule).map_err(|error| {
            Failure::of(&error)
                .hint("for example --skip 'objectName=dirPath,absolutePath=App_Data'")
        })
    };
    rules.iter().map(parse).collect()
}

impl Deployment<'_> {
    /// Whether a rule for this operation, or for all, is about an object.
    pub(super) fn skips(
        &self,
        object: &str,
        paths: &[String],
        action: Option<SkipAction>,
    ) -> Result<bool, Failure> {
        for rule in self.skip.iter().filter(|rule| rule.action() == action) {
            if rule.hits(object, paths).map_err(|e| Failure::of(&e))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes out of both sides what skip rules and rules leave alone.
    pub(super) fn apply_rules(
        &self,
        job: &Job<'_>,
        ours: &mut Snapshot,
        theirs: &mut Snapshot,
        names: NameRules,
        kept: &mut Vec<Kept>,
    ) -> Result<(), Failure> {
        let fold = |path: &RelPath| names.fold(path.as_str());
        if self.request.rules.skip_newer {
            let newer: BTreeMap<String, _> =
                theirs.files.iter().map(|(path, stamp)| (fold(path), stamp.modified)).collect();
            let is_newer =
                |path: &RelPath, modified| newer.get(&fold(path)).is_some_and(|t| *t > modified);
            let stays: BTreeSet<String> = ours
                .files
                .iter()
                .filter(|(path, stamp)| is_newer(path, stamp.modified))
                .map(|(path, _)| fold(path))
                .collect();
            kept.extend(theirs.files.keys().filter(|p| stays.contains(&fold(p))).map(excluded));
            ours.files.retain(|path, _| !stays.contains(&fold(path)));
            theirs.files.retain(|path, _| !stays.contains(&fold(path)));
        }
        if self.skip.is_empty() {
            return Ok(());
        }
        // A skipped folder is skipped with all that is in it.
        let mut folders = BTreeSet::new();
        for path in ours.directories.keys().chain(theirs.directories.keys()) {
            if self.skips("dirPath", &Self::paths(job, path), None)? {
                folders.insert(fold(path));
            }
        }
        let in_skipped = |path: &RelPath| {
            folders.contains(&fold(path)) || path.ancestors().any(|up| folders.contains(&fold(&up)))
        };
        let mut skipped = BTreeSet::new();
        for path in ours.files.keys().chain(theirs.files.keys()) {
            if in_skipped(path) || self.skips("filePath", &Self::paths(job, path), None)? {
                skipped.insert(fold(path));
            }
        }
        let source: BTreeSet<String> = ours.files.keys().map(fold).collect();
        let target: BTreeSet<String> = theirs.files.keys().map(fold).collect();
        for path in ours.files.keys().chain(theirs.files.keys()) {
            let action = match (source.contains(&fold(path)), target.contains(&fold(path))) {
                (true, true) => SkipAction::Update,
                (true, false) => SkipAction::AddChild,
                (false, _) => SkipAction::Delete,
            };
            let paths = Self::paths(job, path);
            let mut hit = self.skips("filePath", &paths, Some(action))?;
            // What must not be deleted or added as a folder is not emptied or filled either.
            for above in path.ancestors().take_while(|_| action != SkipAction::Update) {
                hit = hit || self.skips("dirPath", &Self::paths(job, &above), Some(action))?;
            }
            if hit {
                skipped.insert(fold(path));
            }
        }
        let mut kept_folders = BTreeSet::new();
        for path in theirs.directories.keys() {
            if self.skips("dirPath", &Self::paths(job, path), Some(SkipAction::Delete))? {
                kept_folders.insert(fold(path));
            }
        }
        kept.extend(theirs.files.keys().filter(|p| skipped.contains(&fold(p))).map(excluded));
        for side in [ours, theirs] {
            side.files.retain(|path, _| !skipped.contains(&fold(path)));
            side.directories
                .retain(|path, _| !in_skipped(path) && !kept_folders.contains(&fold(path)));
        }
        Ok(())
    }

    /// The absolute paths of an object: at the source, at the target as the package knows it, and
    /// on this machine.
    fn paths(job: &Job<'_>, path: &RelPath) -> Vec<String> {
        let own = path.as_str().replace('/', "\\");
        let target = job.path.replace('/', "\\");
        let host = job.root.display().to_string().replace('/', "\\");
        let below = |root: &str| format!("{}\\{own}", root.trim_end_matches('\\'));
        let mut paths = vec![job.content.source_path(path)];
        paths.push(if job.content.is_file { target } else { below(&target) });
        paths.push(below(&host));
        paths
    }
}

fn excluded(path: &RelPath) -> Kept {
    Kept { path: path.to_string(), why: Why::Excluded, files: 1 }
}
