//! Links to folders that say which of them is the right one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::TreeError;
use crate::local::{aside, is_temporary, system};

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TreeError {
    move |source| TreeError::met(action, text(path), source)
}

/// Where the link `path` leads, as it is stored; `None` when nothing is there.
///
/// # Errors
/// [`TreeError::Name`] when something else than a link is there.
pub fn read(path: &Path) -> Result<Option<PathBuf>, TreeError> {
    match fs::symlink_metadata(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TreeError::io("examine", text(path), source)),
        Ok(metadata) if metadata.is_symlink() => {
            fs::read_link(path).map(Some).map_err(error("read the link", path))
        }
        Ok(_) => {
            let problem = "something else than a link is there".to_owned();
            Err(TreeError::Name { path: text(path), problem })
        }
    }
}

/// Makes `path` a link to the folder `target`, which is taken from the folder of `path` when it is
/// relative. On Unix a reader sees the old link or the new one at every moment; Windows cannot
/// replace a link to a folder, and has none for a moment. Where symbolic links need a right that is
/// missing, it is a junction.
///
/// # Errors
/// As [`read`], or what the system says.
pub fn switch(path: &Path, target: &Path) -> Result<(), TreeError> {
    let known = read(path)?;
    if known.as_deref() == Some(target) {
        return Ok(());
    }
    // What it leads to has to be on the medium before it does.
    let folder = path.parent().filter(|parent| *parent != Path::new(""));
    if let Err(error) = system::flush_volume(folder.unwrap_or_else(|| Path::new("."))) {
        tracing::debug!(%error, "the folder may not outlive a power cut");
    }
    let between = aside(path);
    let switched = system::link_folder(target, &between).and_then(|()| give_name(&between, path));
    switched.map_err(|source| {
        // What could not get its name must not stay.
        drop(remove(&between));
        TreeError::io("set the link", text(path), source)
    })?;
    Ok(())
}

/// Whether `name` is one that a broken [`switch`] may have left beside its link.
pub fn is_leftover(name: &str) -> bool {
    is_temporary(name)
}

fn give_name(between: &Path, path: &Path) -> io::Result<()> {
    if fs::rename(between, path).is_ok() {
        return Ok(());
    }
    // Windows refuses to put a link to a folder in the place of another.
    remove(path)?;
    fs::rename(between, path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => system::remove_link(path, &metadata),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{read, switch};
    use crate::TreeError;
    use std::path::Path;

    #[test]
    fn a_pointer_leads_where_it_was_switched_to_last_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("current");
        assert_eq!(read(&at).unwrap(), None);
        for target in ["one", "two", "two"] {
            switch(&at, Path::new(target)).unwrap();
            assert_eq!(read(&at).unwrap().as_deref(), Some(Path::new(target)));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_link_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("current");
        std::fs::create_dir(&at).unwrap();
        assert!(matches!(switch(&at, Path::new("one")), Err(TreeError::Name { .. })));
        assert!(at.is_dir());
    }
}

#[cfg(test)]
#[cfg(windows)]
mod windows_tests {
    use super::{read, switch};

    /// Links of Windows need a right, junctions a volume that has them: where there is neither, a
    /// pointer is an error that leaves nothing behind.
    #[test]
    fn a_pointer_is_a_link_a_junction_or_an_error_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("current");
        let targets = ["one", "two"].map(|name| folder.path().join(name));
        for target in &targets {
            std::fs::create_dir(target).unwrap();
            std::fs::write(target.join("name.txt"), target.file_name().unwrap().to_str().unwrap())
                .unwrap();
        }
        let mut switched = 0;
        for target in &targets {
            if let Err(error) = switch(&at, target) {
                println!("no pointers here: {error}");
                continue;
            }
            switched += 1;
            let name = target.file_name().unwrap().to_str().unwrap();
            assert_eq!(std::fs::read_to_string(at.join("name.txt")).unwrap(), name);
            assert!(read(&at).unwrap().is_some());
        }
        assert!(switched == 0 || switched == targets.len(), "{switched}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, targets.len() + usize::from(switched > 0));
    }
}
