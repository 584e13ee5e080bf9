mod directories;
mod exchange;
mod retimed;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use iisle_path::{NameRules, RelPath};
use iisle_tree::digest::Digest;
use iisle_tree::{Refusal, Refused, Snapshot, Stamp};

use crate::guard::Guard;
use crate::manifest::Manifest;
use crate::matching::{Pair, pairs};
use crate::names::problems;
use crate::outcome::Totals;
use crate::policy::{
    Attributes, Care, Extras, List, Policy, Spelling, Target, same_stamp, same_time,
};
use crate::preflight::clusters;
use crate::step::{Step, is_offline_page, is_web_config, stage};

/// What must stay free beside the new files, for the journal and what the system keeps of them.
const ROOM_TO_SPARE: u64 = 1 << 20;

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// What there should be.
    pub source: &'a Snapshot,
    /// What there is.
    pub destination: &'a Snapshot,
    /// How names compare at the destination.
    pub names: NameRules,
    /// Files of the source that differ from their counterpart of the same size; every other such pair
    /// is equal. `None` when content is not asked for and stamps decide.
    pub differing: Option<&'a BTreeSet<RelPath>>,
    /// What the last deployment of the same stream brought, for [`Extras::Managed`]; without it
    /// nothing is known to be ours.
    pub manifest: Option<&'a Manifest>,
}

/// Something at the destination that differs from the source and stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// Its path; a directory that is kept as a whole ends in `/`.
    pub path: String,
    /// Why.
    pub why: Why,
    /// Files that are kept by it.
    pub files: u64,
    /// The bytes of the path, when it is no Unicode (WTF-8 on Windows).
    pub bytes: Option<Vec<u8>>,
}

/// Why something stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The policy protects it.
    Protected,
    /// A `web.config` is never deleted.
    WebConfig,
    /// The source does not have it, and nobody asked to delete such files.
    Unmanaged,
    /// It is not among what the sync is about.
    Excluded,
    /// It is a link or something else that a sync does not touch.
    Opaque,
    /// It was deployed, and changed at the destination since.
    Changed,
    /// An `app_offline.htm` of the source would switch the site off for good.
    AppOffline,
}

impl Why {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::WebConfig => "web.config",
            Self::Unmanaged => "unmanaged",
            Self::Excluded => "excluded",
            Self::Opaque => "opaque",
            Self::Changed => "changed",
            Self::AppOffline => "app-offline",
        }
    }
}

/// Everything a sync will do, in the order it will be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The changes. Some of those that follow one another may be done at the same time.
    pub steps: Vec<Step>,
    /// What stays although it differs, sorted by path.
    pub kept: Vec<Kept>,
    /// Reasons not to execute the plan; empty for a plan that may be executed.
    pub refused: Vec<Guard>,
    /// Files that are the same on both sides.
    pub unchanged_files: u64,
    /// Their sizes, in bytes.
    pub unchanged_bytes: u64,
    /// Those files, when the policy wants them listed.
    pub unchanged: Vec<(RelPath, Stamp)>,
    /// Tells the source from others, when the policy wants it: the digest of its list of files
    /// ([`Snapshot::digest`]).
    pub tree_hash: Option<Digest>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What will have been done when every step is.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            unchanged_files: self.unchanged_files,
            unchanged_bytes: self.unchanged_bytes,
            kept: self.kept.iter().map(|kept| kept.files.max(1)).sum(),
            ..Totals::default()
        };
        self.steps.iter().for_each(|step| totals.count(step));
        totals
    }

    /// Bytes that will be read from the source.
    pub fn bytes_to_write(&self) -> u64 {
        let totals = self.totals();
        totals.created_bytes + totals.replaced_bytes
    }

    /// Bytes that must be free at the destination when the plan is executed as a whole: new files take them,
    /// and old ones are kept until the next deployment.
    pub fn space_needed(&self) -> u64 {
        let new = self.steps.iter().filter_map(Step::content);
        new.map(|(_, stamp)| clusters(stamp.size)).fold(ROOM_TO_SPARE, u64::saturating_add)
    }
}

/// Decides what makes the destination like the source.
///
/// Total and pure: everything that speaks against executing it is in [`Plan::refused`].
pub fn plan(sides: &Sides<'_>, policy: &Policy) -> Plan {
    let mut planner = Planner::new(*sides, policy);
    planner.guard_names();
    planner.compare_files();
    planner.compare_directories();
    planner.guard_exchanges();
    planner.guard_deletes();
    let tree_hash = policy.tells_source.then(|| sides.source.digest());
    Plan { tree_hash, ..planner.finish() }
}

