use std::collections::{BTreeMap, BTreeSet};

use iisle_path::{NameRules, RelPath};
use iisle_sync::{Kept, Why, is_offline_page};
use iisle_tree::Snapshot;
use iisle_webdeploy::{SkipAction, SkipRule};

use super::group::Sources;
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

/// Tells whose a path is, and by which paths rules know it.
type Owned<'o> = dyn Fn(&RelPath) -> Option<(usize, Vec<String>)> + 'o;

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
    ///
    /// A rule for all operations hides on each side what it matches there: what only the source's
    /// path matches is gone from the source, and an extra at the target. A rule for one operation
    /// asks the side where the object is.
    ///
    /// Source: Web Deploy 7.1, seen.
    pub(super) fn apply_rules(
        &self,
        source: &Sources<'_>,
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
        if self.request.rules.app_offline {
            // Whoever took the application offline takes it online again.
            let is_page = |path: &RelPath| {
                let own = source.target_owner(path).map(|(_, own)| own);
                own.is_some_and(|own| is_offline_page(&own))
                    && !ours.files.keys().any(|other| fold(other) == fold(path))
            };
            kept.extend(theirs.files.keys().filter(|path| is_page(path)).map(excluded));
            theirs.files.retain(|path, _| !is_page(path));
        }
        if self.skip.is_empty() {
            return Ok(());
        }
        let known = |path: &RelPath| {
            let (number, own) = source.owner(path)?;
            Some((number, source.members[number].job.content.source_path(own)))
        };
        let found = |path: &RelPath| {
            let (number, own) = source.target_owner(path)?;
            Some((number, target_paths(&source.members[number].job, &own)))
        };
        let mut own = self.hidden(ours, names, &|path| {
            known(path).map(|(number, source_path)| (number, vec![source_path]))
        })?;
        let mut there = self.hidden(theirs, names, &found)?;
        let here = folded(ours, names);
        let target = folded(theirs, names);
        for path in ours.directories.keys().chain(ours.files.keys()) {
            // What is hidden at the target only is added over what is there: it is compared.
            if !own.contains_key(&fold(path)) {
                there.remove(&fold(path));
            }
            let is_file = ours.files.contains_key(path);
            let object = if is_file { "filePath" } else { "dirPath" };
            let action = match target.get(&fold(path)) {
                Some(true) if is_file => SkipAction::Update,
                Some(false) if !is_file => continue,
                // A file in the place of a folder is deleted and added, and the reverse.
                _ => SkipAction::AddChild,
            };
            let Some((number, source_path)) = known(path) else { continue };
            // A provider itself is no child.
            if action == SkipAction::AddChild && source.members[number].job.file_name.is_some() {
                continue;
            }
            let mut paths = vec![source_path];
            if action == SkipAction::Update {
                paths.extend(found(path).into_iter().flat_map(|(_, paths)| paths));
            }
            // What must not be added as a folder is not filled either.
            let above = path
                .ancestors()
                .any(|up| own.get(&fold(&up)) == Some(&number) && !target.contains_key(&fold(&up)));
            if above || self.skips(object, &paths, Some(action))? {
                own.insert(fold(path), number);
                there.insert(fold(path), number);
            }
        }
        for path in theirs.directories.keys().chain(theirs.files.keys()) {
            if here.contains_key(&fold(path)) {
                continue;
            }
            // Only the uppermost object is asked for: a folder goes with all that is in it, and one
            // that must not be deleted is not emptied either.
            let extra = |up: &RelPath| !here.contains_key(&fold(up));
            let top = path.ancestors().filter(extra).min_by_key(|up| up.segments().count());
            let top = top.as_ref().unwrap_or(path);
            let object = if theirs.files.contains_key(top) { "filePath" } else { "dirPath" };
            let Some((number, paths)) = found(top) else { continue };
            if self.skips(object, &paths, Some(SkipAction::Delete))? {
                there.insert(fold(path), number);
            }
        }
        let is_there = |path: &RelPath| there.contains_key(&fold(path));
        kept.extend(theirs.files.keys().filter(|path| is_there(path)).map(excluded));
        // A folder that holds what is left alone stays as well; Web Deploy fails to delete it.
        let holding: BTreeSet<String> = theirs
            .files
            .keys()
            .chain(theirs.directories.keys())
            .filter(|path| is_there(path))
            .flat_map(|path| path.ancestors().map(|up| fold(&up)).collect::<Vec<_>>())
            .collect();
        for (side, hidden) in [(&mut *ours, &own), (&mut *theirs, &there)] {
            side.files.retain(|path, _| !hidden.contains_key(&fold(path)));
            side.directories.retain(|path, _| !hidden.contains_key(&fold(path)));
        }
        let here = folded(ours, names);
        theirs
            .directories
            .retain(|path, _| here.contains_key(&fold(path)) || !holding.contains(&fold(path)));
        Ok(())
    }

    /// What rules for all operations hide on one side, with whose it is; a folder with all that is in
    /// it.
    fn hidden(
        &self,
        side: &Snapshot,
        names: NameRules,
        owned: &Owned<'_>,
    ) -> Result<BTreeMap<String, usize>, Failure> {
        let fold = |path: &RelPath| names.fold(path.as_str());
        let mut hidden = BTreeMap::new();
        let directories = side.directories.keys().map(|path| (path, "dirPath"));
        let files = side.files.keys().map(|path| (path, "filePath"));
        for (path, object) in directories.chain(files) {
            let Some((number, paths)) = owned(path) else { continue };
            let above = path.ancestors().any(|up| hidden.get(&fold(&up)) == Some(&number));
            if above || self.skips(object, &paths, None)? {
                hidden.insert(fold(path), number);
            }
        }
        Ok(hidden)
    }
}

/// The absolute paths of an object at the target: as the package knows it, and on this machine. A
/// path of IIS has slashes, and what follows it has not.
///
/// Source: Web Deploy 7.1, seen.
fn target_paths(job: &Job<'_>, path: &RelPath) -> Vec<String> {
    let own = path.as_str().replace('/', "\\");
    let below = |root: &str| format!("{}\\{own}", root.trim_end_matches(['\\', '/']));
    let host = job.root.display().to_string().replace('/', "\\");
    let known = [job.path.clone(), job.path.replace('/', "\\")];
    let mut paths: Vec<_> = known
        .into_iter()
        .map(|root| if job.content.is_file { root } else { below(&root) })
        .collect();
    paths.push(below(&host));
    paths
}

/// All names of one side, and whether it is a file that has it.
fn folded(side: &Snapshot, names: NameRules) -> BTreeMap<String, bool> {
    let files = side.files.keys().map(|path| (path, true));
    let all = files.chain(side.directories.keys().map(|path| (path, false)));
    all.map(|(path, is_file)| (names.fold(path.as_str()), is_file)).collect()
}

fn excluded(path: &RelPath) -> Kept {
    Kept { path: path.to_string(), why: Why::Excluded, files: 1, bytes: None }
}
