use std::path::{Path, PathBuf};
use std::time::Duration;

use iisle_tree::workshop::LocalWorkshop;
use iisle_tree::{LocalTree, Tree, TreeError, TreeMut, host, pointer};

use super::folder::{self, OLD, Release};
use super::state::{self, State};
use crate::shell;
use crate::staged::NoEntry;
use crate::turn::{self, Turn};
use crate::{Context, Failure};

/// The file that an app is configured by; IIS hands out everything else without it.
const WEB_CONFIG: &str = "web.config";
/// How the site is told which release it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointer {
    /// A link to the release, switched here.
    Link(PathBuf),
    /// The physical path of the site (`NAME`, or `NAME/app`): the command that sets it is told.
    Site(String),
}

/// How a pointer was switched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switched {
    /// The release that the pointer leads to now.
    pub activated: Option<String>,
    /// The release before, when it was another.
    pub previous: Option<String>,
    /// The link, when there is one.
    pub link: Option<PathBuf>,
    /// The command that makes the site follow, when it has to be run by hand.
    pub command: Option<String>,
}

/// The releases of a folder, oldest first.
///
/// # Errors
/// When the folder cannot be listed, or its pointer is no link.
pub fn list(folder: &Path) -> Result<Vec<Release>, Failure> {
    let active = State::read(folder)?.unwrap_or_default().active(folder)?;
    folder::releases(folder)?
        .into_iter()
        .map(|name| folder::release(folder, name, active.as_deref()))
        .collect()
}

/// Switches the pointer to `name`; to the release before the active one when it is `None`.
///
/// # Errors
/// When there is no such release, or it has no `web.config` where the active one has.
pub fn activate(
    context: &Context<'_>,
    folder: &Path,
    name: Option<&str>,
) -> Result<Switched, Failure> {
    let Some(lock) = lock_now(context, folder)? else {
        return Err(no_releases(folder));
    };
    let mut state = State::read(folder)?.unwrap_or_default();
    let active = state.active(folder)?;
    let names = folder::releases(folder)?;
    if names.is_empty() {
        return Err(no_releases(folder));
    }
    let name = match name {
        Some(name) if names.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => {
            return Err(Failure::new(format!(
                "there is no release `{name}` in `{}`",
                folder.display()
            ))
            .hint(list_hint(folder)));
        }
        None => {
            let show = || format!("{}; name one", list_hint(folder));
            if active.is_none() {
                let folder = folder.display();
                return Err(
                    Failure::new(format!("no release in `{folder}` is active")).hint(show())
                );
            }
            let before = names.iter().rev().find(|name| Some(*name) < active.as_ref());
            before.cloned().ok_or_else(|| {
                let folder = folder.display();
                Failure::new(format!("there is no release before the active one in `{folder}`"))
                    .hint(show())
            })?
        }
    };
    let had_config = active.as_ref().is_some_and(|active| has_config(&folder.join(active)));
    if had_config && !has_config(&folder.join(&name)) {
        return Err(no_config(&folder.join(&name)));
    }
    lock.enter("switch");
    let switched = switch(folder, &mut state, &name)?;
    drop(lock);
    Ok(switched)
}

fn list_hint(folder: &Path) -> String {
    let folder = shell::argument(&folder.to_string_lossy());
    format!("`iisle releases list {folder}` shows those that are there")
}

/// What came of removing old releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The names of those that were removed.
    pub removed: Vec<String>,
    /// How many are there now.
    pub left_releases: usize,
}

/// Removes all but the newest `keep` releases; never the active one, nor one that is in use.
///
/// # Errors
/// When one of them cannot be removed.
pub fn prune(context: &Context<'_>, folder: &Path, keep: usize) -> Result<Pruned, Failure> {
    let Some(lock) = lock_now(context, folder)? else { return Ok(Pruned::default()) };
    let state = State::read(folder)?.unwrap_or_default();
    lock.enter("prune");
    let pruned = remove_old(folder, &state, keep)?;
    drop(lock);
    Ok(pruned)
}

pub(super) fn remove_old(folder: &Path, state: &State, keep: usize) -> Result<Pruned, Failure> {
    folder::clear(folder)?;
    let active = state.active(folder)?;
    let names = folder::releases(folder)?;
    let mut removed = Vec::new();
    // The active release is one of those that stay, however old it is.
    let others = names.iter().rev().filter(|name| Some(*name) != active.as_ref());
    let room = keep.max(1) - usize::from(active.is_some());
    for name in others.skip(room) {
        let place = folder.join(name);
        if is_in_use(&place)? {
            tracing::info!(release = %name, "kept: a process uses it");
            continue;
        }
        let old = folder.join(format!("{OLD}{name}"));
        host::rename_folder(&place, &old)?;
        host::remove_tree(&old)?;
        removed.push(name.clone());
    }
    removed.sort();
    Ok(Pruned { left_releases: names.len() - removed.len(), removed })
}