struct Planner<'a> {
    sides: Sides<'a>,
    policy: &'a Policy,
    plan: Plan,
    kept: BTreeMap<(String, Why), u64>,
    deleted: BTreeSet<&'a RelPath>,
    /// Folders that hold some of them, where only our own files are deleted.
    deleted_below: BTreeSet<RelPath>,
    /// The source's directories as the destination compares them.
    source_directories: BTreeSet<String>,
    /// The destination's directories as it compares them.
    directories: BTreeMap<String, &'a RelPath>,
    /// The destination's files as it compares them, once that was needed.
    folded_files: OnceCell<BTreeMap<String, &'a RelPath>>,
    /// Files of the destination that stand where a directory has to be, as it compares them.
    in_the_way: BTreeMap<String, RelPath>,
    /// Files that get the place of a directory of the destination, and that directory.
    replaced_directories: BTreeMap<RelPath, &'a RelPath>,
    /// What the destination holds and a sync does not touch, as it compares names.
    opaque: BTreeMap<String, &'a Refusal>,
}

impl<'a> Planner<'a> {
    fn new(sides: Sides<'a>, policy: &'a Policy) -> Self {
        let fold = |path: &str| sides.names.fold(path);
        let Sides { source, destination, names: _, differing: _, manifest: _ } = sides;
        let (ours, theirs) = (&source.directories, &destination.directories);
        Self {
            sides,
            policy,
            plan: Plan::default(),
            kept: BTreeMap::new(),
            deleted: BTreeSet::new(),
            deleted_below: BTreeSet::new(),
            folded_files: OnceCell::new(),
            in_the_way: BTreeMap::new(),
            replaced_directories: BTreeMap::new(),
            source_directories: ours.keys().map(|path| fold(path.as_str())).collect(),
            directories: theirs.keys().map(|path| (fold(path.as_str()), path)).collect(),
            opaque: destination.refused.iter().map(|r| (fold(&r.path), &r.why)).collect(),
        }
    }

    fn refuse(&mut self, guard: Guard) {
        self.plan.refused.push(guard);
    }

    fn keep(&mut self, path: String, why: Why, files: u64) {
        *self.kept.entry((path, why)).or_default() += files;
    }

    /// Names that cannot exist there, or that are one there, and what cannot be read.
    fn guard_names(&mut self) {
        for refused in &self.sides.source.refused {
            let known = RelPath::parse(&refused.path).ok();
            if known.is_none_or(|path| self.policy.selects(&path)) {
                self.refuse(Guard::Source(refused.path.clone(), refused.why.clone()));
            }
        }
        let windows = self.policy.target == Target::Windows;
        if !windows && self.sides.names == NameRules::Unix {
            return;
        }
        let Snapshot { files, directories, refused: _ } = self.sides.source;
        let files = files.keys().filter(|path| self.policy.selects(path));
        let directories = directories.keys().filter(|path| self.policy.selects_directory(path));
        let paths: Vec<_> = files.chain(directories).collect();
        self.plan.refused.extend(problems(&paths));
    }

    fn compare_files(&mut self) {
        let Sides { source, destination, names, differing: _, manifest: _ } = self.sides;
        for pair in pairs(source.files.iter(), destination.files.iter(), names) {
            match pair {
                Pair { source: Some((path, stamp)), destination: found } => {
                    self.wanted(path, *stamp, found.map(|(path, stamp)| (path, *stamp)));
                }
                Pair { source: None, destination: Some((path, stamp)) } => self.extra(path, *stamp),
                Pair { source: None, destination: None } => {}
            }
        }
        for refused in &destination.refused {
            self.keep(refused.path.clone(), Why::Opaque, 1);
        }
    }

