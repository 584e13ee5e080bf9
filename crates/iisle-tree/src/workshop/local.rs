use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use iisle_path::RelPath;

use super::{Lock, LockError, Spot, State, Workshop};
use crate::digest::{Digest, of_reader};
use crate::local::system;
use crate::{Stamp, TreeError};

/// A folder of this machine and `.NAME.deploy` beside it.
#[derive(Debug)]
pub struct LocalWorkshop {
    site: PathBuf,
    work: PathBuf,
}

impl LocalWorkshop {
    /// The workshop of `site`, which may be missing. Nothing is created.
    ///
    /// # Errors
    /// [`TreeError::Name`] when the folder has no name, as the top of a volume.
    pub fn beside(site: &Path) -> Result<Self, TreeError> {
        let failed = |source| TreeError::met("examine", site.display().to_string(), source);
        let site = system::root(&crate::local::resolve(site).map_err(failed)?).map_err(failed)?;
        let Some(name) = site.file_name() else {
            let problem = "it has no name, and so no place for a work folder beside it".to_owned();
            return Err(TreeError::Name { path: site.display().to_string(), problem });
        };
        let mut work = std::ffi::OsString::from(".");
        work.push(name);
        work.push(".deploy");
        Ok(Self { work: site.with_file_name(work), site })
    }

    /// The work folder.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// Keeps everybody else from changing the folder for as long as the lock lives; `who` is what
    /// they are told.
    pub fn lock(&self, who: &str) -> Result<Lock, LockError> {
        fs::create_dir_all(&self.work)
            .map_err(|e| TreeError::io("create the folder", self.work.display().to_string(), e))?;
        Lock::take(&self.work, who)
    }

    fn host(&self, spot: &Spot) -> PathBuf {
        match spot {
            Spot::Site(path) => system::join(&self.site, path),
            Spot::Work(path) => system::join(&self.work, path),
        }
    }

    fn parent(&self, spot: &Spot) -> io::Result<()> {
        self.host(spot).parent().map_or(Ok(()), fs::create_dir_all)
    }
}

fn failed(action: &'static str, spot: &Spot) -> impl FnOnce(io::Error) -> TreeError {
    move |source| match source.kind() {
        io::ErrorKind::NotFound => TreeError::NotFound(spot.to_string()),
        _ if system::is_in_use(&source) => {
            TreeError::InUse { path: spot.to_string(), holders: Vec::new(), source }
        }
        _ => TreeError::io(action, spot.to_string(), source),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Workshop for LocalWorkshop {
    fn state(&self, spot: &Spot) -> Result<Option<State>, TreeError> {
        match fs::symlink_metadata(self.host(spot)) {
            Ok(metadata) if metadata.is_file() => Ok(Some(State::File(system::stamp(&metadata)))),
            Ok(metadata) if metadata.is_dir() => Ok(Some(State::Directory)),
            Ok(_) => Ok(Some(State::Other)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failed("examine", spot)(error)),
        }
    }

    fn names(&self, folder: Option<&RelPath>) -> Result<Vec<String>, TreeError> {
        let place = folder.map_or_else(|| self.work.clone(), |path| system::join(&self.work, path));
        let listing = match fs::read_dir(&place) {
            Ok(listing) => listing,
            Err(error) if is_missing(&error) => return Ok(Vec::new()),
            Err(error) => return Err(TreeError::io("list", place.display().to_string(), error)),
        };
        let mut names = Vec::new();
        for entry in listing {
            let entry = entry.map_err(|e| TreeError::io("list", place.display().to_string(), e))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, spot: &Spot, limit: u64) -> Result<Vec<u8>, TreeError> {
        let file = File::open(self.host(spot)).map_err(failed("open", spot))?;
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed("read", spot))?;
        if bytes.len() as u64 > limit {
            return Err(TreeError::TooLarge { path: spot.to_string(), limit });
        }
        Ok(bytes)
    }

    fn digest(&self, spot: &Spot) -> Result<Digest, TreeError> {
        let mut file = File::open(self.host(spot)).map_err(failed("open", spot))?;
        of_reader(&mut file).map(|(digest, _)| digest).map_err(failed("read", spot))
    }

    fn create(
        &self,
        spot: &Spot,
        stamp: Stamp,
        like: Option<&Spot>,
        content: &mut dyn Read,
    ) -> Result<(), TreeError> {
        self.parent(spot).map_err(failed("create", spot))?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.host(spot))
            .map_err(failed("create", spot))?;
        let length = io::copy(content, &mut file).map_err(failed("write", spot))?;
        if length != stamp.size {
            let (path, expected) = (spot.to_string(), stamp.size);
            return Err(TreeError::Changed { path, expected, found: length });
        }
        let like = like.and_then(|like| fs::symlink_metadata(self.host(like)).ok());
        let like = like.filter(fs::Metadata::is_file);
        file.set_modified(stamp.modified.to_system_time())
            .and_then(|()| system::set_attributes(&file, like.as_ref(), stamp))
            .and_then(|()| system::flush_file(&file))
            .map_err(failed("set the time of", spot))
    }

    fn append(&self, spot: &Spot, bytes: &[u8]) -> Result<(), TreeError> {
        self.parent(spot).map_err(failed("create", spot))?;
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.host(spot))
            .map_err(failed("open", spot))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", spot))
    }

    fn link(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        self.parent(to).map_err(failed("create", to))?;
        let (source, target) = (self.host(from), self.host(to));
        let Err(error) = fs::hard_link(&source, &target) else { return Ok(()) };
        if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) {
            return Err(failed("link", from)(error));
        }
        tracing::debug!(%error, "the volume has no links; a copy has to do");
        let metadata = fs::symlink_metadata(&source).map_err(failed("examine", from))?;
        let mut content = File::open(&source).map_err(failed("open", from))?;
        self.create(to, system::stamp(&metadata), Some(from), &mut content)
    }

    fn rename(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        system::replace(&self.host(from), &self.host(to)).map_err(failed("rename", to))
    }

    fn remove(&self, spot: &Spot) -> Result<(), TreeError> {
        match system::remove(&self.host(spot)) {
            Err(error) if !is_missing(&error) => Err(failed("remove", spot)(error)),
            _ => Ok(()),
        }
    }

    fn create_site(&self) -> Result<(), TreeError> {
        let shown = || self.site.display().to_string();
        fs::create_dir_all(&self.site).map_err(|e| TreeError::io("create the folder", shown(), e))
    }

    fn create_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        fs::create_dir_all(self.host(spot)).map_err(failed("create the folder", spot))
    }

    fn remove_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        match system::remove_folder(&self.host(spot)) {
            Err(error)
                if !is_missing(&error) && error.kind() != io::ErrorKind::DirectoryNotEmpty =>
            {
                Err(failed("remove the folder", spot)(error))
            }
            _ => Ok(()),
        }
    }

    fn flush(&self) -> Result<(), TreeError> {
        system::flush_volume(&self.work)
            .map_err(|e| TreeError::io("flush the volume of", self.work.display().to_string(), e))
    }
}
