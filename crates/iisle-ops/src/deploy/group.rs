use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iisle_path::{NameRules, RelPath};
use iisle_sync::{Plan, Totals};
use iisle_tree::{Content, LocalTree, Snapshot, Stamp, Tree, TreeError, host};
use iisle_webdeploy::ParameterizedTree;

use super::place::Job;
use crate::Failure;
use crate::drift::{Drift, Joined};
use crate::staged::Site;

/// Providers that go to one folder or below it: they are deployed together, all of it or nothing.
pub(super) struct Group<'a> {
    /// The folder.
    pub(super) root: PathBuf,
    /// The files of its providers.
    pub(super) source: Sources<'a>,
    /// The folder as it is.
    pub(super) destination: LocalTree,
    /// `None` around single files: the folder is no provider's, and has no work folder beside it.
    pub(super) site: Option<Site>,
    pub(super) plan: Plan,
    /// What somebody changed there since.
    pub(super) drift: Vec<Drift>,
    /// What is written instead of a file of the source.
    pub(super) joined: Option<Joined>,
    /// Whether the folder is made although nothing goes into it.
    pub(super) is_empty_and_new: bool,
}

impl Group<'_> {
    /// What will have been done there.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = self.plan.totals();
        totals.created_directories += u64::from(self.is_empty_and_new);
        totals
    }
}

/// One content of the package in its group.
pub(super) struct Member<'a> {
    pub(super) job: Job<'a>,
    /// Where it lies below the folder of the group; `None` for the folder itself.
    pub(super) prefix: Option<RelPath>,
    /// Its files with the values of parameters in them.
    pub(super) tree: ParameterizedTree<'a>,
}

impl Member<'_> {
    /// How deep its folder lies.
    fn depth(&self) -> usize {
        self.prefix.as_ref().map_or(0, |prefix| prefix.segments().count())
    }

    /// A path of its own as one of the group.
    fn outer(&self, own: &RelPath) -> Result<RelPath, Failure> {
        match &self.prefix {
            None => Ok(own.clone()),
            Some(prefix) => prefix.join(own.as_str()).map_err(|error| Failure::of(&error)),
        }
    }
}

/// The files of all providers of a group as one tree.
pub(super) struct Sources<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// `None` for a folder alone, whose paths are those of the group.
    index: Option<Index>,
}

/// What becomes of files of an outer provider that lie where an inner one comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beneath {
    /// They stay beside those of the inner one.
    Stay,
    /// The inner one deletes them, as it deletes everything that it does not have.
    Vanish,
}

impl<'a> Sources<'a> {
    pub(super) fn new(members: Vec<Member<'a>>, beneath: Beneath) -> Result<Self, Failure> {
        let index = match members.as_slice() {
            [Member { job, prefix: None, tree: _ }] if job.file_name.is_none() => None,
            several => Some(Index::of(several, beneath)?),
        };
        Ok(Self { members, index })
    }

