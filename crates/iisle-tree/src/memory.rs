use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard};

use iisle_path::{NameRules, RelPath};

use crate::folder::Attributes;
use crate::{Content, Holder, Snapshot, Stamp, Tree, TreeError, TreeMut};

/// A tree in memory, for tests and for content that was never on a disk.
#[derive(Debug)]
pub struct MemoryTree {
    names: NameRules,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Keyed by the folded path.
    files: BTreeMap<String, (RelPath, Stamp, Arc<[u8]>)>,
    directories: BTreeMap<String, (RelPath, Stamp)>,
    locked: BTreeMap<String, Vec<Holder>>,
}

impl MemoryTree {
    /// An empty tree whose names compare by bytes.
    pub fn unix() -> Self {
        Self { names: NameRules::Unix, state: Mutex::default() }
    }

    /// An empty tree whose names compare as on NTFS.
    pub fn windows() -> Self {
        Self { names: NameRules::Windows, state: Mutex::default() }
    }

    /// This tree with a file more; the size of `stamp` is that of `content`.
    ///
    /// # Panics
    /// When `path` is no [`RelPath`]: paths of fixtures are literals.
    #[must_use]
    pub fn with_file(self, path: &str, content: impl AsRef<[u8]>, modified: crate::Ticks) -> Self {
        let path = RelPath::parse(path).expect("a fixture's path is valid");
        let content = content.as_ref();
        let stamp =
            Stamp { size: content.len() as u64, modified, read_only: false, visibility: None };
        self.insert(&path, stamp, content.into());
        self
    }

    /// Makes every attempt to replace or remove `path` fail as if `holders` had it open.
    pub fn lock(&self, path: &RelPath, holders: Vec<Holder>) {
        self.state().locked.insert(self.names.fold(path.as_str()), holders);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }

    /// `path` with its directories in the letters they were created in, as a disk has it.
    fn spelled(&self, state: &State, path: &RelPath) -> RelPath {
        let known = path.ancestors().find_map(|above| {
            let (known, _) = state.directories.get(&self.names.fold(above.as_str()))?;
            known.join(&path.as_str()[above.as_str().len() + 1..]).ok()
        });
        known.unwrap_or_else(|| path.clone())
    }

    fn insert(&self, path: &RelPath, stamp: Stamp, content: Arc<[u8]>) {
        let mut state = self.state();
        let path = self.spelled(&state, path);
        for parent in path.ancestors() {
            let key = self.names.fold(parent.as_str());
            state.directories.entry(key).or_insert((parent, Stamp::default()));
        }
        let entry = state.files.entry(self.names.fold(path.as_str()));
        // An existing file keeps the case of its name, as on NTFS.
        let slot = entry.or_insert_with(|| (path, stamp, Arc::default()));
        (slot.1, slot.2) = (stamp, content);
    }

    fn refuse_locked(&self, path: &RelPath) -> Result<(), TreeError> {
        match self.state().locked.get(&self.names.fold(path.as_str())) {
            None => Ok(()),
            Some(holders) => Err(TreeError::InUse {
                path: path.to_string(),
                holders: holders.clone(),
                source: io::Error::other("sharing violation"),
            }),
        }
    }

    fn not_found(path: &RelPath) -> TreeError {
        TreeError::NotFound(path.to_string())
    }
}

impl Tree for MemoryTree {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let state = self.state();
        Ok(Snapshot {
            files: state.files.values().map(|(path, stamp, _)| (path.clone(), *stamp)).collect(),
            directories: state.directories.values().cloned().collect(),
            refused: Vec::new(),
        })
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let state = self.state();
        let (_, _, content) = state
            .files
            .get(&self.names.fold(path.as_str()))
            .ok_or_else(|| Self::not_found(path))?;
        Ok(Box::new(Cursor::new(Arc::clone(content))))
    }

    fn names(&self) -> NameRules {
        self.names
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        Ok(self.state().files.get(&self.names.fold(path.as_str())).map(|(_, stamp, _)| *stamp))
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        Ok(self.stamp(path)?.is_some_and(|found| found.is_unchanged_from(&stamp)))
    }

    fn is_executable(&self, _: &RelPath) -> bool {
        false
    }
}

