use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iisle_path::{NameRules, Patterns, RelPath};
use iisle_sync::{
    Attributes, Care, Compare, Extras, Known, List, Manifest, Plan, Policy, Sides, Spelling, Step,
};
use iisle_tree::digest::of_files;
use iisle_tree::{LocalTree, Snapshot, Stamp, Tree, folder, host};
use iisle_webdeploy::{ApplyOptions, Resolved};

use super::group::{Beneath, Group, Homes, Member, Sources};
use super::place::Job;
use super::request::{DeployMode, DeployRequest, Protection};
use super::run::Deployment;
use crate::Failure;
use crate::interruptible::interruptible;
use crate::package::verify_files;
use crate::staged::{NoEntry, Planned, Site};

impl<'a> Deployment<'a> {
    /// Plans what happens in every folder; nothing is changed.
    pub(super) fn prepare(
        &mut self,
        jobs: Vec<Job<'a>>,
        parameters: &[Resolved<'_>],
    ) -> Result<(), NoEntry> {
        let policy = self.policy()?;
        let mut groups = self.grouped(jobs, parameters, &policy)?;
        if self.request.mode == DeployMode::Execute {
            for group in in_order(&mut groups) {
                if let Some(site) = &mut group.site {
                    site.settle(self.context)?;
                }
            }
        }
        for group in &mut groups {
            self.prepare_group(group, &policy)?;
        }
        self.groups = groups;
        Ok(())
    }

    /// Puts together what goes to one folder or below it.
    fn grouped(
        &self,
        jobs: Vec<Job<'a>>,
        parameters: &[Resolved<'_>],
        policy: &Policy,
    ) -> Result<Vec<Group<'a>>, NoEntry> {
        let Homes { folders, places } = Homes::of(&jobs)?;
        let options = ApplyOptions { positions: self.request.positions, files: self };
        let mut members: Vec<Vec<Member<'a>>> = folders.iter().map(|_| Vec::new()).collect();
        for (job, (number, prefix)) in jobs.into_iter().zip(places) {
            let mut tree = self
                .package
                .parameterized(job.content, parameters, &options)
                .map_err(|e| Failure::of(&e))?;
            if let Some(name) = &job.file_name {
                tree = tree.named(name.clone());
            }
            members[number].push(Member { job, prefix, tree });
        }
        // As Web Deploy leaves it, which does one provider after the other.
        let beneath = if policy.extras == Extras::Delete { Beneath::Vanish } else { Beneath::Stay };
        let group = |((root, is_site), members): ((PathBuf, bool), Vec<Member<'a>>)| {
            Ok(Group {
                source: Sources::new(members, beneath)?,
                destination: self.request.staged.case_sensitive.of(LocalTree::target(&root)?),
                site: if is_site { Some(Site::of(&root, &self.options())?) } else { None },
                root,
                plan: Plan::default(),
                drift: Vec::new(),
                joined: None,
                is_empty_and_new: false,
            })
        };
        folders.into_iter().zip(members).map(group).collect()
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
            attributes: Attributes::Compared,
            tells_source: self.request.mode == DeployMode::DryRun,
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

    fn prepare_group(&self, group: &mut Group<'a>, policy: &Policy) -> Result<(), NoEntry> {
        let Group { root, source, destination, site, plan, drift, joined, is_empty_and_new } =
            group;
        let (source, destination): (&Sources<'_>, &LocalTree) = (source, destination);
        let (mut ours, mut theirs) =
            iisle_sync::snapshots(source, destination, self.context.monitor)?;
        if !folder::folders_have_attributes() {
            ours.directories.values_mut().for_each(|stamp| stamp.visibility = None);
        }
        if site.is_none() {
            // Beside single files nothing is anybody's.
            ours.directories.clear();
            theirs.files.retain(|path, _| source.target_owner(path).is_some());
            theirs.directories.clear();
            theirs.refused.clear();
        }
        let mut kept = Vec::new();
        let names = names(&theirs, destination.names());
        self.apply_rules(source, &mut ours, &mut theirs, names, &mut kept)?;
        if site.is_some() {
            self.add_granted(root, &mut ours, names);
        }
        let sides = [&ours, &theirs];
        let planned = match site {
            None => {
                let plan = self.plan(source, destination, sides, names, policy, None);
                Planned { plan, drift: Vec::new(), joined: None, known: None }
            }
            Some(site) => {
                let plan = |policy: &Policy, known: &dyn Known| {
                    let managed = policy.extras == Extras::Managed;
                    let manifest = if managed { known.manifest() } else { None };
                    let mut plan = self.plan(source, destination, sides, names, policy, manifest);
                    if !plan.is_empty()
                        && let Some(manifest) = known.manifest()
                    {
                        // What parameters write is known by its content only.
                        let touched = source.touched();
                        let by_stamp = |path: &RelPath| !touched.contains(path);
                        plan.leave_retimed(manifest, policy.compare, &by_stamp);
                    }
                    Ok(plan)
                };
                site.plan((source, destination), policy, &self.options(), plan)?
            }
        };
        (*plan, *drift, *joined) = (planned.plan, planned.drift, planned.joined);
        plan.kept.extend(kept);
        plan.kept.sort();
        // As Web Deploy does it.
        let is_there = source.members.iter().any(|member| !self.is_missing(member.job.content));
        *is_empty_and_new = site.is_some() && plan.is_empty() && is_there && !host::exists(root);
        self.verify(source, plan)?;
        Ok(())
    }

    /// Adds the folders on which rights are granted.
    ///
    /// Source: Web Deploy 7.1, `SetAclProvider`, which makes what is not there.
    fn add_granted(&self, root: &Path, ours: &mut Snapshot, names: NameRules) {
        let own = self.granted.iter().filter_map(|place| place.strip_prefix(root).ok());
        let paths: Vec<RelPath> = own
            .filter_map(|place| {
                let segments: Option<Vec<&str>> = place.iter().map(|name| name.to_str()).collect();
                RelPath::parse(&segments?.join("/")).ok()
            })
            .collect();
        if paths.is_empty() {
            return;
        }
        let fold = |path: &RelPath| names.fold(path.as_str());
        let mut known: BTreeSet<String> =
            ours.files.keys().chain(ours.directories.keys()).map(fold).collect();
        for path in paths {
            let all = std::iter::once(path.clone()).chain(path.ancestors());
            let missing = all.filter(|folder| known.insert(fold(folder)));
            ours.directories.extend(missing.map(|folder| (folder, Stamp::default())));
        }
    }

    /// The plan, where files that parameters write are compared by content.
    fn plan(
        &self,
        tree: &Sources<'_>,
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
        let by_name = OnceCell::new();
        let counterpart = |path: &RelPath| -> Option<(RelPath, Stamp)> {
            if let Some(stamp) = theirs.files.get(path) {
                return Some((path.clone(), *stamp));
            }
            let fold = |path: &RelPath| names.fold(path.as_str());
            let by_name: &BTreeMap<String, &RelPath> = by_name
                .get_or_init(|| theirs.files.keys().map(|path| (fold(path), path)).collect());
            let other = *by_name.get(&fold(path))?;
            Some((other.clone(), *theirs.files.get(other)?))
        };
        // By its stamp a file that a parameter sets to another value of the same length is the
        // same, and one that is newer by less than the two seconds that a package can tell apart.
        // Web Deploy writes all of these anew, and those of which only one is read-only, hidden or of the system.
        let pairs: Vec<(RelPath, RelPath)> = ours
            .files
            .iter()
            .filter_map(|(path, stamp)| {
                let (other, found) = counterpart(path)?;
                let is_asked = touched.contains(path)
                    || found.size == stamp.size
                        && (found.modified > stamp.modified || !found.has_attributes_of(stamp));
                is_asked.then(|| (path.clone(), other))
            })
            .collect();
        if pairs.is_empty() {
            return plan;
        }
        // Everything that differs by its stamp, and those whose content differs.
        let mut differing: BTreeSet<RelPath> =
            plan.steps.iter().filter_map(replaced).cloned().collect();
        let is_newer = |path: &RelPath| !touched.contains(path) && differing.contains(path);
        let pairs = pairs.into_iter().filter(|(path, _)| !is_newer(path));
        let (left, right): (Vec<_>, Vec<_>) = pairs.unzip();
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
    fn verify(&self, source: &Sources<'_>, plan: &Plan) -> Result<(), Failure> {
        let mut files: Vec<Vec<RelPath>> = source.members.iter().map(|_| Vec::new()).collect();
        for (path, _) in plan.steps.iter().filter_map(Step::content) {
            let Some((number, own)) = source.owner(path) else { continue };
            let tree = &source.members[number].tree;
            if tree.is_packed(own) {
                files[number].push(tree.inside(own).clone());
            }
        }
        for (member, files) in source.members.iter().zip(files) {
            if !files.is_empty() {
                verify_files(self.context, self.package, member.job.content, &files)?;
            }
        }
        Ok(())
    }
}

/// The groups in an order that is the same for whoever deploys to them, so that two who wait for
/// each other's folders do not wait for ever.
pub(super) fn in_order<'g, 'a>(groups: &'g mut [Group<'a>]) -> Vec<&'g mut Group<'a>> {
    let mut groups: Vec<_> = groups.iter_mut().collect();
    groups.sort_by(|a, b| a.root.cmp(&b.root));
    groups
}

/// The file of the source that a step puts in the place of another one.
fn replaced(step: &Step) -> Option<&RelPath> {
    match step {
        Step::Replace { path: _, source, stamp: _, old: _ } => Some(source),
        _ => None,
    }
}

/// Files of the same content stay as they are, whatever their times.
///
/// Source: Web Deploy 7.1, `-useCheckSum`, seen.
fn leave_times(plan: &mut Plan, policy: &Policy) {
    let Plan { steps, unchanged_files, unchanged_bytes, unchanged, .. } = plan;
    steps.retain(|step| {
        let Step::Touch { path, stamp, old } = step else { return true };
        if !stamp.has_attributes_of(old) {
            return true;
        }
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