    /// Whose file or directory of the source this is, and its path there.
    pub(super) fn owner<'p>(&'p self, path: &'p RelPath) -> Option<(usize, &'p RelPath)> {
        match &self.index {
            None => Some((0, path)),
            Some(index) => index.get(path),
        }
    }

    /// Whose place at the target this is, and its path there.
    pub(super) fn target_owner(&self, path: &RelPath) -> Option<(usize, RelPath)> {
        if self.index.is_none() {
            return Some((0, path.clone()));
        }
        let fold = |path: &RelPath| NameRules::Windows.fold(path.as_str());
        let numbered = self.members.iter().enumerate();
        let claims = numbered.filter_map(|(number, member)| {
            if let Some(name) = &member.job.file_name {
                let own = member.outer(name).ok()?;
                return (fold(&own) == fold(path)).then(|| (usize::MAX, number, name.clone()));
            }
            let depth = member.depth();
            let is_inside = member.prefix.as_ref().is_none_or(|prefix| {
                fold(path).strip_prefix(&fold(prefix)).is_some_and(|rest| rest.starts_with('/'))
            });
            let own: Vec<_> = path.segments().skip(depth).collect();
            let own = RelPath::parse(&own.join("/")).ok()?;
            is_inside.then_some((depth, number, own))
        });
        claims.max_by_key(|(depth, ..)| *depth).map(|(_, number, own)| (number, own))
    }

    /// The files that parameters write anew.
    pub(super) fn touched(&self) -> BTreeSet<RelPath> {
        let touched = self.members.iter().map(|member| member.tree.touched());
        match &self.index {
            None => touched.flatten().collect(),
            Some(index) => {
                let touched: Vec<_> = touched.collect();
                let entries = index.entries.iter();
                entries
                    .filter(|(_, (number, own))| touched[*number].contains(own))
                    .map(|(path, _)| path.clone())
                    .collect()
            }
        }
    }

    fn owned<'p>(&'p self, path: &'p RelPath) -> Option<(&'p ParameterizedTree<'a>, &'p RelPath)> {
        let (number, own) = self.owner(path)?;
        Some((&self.members[number].tree, own))
    }
}

impl Tree for Sources<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        match &self.index {
            None => self.members[0].tree.snapshot(),
            Some(index) => Ok(index.snapshot.clone()),
        }
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let (number, own) = match &self.index {
            None => return self.members[0].tree.open(path),
            Some(index) => index.get(path).ok_or_else(|| TreeError::NotFound(path.to_string()))?,
        };
        self.members[number].tree.open(own)
    }

    fn names(&self) -> NameRules {
        NameRules::Windows
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        self.owned(path).map_or(Ok(None), |(tree, own)| tree.stamp(own))
    }

    fn is_current(&self, _: &RelPath, _: Stamp) -> Result<bool, TreeError> {
        Ok(true)
    }

    fn is_executable(&self, _: &RelPath) -> bool {
        false
    }
}

/// Which provider each path of a group comes from.
#[derive(Default)]
struct Index {
    entries: BTreeMap<RelPath, (usize, RelPath)>,
    snapshot: Snapshot,
    /// How a name is spelled by whoever came first.
    spelled: BTreeMap<String, RelPath>,
}

impl Index {
    /// The files of `members`, of which the later ones replace those of the earlier ones.
    fn of(members: &[Member<'_>], beneath: Beneath) -> Result<Self, Failure> {
        let mut index = Self::default();
        for (number, member) in members.iter().enumerate() {
            let snapshot = member.tree.snapshot()?;
            if let Some(prefix) = &member.prefix {
                let mut folders: Vec<_> = prefix.ancestors().collect();
                folders.reverse();
                folders.push(prefix.clone());
                for folder in folders {
                    let folder = index.spell(folder)?;
                    index.folder(folder, Stamp::default())?;
                }
                if beneath == Beneath::Vanish && member.job.file_name.is_none() {
                    index.empty(prefix, &|owner| members[owner].depth() < member.depth());
                }
            }
            // Beside a single file nothing is its provider's.
            let folders = snapshot.directories.iter().filter(|_| member.job.file_name.is_none());
            for (own, stamp) in folders {
                let path = index.spell(member.outer(own)?)?;
                index.folder(path.clone(), *stamp)?;
                index.entries.insert(path, (number, own.clone()));
            }
            for (own, stamp) in &snapshot.files {
                let path = index.spell(member.outer(own)?)?;
                if index.snapshot.directories.contains_key(&path) {
                    return Err(both(&path));
                }
                index.snapshot.files.insert(path.clone(), *stamp);
                index.entries.insert(path, (number, own.clone()));
            }
        }
        Ok(index)
    }

    /// The path in the spelling of whoever brought it, or a folder above it, first.
    fn spell(&mut self, path: RelPath) -> Result<RelPath, Failure> {
        let key = NameRules::Windows.fold(path.as_str());
        if let Some(known) = self.spelled.get(&key) {
            return Ok(known.clone());
        }
        let parent = path
            .parent()
            .and_then(|parent| self.spelled.get(&NameRules::Windows.fold(parent.as_str())));
        let spelled = match parent {
            Some(parent) => parent.join(path.file_name()).map_err(|error| Failure::of(&error))?,
            None => path,
        };
        self.spelled.insert(key, spelled.clone());
        Ok(spelled)
    }

    fn folder(&mut self, path: RelPath, stamp: Stamp) -> Result<(), Failure> {
        if self.snapshot.files.contains_key(&path) {
            return Err(both(&path));
        }
        self.snapshot.directories.entry(path).or_insert(stamp);
        Ok(())
    }

    /// Takes out what lies below `folder` and belongs to one of `owners`.
    fn empty(&mut self, folder: &RelPath, owners: &dyn Fn(usize) -> bool) {
        let fold = |path: &RelPath| NameRules::Windows.fold(path.as_str());
        let above = fold(folder) + "/";
        let gone: Vec<RelPath> = self
            .entries
            .iter()
            .filter(|(path, (owner, _))| owners(*owner) && fold(path).starts_with(&above))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            self.entries.remove(&path);
            self.snapshot.files.remove(&path);
            self.snapshot.directories.remove(&path);
            self.spelled.remove(&fold(&path));
        }
    }