impl TreeMut for MemoryTree {
    fn write(&self, path: &RelPath, stamp: Stamp, content: &mut dyn Read) -> Result<(), TreeError> {
        self.refuse_locked(path)?;
        let mut bytes = Vec::new();
        content
            .read_to_end(&mut bytes)
            .map_err(|source| TreeError::io("read", path.as_str(), source))?;
        let found = bytes.len() as u64;
        if found != stamp.size {
            return Err(TreeError::Changed { path: path.to_string(), expected: stamp.size, found });
        }
        self.insert(path, stamp, bytes.into());
        Ok(())
    }

    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError> {
        let mut state = self.state();
        let file = state
            .files
            .get_mut(&self.names.fold(path.as_str()))
            .ok_or_else(|| Self::not_found(path))?;
        file.1 = Stamp { size: file.1.size, ..stamp };
        Ok(())
    }

    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError> {
        let mut state = self.state();
        let directory = state.directories.get_mut(&self.names.fold(path.as_str()));
        let (_, stamp) = directory.ok_or_else(|| Self::not_found(path))?;
        *stamp = stamp.with_marks(marks);
        Ok(())
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError> {
        self.refuse_locked(from)?;
        let mut state = self.state();
        let (old, new) = (self.names.fold(from.as_str()), self.names.fold(to.as_str()));
        if old != new && (state.files.contains_key(&new) || state.directories.contains_key(&new)) {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(TreeError::io("rename to", to.as_str(), source));
        }
        if let Some((_, stamp, content)) = state.files.remove(&old) {
            let to = self.spelled(&state, to);
            state.files.insert(new, (to, stamp, content));
            return Ok(());
        }
        let (_, stamp) = state.directories.remove(&old).ok_or_else(|| Self::not_found(from))?;
        state.directories.insert(new, (to.clone(), stamp));
        let moved = |path: &RelPath| {
            let rest = path.as_str().split('/').skip(from.segments().count());
            to.join(&rest.collect::<Vec<_>>().join("/")).expect("it lies below a directory")
        };
        let prefix = format!("{old}/");
        let files: Vec<_> = state.files.extract_if(.., |key, _| key.starts_with(&prefix)).collect();
        for (_, (path, stamp, content)) in files {
            let path = moved(&path);
            state.files.insert(self.names.fold(path.as_str()), (path, stamp, content));
        }
        let directories = state.directories.extract_if(.., |key, _| key.starts_with(&prefix));
        for (_, (path, stamp)) in directories.collect::<Vec<_>>() {
            let path = moved(&path);
            state.directories.insert(self.names.fold(path.as_str()), (path, stamp));
        }
        Ok(())
    }

    fn remove(&self, path: &RelPath) -> Result<(), TreeError> {
        self.refuse_locked(path)?;
        self.state().files.remove(&self.names.fold(path.as_str()));
        Ok(())
    }

    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        let mut state = self.state();
        let path = self.spelled(&state, path);
        for directory in std::iter::once(path.clone()).chain(path.ancestors()) {
            let key = self.names.fold(directory.as_str());
            state.directories.entry(key).or_insert((directory, Stamp::default()));
        }
        Ok(())
    }

    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        let mut state = self.state();
        let prefix = format!("{}/", self.names.fold(path.as_str()));
        let below = |key: &String| key.starts_with(&prefix);
        if state.files.keys().any(below) || state.directories.keys().any(below) {
            let source = io::Error::from(io::ErrorKind::DirectoryNotEmpty);
            return Err(TreeError::io("remove the folder", path.as_str(), source));
        }
        state.directories.remove(&self.names.fold(path.as_str()));
        Ok(())
    }

    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError> {
        Ok(self.state().locked.get(&self.names.fold(path.as_str())).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryTree;
    use crate::{Ticks, Tree, TreeMut};
    use iisle_path::RelPath;

    #[test]
    fn a_windows_tree_folds_case_and_keeps_the_first_spelling() {
        let tree = MemoryTree::windows().with_file("bin/App.dll", "one", Ticks(1)).with_file(
            "BIN/app.DLL",
            "two!",
            Ticks(2),
        );
        let snapshot = tree.snapshot().unwrap();
        assert_eq!(snapshot.files.len(), 1);
        let path = RelPath::parse("bin/App.dll").unwrap();
        assert_eq!(snapshot.files[&path].size, 4);
        assert_eq!(tree.read_all(&path, 10).unwrap(), b"two!");
        assert!(tree.read_all(&path, 3).is_err());
        let tree = tree.with_file("Bin/new.txt", "", Ticks(3));
        assert!(tree.snapshot().unwrap().files.contains_key("bin/new.txt"));
        assert!(tree.remove_directory(&RelPath::parse("bin").unwrap()).is_err());
    }
}