/// Whether a process runs or holds a file of a release.
fn is_in_use(release: &Path) -> Result<bool, TreeError> {
    let tree = LocalTree::open(release)?;
    let files: Vec<_> = tree.snapshot()?.files.into_keys().collect();
    Ok(!tree.locked(&files)?.is_empty())
}

/// Notes which release is active, then makes it that.
pub(super) fn switch(folder: &Path, state: &mut State, name: &str) -> Result<Switched, Failure> {
    let previous = state.active(folder)?.filter(|active| active != name);
    let place = folder.join(name);
    let pointer = state.pointer_or_default(folder);
    let mut switched =
        Switched { activated: Some(name.to_owned()), previous, ..Switched::default() };
    match &pointer {
        Pointer::Link(link) => {
            // The pointer is known before it leads anywhere: a crash leaves the old release active.
            state.pointer = Some(pointer.clone());
            state.write(folder)?;
            let target = state::target(link, folder, name);
            pointer::switch(link, &target).map_err(|error| {
                Failure::from(error).context(format!("cannot switch to the release `{name}`")).hint(
                    "where links need a right, give --site NAME and run the command that it tells",
                )
            })?;
            switched.link = Some(link.clone());
        }
        Pointer::Site(site) => {
            state.pointer = Some(pointer.clone());
            state.active = Some(name.to_owned());
            state.write(folder)?;
            // The server does not start from the folder that we do.
            let place = std::path::absolute(&place).unwrap_or(place);
            switched.command = Some(command(site, &place));
        }
    }
    Ok(switched)
}

/// What moves the physical path of a site, or of an application in it.
///
/// Source: IIS, "appcmd set vdir": the root of an application is its virtual directory `/`.
fn command(site: &str, place: &Path) -> String {
    let directory = format!("{}/", site.trim_end_matches('/'));
    format!(
        "%windir%\\system32\\inetsrv\\appcmd.exe set vdir \"{directory}\" -physicalPath:\"{}\"",
        place.display()
    )
}

/// Keeps others from changing the folder.
pub(super) fn lock(context: &Context<'_>, folder: &Path, wait: Duration) -> Result<Turn, NoEntry> {
    // The lock would be made beside whatever lies there.
    folder::check_place(folder)?;
    turn::take(context, &LocalWorkshop::beside(folder)?, wait)
}

/// As [`lock`], for those who change what is there and only tell that it was not given; `None` for a
/// folder that nobody has made a release in: nothing is written beside it, and nothing removed from
/// it, for what lies there belongs to others.
fn lock_now(context: &Context<'_>, folder: &Path) -> Result<Option<Turn>, Failure> {
    LocalTree::open(folder)?;
    if State::read(folder)?.is_none() && !folder::has_any(folder)? {
        return Ok(None);
    }
    lock(context, folder, Duration::ZERO).map(Some).map_err(|no_entry| match no_entry {
        NoEntry::Busy(other) => other.failure(),
        NoEntry::Ended(_, failure) | NoEntry::Failed(failure) => failure,
    })
}

fn no_releases(folder: &Path) -> Failure {
    Failure::new(format!("there are no releases in `{}`", folder.display()))
        .hint(first_release_hint(folder))
}

/// How a folder gets its first release; the command can be typed as it stands.
pub fn first_release_hint(folder: &Path) -> String {
    let folder = shell::argument(&folder.to_string_lossy());
    format!("`iisle sync SRC --releases {folder}` makes one")
}

pub(super) fn has_config(release: &Path) -> bool {
    host::is_file(&release.join(WEB_CONFIG))
}

pub(super) fn no_config(source: &Path) -> Failure {
    Failure::new(format!(
        "`{}` has no `{WEB_CONFIG}`, and the active release has",
        source.display()
    ))
    .hint("without it IIS hands out settings and assemblies: publish again")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{first_release_hint, list_hint};

    #[test]
    fn the_command_that_lists_releases_can_be_typed_for_a_folder_with_blanks() {
        let hint = list_hint(Path::new("my releases")).replace('"', "'");
        assert_eq!(hint, "`iisle releases list 'my releases'` shows those that are there");
        let hint = first_release_hint(Path::new("my releases")).replace('"', "'");
        assert_eq!(hint, "`iisle sync SRC --releases 'my releases'` makes one");
    }
}
