use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use iisle_path::RelPath;

use super::system;

/// The place of something below a folder, such that no link leads there: whoever puts one into the place
/// of a folder on the way does not lead a change elsewhere.
///
/// On Linux the folder that it lies in is held, and the place is one in that folder for as long as this
/// lives. Elsewhere, and where the system does not have the calls, there is a look at every folder
/// on the way right before the change.
///
/// Source: `sync.md` SD-32.
#[derive(Debug)]
pub(crate) struct Beneath {
    place: PathBuf,
    /// What keeps the place what it is.
    _folder: Option<File>,
}

/// What is known of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// No link led there when it was looked at, and none must.
    Resolved,
    /// It is as somebody gave it; links on the way to it are followed.
    AsGiven,
}

impl Beneath {
    /// The place of `path` below `base`; the folder that it lies in must be there.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when it is not; when a link leads there; what the system says.
    pub(crate) fn find(base: &Path, path: &RelPath, kind: Base) -> io::Result<Self> {
        if let Some((folder, place)) = held::folder(base, path.parent().as_ref(), kind)? {
            let place = system::join(&place, &name(path));
            return Ok(Self { place, _folder: Some(folder) });
        }
        look(base, path)?;
        Ok(Self { place: system::join(base, path), _folder: None })
    }

    /// A place that nobody but us changes.
    pub(crate) fn own(place: PathBuf) -> Self {
        Self { place, _folder: None }
    }

    /// Creates a folder there; one that is there is left alone.
    pub(crate) fn create_folder(&self) -> io::Result<()> {
        match fs::create_dir(&self.place) {
            Err(_) if fs::symlink_metadata(&self.place).is_ok_and(|found| found.is_dir()) => Ok(()),
            made => made,
        }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }
}

/// A new file that bears no name yet, made in the folder of the place `path` below `base`, where it will
/// get its name in the end: it gets the rights and the group that files get there, and lies near them on
/// the medium. `None` where the system does not have that, or not there.
pub(crate) fn nameless(base: &Path, path: &RelPath) -> Option<File> {
    held::nameless(base, path.parent().as_ref())
}

/// Gives a [`nameless`] file its first name.
pub(crate) fn give_name(file: &File, name: &Path) -> io::Result<()> {
    held::give_name(file, name)
}

fn name(path: &RelPath) -> RelPath {
    RelPath::parse(path.file_name()).expect("a segment is a path")
}

/// An error when one of the folders above `path` is a link.
fn look(base: &Path, path: &RelPath) -> io::Result<()> {
    let is_link = |folder: RelPath| {
        fs::symlink_metadata(system::join(base, &folder)).is_ok_and(|found| found.is_symlink())
    };
    if path.ancestors().any(is_link) { Err(led_astray()) } else { Ok(()) }
}

fn led_astray() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "a link has taken the place of a folder on the way there",
    )
}

