use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iisle_path::{NameRules, Patterns, RelPath};
use iisle_sync::{
    Care, Compare, Extras, Known, List, Manifest, Plan, Policy, Sides, Spelling, Step,
};
use iisle_tree::digest::of_files;
use iisle_tree::{LocalTree, Snapshot, Tree, host};
use iisle_webdeploy::{ApplyOptions, ParameterizedTree, Resolved};

use super::place::Job;
use super::request::{DeployMode, DeployRequest, Protection};
use super::run::Deployment;
use crate::Failure;
use crate::interruptible::interruptible;
use crate::package::verify_files;
use crate::staged::{NoEntry, Planned, Site};

impl<'a> Deployment<'a> {
    /// Plans every job; nothing is changed.
    pub(super) fn prepare(&mut self, parameters: &[Resolved<'_>]) -> Result<(), NoEntry> {
        let policy = self.policy()?;
        let place = |job: &Job<'_>| match &job.file_name {
            Some(name) => job.root.join(name.as_str()),
            None => job.root.clone(),
        };
        let roots: Vec<PathBuf> = self.jobs.iter().map(place).collect();
        let mut jobs = std::mem::take(&mut self.jobs);
        for job in &mut jobs {
            self.prepare_job(job, parameters, &policy, &roots)?;
        }
        self.jobs = jobs;
        Ok(())
    }

    fn policy(&self) -> Result<Policy, Failure> {
        let DeployRequest {
            extras,
            compare,
            protect,
            unprotect,
            protection,
            max_delete,
            rules,
            ..
        } = self.request;
        let extras = if rules.do_not_delete { Extras::Keep } else { *extras };
        let mut policy = Policy {
            compare: *compare,
            extras,
            max_deletes: *max_delete,
            unprotected: Patterns::parse(unprotect)?,
            care: Care::Extras,
            // As Web Deploy does it.
            spelling: Spelling::Destination,
            ..Policy::new(protect)?
        };
        if *protection == Protection::Off {
            policy.care = Care::None;
            policy.protected = Patterns::parse(protect)?;
            policy.max_deletes = max_delete.or(Some(u64::MAX));
            if policy.extras == Extras::Managed {
                policy.extras = Extras::Delete;
            }
        }
        Ok(policy)
    }