    fn get(&self, path: &RelPath) -> Option<(usize, &RelPath)> {
        let found = self.entries.get(path).or_else(|| {
            let spelled = self.spelled.get(&NameRules::Windows.fold(path.as_str()))?;
            self.entries.get(spelled)
        });
        found.map(|(number, own)| (*number, own))
    }
}

fn both(path: &RelPath) -> Failure {
    Failure::new(format!("`{path}` is a file of one provider and a folder of another one"))
        .hint("deploy one of them to another place: see iisle package params")
}

/// The folders that groups are made of, and who goes to which: for every job the number of its group
/// and its place below that group's folder.
pub(super) struct Homes {
    /// The folders, as they were given, and whether a provider is a folder there.
    pub(super) folders: Vec<(PathBuf, bool)>,
    pub(super) places: Vec<(usize, Option<RelPath>)>,
}

impl Homes {
    /// Where every job lies: by the outermost folder of a provider, or by the folder of a single file.
    pub(super) fn of(jobs: &[Job<'_>]) -> Result<Self, Failure> {
        let resolved: Vec<PathBuf> =
            jobs.iter().map(|job| host::resolve(&job.root)).collect::<Result<_, _>>()?;
        let folders: Vec<&PathBuf> = std::iter::zip(jobs, &resolved)
            .filter(|(job, _)| job.file_name.is_none())
            .map(|(_, root)| root)
            .collect();
        let home = |root: &'_ PathBuf| -> Option<&PathBuf> {
            let above = folders.iter().filter(|folder| root.starts_with(folder));
            above.copied().min_by_key(|folder| folder.components().count())
        };
        let mut homes = Self { folders: Vec::new(), places: Vec::new() };
        let mut known: Vec<&Path> = Vec::new();
        for root in &resolved {
            let (folder, is_site) = home(root).map_or((root, false), |folder| (folder, true));
            let number = known.iter().position(|known| *known == folder).unwrap_or_else(|| {
                let given = std::iter::zip(jobs, &resolved).find(|(_, root)| *root == folder);
                homes.folders.push((given.map_or(folder, |(job, _)| &job.root).clone(), is_site));
                known.push(folder);
                known.len() - 1
            });
            homes.places.push((number, below(root, folder)?));
        }
        Ok(homes)
    }
}

/// The place of `path` below `folder`; `None` when it is the folder itself.
fn below(path: &Path, folder: &Path) -> Result<Option<RelPath>, Failure> {
    let rest = path.strip_prefix(folder).unwrap_or(Path::new(""));
    let rest: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
    if rest.is_empty() {
        return Ok(None);
    }
    RelPath::parse(&rest.join("/")).map(Some).map_err(|error| Failure::of(&error))
}
