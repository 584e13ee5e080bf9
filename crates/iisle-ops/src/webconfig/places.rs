//! Finding files as another host would.

use std::path::{Path, PathBuf};

use iisle_tree::host;
use iisle_webconfig::{Newline, SOLUTION_FOLDERS, is_solution, solution_guid};

use super::MAX_WEB_CONFIG;
use crate::Failure;

/// The names of the files in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = host::list(folder)?;
    let files = entries.into_iter().filter(|entry| entry.kind == host::Kind::File);
    Ok(files.filter_map(|entry| entry.path.file_name()?.to_str().map(str::to_owned)).collect())
}

/// The file at a path with `/`, relative to a folder or absolute, with names compared as on `like`;
/// `None` when there is none. Of several that differ in case alone the one that is spelled so wins,
/// then the first.
pub(super) fn find(folder: &Path, path: &str, like: Newline) -> Option<PathBuf> {
    let place = folder.join(path);
    if host::is_file(&place) {
        return Some(place);
    }
    if like == Newline::Lf {
        return None;
    }
    let mut found = if Path::new(path).is_absolute() { PathBuf::from("/") } else { folder.into() };
    for step in path.split('/').filter(|step| !matches!(*step, "" | ".")) {
        let exact = found.join(step);
        found = if host::exists(&exact) {
            exact
        } else {
            let entries = host::list(&found).ok()?;
            let same = |entry: &host::Entry| {
                let name = entry.path.file_name().and_then(|name| name.to_str());
                name.is_some_and(|name| like.same_name(name, step))
            };
            entries.into_iter().find(same)?.path
        };
    }
    host::is_file(&found).then_some(found)
}

/// The GUID that a solution gives a project: the solution named, or the first in the folders above
/// the project that knows it. What cannot be read counts as not there: nothing depends on it.
pub(super) fn project_guid(
    project_file: &Path,
    solution: Option<&Path>,
    like: Newline,
) -> Option<String> {
    let guid = |solution: &Path| {
        let bytes = host::read(solution, MAX_WEB_CONFIG).ok()?;
        let folder = solution.parent()?.to_str()?;
        solution_guid(&String::from_utf8_lossy(&bytes), folder, project_file.to_str()?, like)
    };
    if let Some(solution) = solution.filter(|path| host::is_file(path)) {
        return guid(solution);
    }
    let folders = project_file.ancestors().skip(1).take(SOLUTION_FOLDERS);
    folders
        .filter_map(|folder| Some((folder, names(folder).ok()?)))
        .flat_map(|(folder, names)| {
            let solutions = names.into_iter().filter(|name| is_solution(name, like));
            solutions.map(move |name| folder.join(name)).collect::<Vec<_>>()
        })
        .find_map(|solution| guid(&solution))
}