    /// A file that the source has.
    fn wanted(&mut self, path: &'a RelPath, stamp: Stamp, found: Option<(&'a RelPath, Stamp)>) {
        if !self.policy.selects(path) {
            if let Some((found, _)) = found {
                self.keep_below(found, Why::Excluded, 1);
            }
            return;
        }
        if self.policy.care == Care::Site && is_offline_page(path) {
            return self.keep(path.to_string(), Why::AppOffline, 1);
        }
        let stamp = match self.policy.attributes {
            Attributes::Ignored => Stamp { visibility: None, ..stamp },
            Attributes::Compared => stamp,
        };
        let Some((at, old)) = found else {
            return self.missing(path, stamp);
        };
        let same_size = stamp.size == old.size;
        let same_content = match self.sides.differing {
            Some(differing) => same_size && !differing.contains(path),
            None => same_stamp(stamp, old),
        };
        let same_attributes =
            self.policy.attributes == Attributes::Ignored || stamp.has_attributes_of(&old);
        let stays = same_content && same_attributes && same_time(stamp.modified, old.modified);
        let renamed = match self.policy.spelling {
            Spelling::Source => Self::renamed(path, at),
            Spelling::Destination => None,
        };
        if stays && renamed.is_none() {
            self.plan.unchanged_files += 1;
            self.plan.unchanged_bytes += stamp.size;
            if self.policy.list == List::Everything {
                self.plan.unchanged.push((at.clone(), old));
            }
            return;
        }
        if self.policy.protects(at) {
            return self.keep_below(at, Why::Protected, 1);
        }
        let target = match renamed {
            None => at.clone(),
            Some(path) => {
                let from = at.clone();
                self.plan.steps.push(Step::RenameCase { from, path: path.clone(), old });
                path
            }
        };
        if stays {
            return;
        }
        self.plan.steps.push(if same_content {
            Step::Touch { path: target, stamp, old }
        } else {
            Step::Replace { path: target, source: path.clone(), stamp, old }
        });
    }

    /// A file that the destination does not have.
    fn missing(&mut self, path: &'a RelPath, stamp: Stamp) {
        if let Some(why) = self.opaque_at(path) {
            let why = why.clone();
            return if self.policy.protects(path) {
                self.keep_below(path, Why::Protected, 1);
            } else {
                self.refuse(Guard::Destination(path.to_string(), why));
            };
        }
        let target = self.respelled(path);
        if let Some(directory) = self.directories.get(&self.fold(&target)) {
            self.replaced_directories.insert(target.clone(), directory);
        } else if let Some(file) = self.file_above(&target) {
            self.in_the_way.insert(self.fold(&file), file);
        }
        self.plan.steps.push(Step::Create { path: target, source: path.clone(), stamp });
    }

    fn fold(&self, path: &RelPath) -> String {
        self.sides.names.fold(path.as_str())
    }

    /// What a sync does not touch and what lies at or above `path`.
    fn opaque_at(&self, path: &RelPath) -> Option<&'a Refusal> {
        if self.opaque.is_empty() {
            return None;
        }
        let mut places = std::iter::once(path.clone()).chain(path.ancestors());
        places.find_map(|place| self.opaque.get(&self.fold(&place)).copied())
    }

    /// The file of the destination that stands where a directory above `path` has to be.
    fn file_above(&self, path: &RelPath) -> Option<RelPath> {
        let is_there = |folder: &RelPath| self.directories.contains_key(&self.fold(folder));
        path.ancestors()
            .take_while(|folder| !is_there(folder))
            .find_map(|folder| self.file_at(&folder))
    }

    /// The file that has the name `path` under the rules of the destination.
    fn file_at(&self, path: &RelPath) -> Option<RelPath> {
        let files = &self.sides.destination.files;
        if files.contains_key(path) {
            return Some(path.clone());
        }
        if self.sides.names == NameRules::Unix {
            return None;
        }
        let folded = self.folded_files.get_or_init(|| {
            files.keys().map(|path| (self.sides.names.fold(path.as_str()), path)).collect()
        });
        folded.get(&self.fold(path)).map(|path| (*path).clone())
    }

    /// A file that only the destination has.
    fn extra(&mut self, path: &'a RelPath, old: Stamp) {
        if self.policy.protects(path) {
            return self.keep_below(path, Why::Protected, 1);
        }
        let is_special = self.policy.care != Care::None;
        if is_special && is_offline_page(path) && !self.policy.unprotects(path) {
            return self.keep(path.to_string(), Why::Protected, 1);
        }
        // The one at the root is never deleted: without it the server hands out the files of the app.
        let is_root = path.is_top_level();
        if is_special && is_web_config(path) && (is_root || !self.policy.unprotects(path)) {
            return self.keep(path.to_string(), Why::WebConfig, 1);
        }
        if !self.policy.selects(path) {
            return self.keep_below(path, Why::Excluded, 1);
        }
        let goes = match self.policy.extras {
            Extras::Keep => {
                self.keep_below(path, Why::Unmanaged, 1);
                false
            }
            Extras::Managed => self.is_ours(path, old),
            Extras::Delete => true,
        };
        if goes {
            self.deleted.insert(path);
            self.plan.steps.push(Step::Delete { path: path.clone(), old });
        }
    }

    /// Whether an earlier deployment brought this file and nobody changed it since; else it is kept.
    fn is_ours(&mut self, path: &RelPath, found: Stamp) -> bool {
        match self.sides.manifest.and_then(|manifest| manifest.get(path)) {
            Some(entry) if entry.is(found) => return true,
            Some(_) => self.keep(path.to_string(), Why::Changed, 1),
            None => self.keep_below(path, Why::Unmanaged, 1),
        }
        false
    }

    /// Keeps the file `path`, named by the topmost directory to which `why` applies as well.
    fn keep_below(&mut self, path: &RelPath, why: Why, files: u64) {
        let whole = |directory: &RelPath| match why {
            Why::Protected => self.policy.protects(directory),
            Why::Excluded => {
                self.policy.included.is_empty() && !self.policy.selects_directory(directory)
            }
            _ => !self.source_directories.contains(&self.fold(directory)),
        };
        let named = match path.ancestors().filter(whole).last() {
            Some(directory) => format!("{directory}/"),
            None => path.to_string(),
        };
        self.keep(named, why, files);
    }

    /// The path that `at` should have when its file name differs in case from that of `path`.
    ///
    /// The directories keep the letters they have: nothing depends on them, and they may be held.
    /// So does a `web.config`, which must not be missing for an instant.
    fn renamed(path: &RelPath, at: &RelPath) -> Option<RelPath> {
        if path.file_name() == at.file_name() || is_web_config(at) {
            return None;
        }
        Some(match at.parent() {
            Some(parent) => parent.join(path.file_name()).expect("a segment can be appended"),
            None => RelPath::parse(path.file_name()).expect("a segment is a path"),
        })
    }

    /// `path` with its directories in the letters that the destination has.
    fn respelled(&self, path: &RelPath) -> RelPath {
        if self.sides.names == NameRules::Unix {
            return path.clone();
        }
        for ancestor in path.ancestors() {
            if let Some(known) = self.directories.get(&self.fold(&ancestor)) {
                let rest = &path.as_str()[ancestor.as_str().len() + 1..];
                return known.join(rest).expect("the rest of a path can be appended");
            }
        }
        path.clone()
    }

    /// Whether so much may be deleted.
    ///
    /// Source: `sync.md` SD-17 and SD-26.
    fn guard_deletes(&mut self) {
        if self.policy.extras == Extras::Keep {
            return;
        }
        let Sides { source, destination, names: _, differing: _, manifest: _ } = self.sides;
        let deletes = self.deleted.len() as u64;
        if source.files.is_empty() && deletes > 0 && self.policy.care != Care::None {
            return self.refuse(Guard::EmptySource);
        }
        let has_web_config = |snapshot: &Snapshot| {
            snapshot.files.keys().any(|path| path.is_top_level() && is_web_config(path))
        };
        // Another stream may have brought it; then its absence here says nothing.
        let config = RelPath::parse("web.config").expect("it is a name");
        let is_expected = self.policy.extras == Extras::Delete
            || self.sides.manifest.is_some_and(|manifest| manifest.get(&config).is_some());
        let lost = is_expected && has_web_config(destination) && !has_web_config(source);
        if lost && self.policy.care != Care::None {
            self.refuse(Guard::WebConfigMissing);
        }
        if deletes == 0 {
            return;
        }
        let reachable = destination.files.keys().filter(|path| !self.policy.protects(path));
        let of = reachable.count() as u64;
        let limit = self.policy.max_deletes.unwrap_or_else(|| {
            let usual = (of * 3 / 10).max(100);
            // All of them are too many, however few they are.
            usual.min(of.saturating_sub(1))
        });
        if deletes > limit {
            self.refuse(Guard::TooManyDeletes { deletes, of, limit });
        }
    }

    fn finish(mut self) -> Plan {
        let mut plan = std::mem::take(&mut self.plan);
        let kept = std::mem::take(&mut self.kept);
        let refused = &self.sides.destination.refused;
        let no_unicode: BTreeMap<_, _> = refused
            .iter()
            .filter_map(|refused| Some((refused.path.as_str(), path_bytes(refused)?)))
            .collect();
        plan.kept = kept
            .into_iter()
            .map(|((path, why), files)| {
                let bytes = no_unicode.get(path.as_str()).cloned();
                Kept { path, why, files, bytes }
            })
            .collect();
        plan.steps.sort_by_cached_key(|step| {
            // What takes the place of something else waits until that is gone.
            let is_late = matches!(
                step,
                Step::Create { path: _, source: _, stamp: _ }
                    | Step::CreateDirectory { path: _ }
                    | Step::MarkDirectory { path: _, marks: _, old: _ }
            ) && self.is_exchanged(step.path());
            // Directories go deepest first, everything else by name.
            let depth = match step {
                Step::DeleteDirectory { path } => usize::MAX - path.segments().count(),
                _ => 0,
            };
            (is_late, stage(step), depth, step.path().clone())
        });
        plan
    }
}

/// The bytes of a path whose name is no Unicode; all above it is.
fn path_bytes(refused: &Refused) -> Option<Vec<u8>> {
    let name = refused.bytes.as_ref()?;
    let above = refused.path.rfind('/').map_or(0, |slash| slash + 1);
    Some([&refused.path.as_bytes()[..above], name].concat())
}

#[cfg(test)]
mod tests;