    fn prepare_job(
        &self,
        job: &mut Job<'a>,
        parameters: &[Resolved<'_>],
        policy: &Policy,
        roots: &[PathBuf],
    ) -> Result<(), NoEntry> {
        let options = ApplyOptions { positions: self.request.positions, files: self };
        let mut tree = self
            .package
            .parameterized(job.content, parameters, &options)
            .map_err(|e| Failure::of(&e))?;
        if let Some(name) = &job.file_name {
            tree = tree.named(name.clone());
        }
        let destination = LocalTree::target(&job.root)?;
        let options = self.options();
        let mut site = None;
        if job.file_name.is_none() {
            let mut folder = Site::of(&job.root, &options)?;
            if self.request.mode == DeployMode::Execute {
                folder.settle(self.context)?;
            }
            site = Some(folder);
        }
        let (mut ours, mut theirs) =
            iisle_sync::snapshots(&tree, &destination, self.context.monitor)?;
        if job.file_name.is_some() {
            // Beside a single file nothing is this provider's.
            ours.directories.clear();
            theirs.files.retain(|path, _| {
                let mut own = ours.files.keys();
                own.any(|own| NameRules::Windows.same(own.as_str(), path.as_str()))
            });
            theirs.directories.clear();
            theirs.refused.clear();
        } else {
            leave_out_nested(&mut theirs, &job.root, roots)?;
        }
        let mut kept = Vec::new();
        let names = names(&theirs, destination.names());
        self.apply_rules(job, &mut ours, &mut theirs, names, &mut kept)?;
        let sides = [&ours, &theirs];
        let Planned { mut plan, drift, joined } = match &site {
            None => {
                let plan = self.plan(&tree, &destination, sides, names, policy, None);
                Planned { plan, drift: Vec::new(), joined: None }
            }
            Some(site) => {
                let plan = |policy: &Policy, known: &dyn Known| {
                    let managed = policy.extras == Extras::Managed;
                    let manifest = if managed { known.manifest() } else { None };
                    let mut plan = self.plan(&tree, &destination, sides, names, policy, manifest);
                    if !plan.is_empty()
                        && let Some(manifest) = known.manifest()
                    {
                        // What parameters write is known by its content only.
                        let touched = tree.touched();
                        let by_stamp = |source: &RelPath| !touched.contains(source);
                        plan.leave_retimed(manifest, policy.compare, &by_stamp);
                    }
                    Ok(plan)
                };
                site.plan((&tree, &destination), policy, &options, plan)?
            }
        };
        plan.kept.extend(kept);
        plan.kept.sort();
        self.verify(job, &tree, &plan)?;
        (job.plan, job.drift, job.joined) = (plan, drift, joined);
        (job.tree, job.destination) = (Some(tree), Some(destination));
        Ok(())
    }

    /// The plan, where files that parameters write are compared by content.
    fn plan(
        &self,
        tree: &ParameterizedTree<'_>,
        destination: &LocalTree,
        [ours, theirs]: [&Snapshot; 2],
        names: NameRules,
        policy: &Policy,
        manifest: Option<&Manifest>,
    ) -> Plan {
        let mut sides =
            Sides { source: ours, destination: theirs, names, differing: None, manifest };
        if policy.compare == Compare::Contents {
            let monitor = self.context.monitor;
            let (ours, theirs) =
                (interruptible(tree, monitor), interruptible(destination, monitor));
            let differing = iisle_sync::differing_contents(&ours, &theirs, &sides, policy, monitor);
            sides.differing = Some(&differing);
            let mut plan = iisle_sync::plan(&sides, policy);
            leave_times(&mut plan, policy);
            return plan;
        }
        let plan = iisle_sync::plan(&sides, policy);
        let touched = tree.touched();
        if touched.is_empty() {
            return plan;
        }
        // By its stamp a file that a parameter sets to another value of the same length is the
        // same: everything that differs by its stamp, and those whose content differs.
        let mut differing = BTreeSet::new();
        for step in &plan.steps {
            if let Step::Replace { path: _, source, stamp: _, old: _ } = step {
                differing.insert(source.clone());
            }
        }
        let by_name: BTreeMap<String, &RelPath> =
            theirs.files.keys().map(|path| (names.fold(path.as_str()), path)).collect();
        let pairs: Vec<(RelPath, RelPath)> = touched
            .iter()
            .filter(|path| ours.files.contains_key(*path))
            .filter_map(|path| {
                let other = by_name.get(&names.fold(path.as_str()))?;
                Some((path.clone(), (*other).clone()))
            })
            .collect();
        let (left, right): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let mine = of_files(tree, &left, &|_, _| ());
        let found = of_files(destination, &right, &|_, _| ());
        for (path, digests) in left.into_iter().zip(mine.into_iter().zip(found)) {
            match digests {
                (Ok(a), Ok(b)) if a == b => drop(differing.remove(&path)),
                _ => drop(differing.insert(path)),
            }
        }
        sides.differing = Some(&differing);
        iisle_sync::plan(&sides, policy)
    }

    /// Reads everything that the plan will write, before anything is written.
    fn verify(
        &self,
        job: &Job<'_>,
        tree: &ParameterizedTree<'_>,
        plan: &Plan,
    ) -> Result<(), Failure> {
        let files: Vec<RelPath> = plan
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Create { path: _, source, stamp: _ }
                | Step::Replace { path: _, source, stamp: _, old: _ } => Some(source),
                _ => None,
            })
            .filter(|path| tree.is_packed(path))
            .map(|path| tree.inside(path).clone())
            .collect();
        if files.is_empty() {
            return Ok(());
        }
        verify_files(self.context, self.package, job.content, &files)
    }
}

/// Files of the same content stay as they are, whatever their times.
///
/// Source: Web Deploy 7.1, `-useCheckSum`, seen.
fn leave_times(plan: &mut Plan, policy: &Policy) {
    let Plan { steps, kept: _, refused: _, unchanged_files, unchanged_bytes, unchanged } = plan;
    steps.retain(|step| {
        let Step::Touch { path, stamp: _, old } = step else { return true };
        *unchanged_files += 1;
        *unchanged_bytes += old.size;
        if policy.list == List::Everything {
            unchanged.push((path.clone(), *old));
        }
        false
    });
    unchanged.sort_by(|(a, _), (b, _)| a.cmp(b));
}

/// How names of a target compare: as on Windows wherever that is possible, for a package comes
/// from there and a file of other letters is the same file.
fn names(target: &Snapshot, own: NameRules) -> NameRules {
    let mut seen = BTreeSet::new();
    let mut all = target.files.keys().chain(target.directories.keys());
    if all.all(|path| seen.insert(NameRules::Windows.fold(path.as_str()))) {
        NameRules::Windows
    } else {
        own
    }
}

/// What other providers go to below this one is theirs.
fn leave_out_nested(theirs: &mut Snapshot, root: &Path, roots: &[PathBuf]) -> Result<(), Failure> {
    let own = host::resolve(root)?;
    for other in roots {
        let other = host::resolve(other)?;
        let Ok(nested) = other.strip_prefix(&own) else { continue };
        let text: Vec<_> = nested.iter().map(|part| part.to_string_lossy()).collect();
        let Ok(nested) = RelPath::parse(&text.join("/")) else { continue };
        let is_nested = |path: &RelPath| *path == nested || path.is_below(&nested);
        theirs.files.retain(|path, _| !is_nested(path));
        theirs.directories.retain(|path, _| !is_nested(path));
        theirs
            .refused
            .retain(|refused| RelPath::parse(&refused.path).map_or(true, |path| !is_nested(&path)));
    }
    Ok(())
}
