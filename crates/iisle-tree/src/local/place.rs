use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::system;

/// The real place of `path`: absolute, links resolved as far as it exists.
///
/// In the part that does not exist, `..` takes the name before it away.
pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut real = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => drop(real.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir => real.push(component),
            Component::Normal(name) => {
                let next = real.join(name);
                real = match fs::canonicalize(&next) {
                    Ok(existing) => existing,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => next,
                    Err(error) => return Err(error),
                };
            }
        }
    }
    Ok(real)
}

/// Whether `inner` lies below the folder `outer`, judged by the identity of folders; both are real
/// places.
///
/// Neither needs to exist; a folder does not lie below itself.
pub(crate) fn is_below(inner: &Path, outer: &Path) -> io::Result<bool> {
    let Some(wanted) = existing_identity(outer)? else {
        return Ok(inner != outer && inner.starts_with(outer));
    };
    for ancestor in inner.ancestors().skip(1) {
        if existing_identity(ancestor)? == Some(wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn existing_identity(path: &Path) -> io::Result<Option<system::Identity>> {
    match system::identity(path) {
        Ok(identity) => Ok(Some(identity)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