#[cfg(target_os = "linux")]
mod held {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, AsRawFd};
    use std::path::{Path, PathBuf};
    use std::sync::LazyLock;

    use iisle_path::RelPath;
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, linkat, openat, openat2};
    use rustix::io::Errno;

    use super::{Base, led_astray};
    use crate::local::system;

    /// Where the folders are that this process holds.
    const HELD: &str = "/proc/self/fd";
    /// A race with somebody who renames folders is no longer bad luck after so many.
    const TRIES: u32 = 8;

    static HAS_HELD: LazyLock<bool> = LazyLock::new(|| Path::new(HELD).is_dir());

    /// Holds the folder `path` below `base`, reached without a link, and says where it is to be found;
    /// `None` where the system cannot.
    pub(super) fn folder(
        base: &Path,
        path: Option<&RelPath>,
        kind: Base,
    ) -> io::Result<Option<(File, PathBuf)>> {
        if !*HAS_HELD {
            return Ok(None);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let straight = straight();
        let open = || match kind {
            Base::Resolved => {
                let full = path.map_or_else(|| base.to_owned(), |path| system::join(base, path));
                openat2(CWD, &full, flags, Mode::empty(), straight)
            }
            Base::AsGiven => {
                let base = openat(CWD, base, flags, Mode::empty())?;
                let Some(path) = path else { return Ok(base) };
                let below = straight | ResolveFlags::BENEATH;
                openat2(base.as_fd(), path.as_str(), flags, Mode::empty(), below)
            }
        };
        for _ in 0..TRIES {
            match open() {
                Ok(folder) => {
                    let place = place(&folder);
                    return Ok(Some((folder.into(), place)));
                }
                Err(Errno::AGAIN) => {}
                Err(Errno::NOSYS | Errno::PERM) => return Ok(None),
                Err(Errno::LOOP) => return Err(led_astray()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Errno::AGAIN.into())
    }

    fn straight() -> ResolveFlags {
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
    }

    fn place(held: &impl AsRawFd) -> PathBuf {
        Path::new(HELD).join(held.as_raw_fd().to_string())
    }

    /// A file without a name in the folder `path` below `base`. Whatever speaks against it speaks against
    /// this way only, or will be said again when the file is made in the usual way.
    pub(super) fn nameless(base: &Path, path: Option<&RelPath>) -> Option<File> {
        if !*HAS_HELD {
            return None;
        }
        let folder = path.map_or_else(|| base.to_owned(), |path| system::join(base, path));
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        openat2(CWD, &folder, flags, mode, straight()).ok().map(File::from)
    }

    pub(super) fn give_name(file: &File, name: &Path) -> io::Result<()> {
        Ok(linkat(CWD, place(file), CWD, name, AtFlags::SYMLINK_FOLLOW)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod held {
    use std::fs::File;
    use std::io;
    use std::path::{Path, PathBuf};

    use iisle_path::RelPath;

    use super::Base;

    /// Other systems have no such calls that are safe to use here.
    #[expect(clippy::unnecessary_wraps, reason = "the same item on Linux can fail")]
    pub(super) fn folder(
        base: &Path,
        path: Option<&RelPath>,
        kind: Base,
    ) -> io::Result<Option<(File, PathBuf)>> {
        let _ = (base, path, kind);
        Ok(None)
    }

    pub(super) fn nameless(base: &Path, path: Option<&RelPath>) -> Option<File> {
        let _ = (base, path);
        None
    }

    pub(super) fn give_name(file: &File, name: &Path) -> io::Result<()> {
        let _ = (file, name);
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Base, Beneath, look};
    use iisle_path::RelPath;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    // SD-32
    #[test]
    fn no_link_leads_to_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        let (site, given) = (real.join("site"), real.join("given"));
        fs::create_dir_all(site.join("a/b")).unwrap();
        fs::create_dir(real.join("elsewhere")).unwrap();
        symlink("site", &given).unwrap();
        symlink("../elsewhere", site.join("away")).unwrap();
        symlink("a", site.join("near")).unwrap();
        for (base, kind) in [(&site, Base::Resolved), (&given, Base::AsGiven)] {
            for place in ["a/b/new", "new"] {
                let found = Beneath::find(base, &path(place), kind).unwrap();
                fs::write(found.place(), "x").unwrap();
                assert_eq!(fs::read(site.join(place)).unwrap(), b"x");
            }
            for place in ["away/new", "near/new", "near/b/new"] {
                let error = Beneath::find(base, &path(place), kind).unwrap_err();
                assert!(error.to_string().contains("link"), "{place}: {error}");
                assert!(look(base, &path(place)).is_err());
            }
            // What bears the name itself is not followed on the way.
            assert!(Beneath::find(base, &path("away"), kind).is_ok());
            assert!(look(base, &path("away")).is_ok() && look(base, &path("a/b/c")).is_ok());
            let error = Beneath::find(base, &path("missing/new"), kind).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        }
        assert!(Beneath::find(&given, &path("a/x"), Base::Resolved).is_err());
    }

    // SD-32
    #[test]
    #[cfg(target_os = "linux")]
    fn a_place_stays_where_it_was_though_a_link_takes_the_place_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().canonicalize().unwrap().join("site");
        let elsewhere = site.with_file_name("elsewhere");
        fs::create_dir_all(site.join("a")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        let found = Beneath::find(&site, &path("a/new"), Base::Resolved).unwrap();
        fs::rename(site.join("a"), site.join("moved")).unwrap();
        symlink(&elsewhere, site.join("a")).unwrap();
        fs::write(found.place(), "x").unwrap();
        assert!(site.join("moved/new").exists() && !elsewhere.join("new").exists());
    }

    // SD-12
    #[test]
    #[cfg(target_os = "linux")]
    fn a_nameless_file_is_seen_by_nobody_until_it_gets_its_name() {
        use super::{give_name, nameless};
        use std::io::Write as _;

        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().canonicalize().unwrap();
        fs::create_dir(site.join("a")).unwrap();
        symlink("a", site.join("link")).unwrap();
        assert!(nameless(&site, &path("link/new")).is_none());
        assert!(nameless(&site, &path("missing/new")).is_none());
        // Some volumes have no such files.
        let Some(mut file) = nameless(&site, &path("a/new")) else { return };
        file.write_all(b"x").unwrap();
        assert_eq!(site.join("a").read_dir().unwrap().count(), 0);
        give_name(&file, &site.join("staged")).unwrap();
        assert_eq!(fs::read(site.join("staged")).unwrap(), b"x");
        let error = give_name(&file, &site.join("staged")).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    }
}
