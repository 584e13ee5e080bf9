use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use iisle_path::RelPath;
use walkdir::WalkDir;

use super::lock::{self, work_name};
use super::molds::Molds;
use super::patience::Patience;
use super::{Lock, LockError, Look, Spot, State, Waits, Workshop};
use crate::digest::Checksum;
use crate::folder::Attributes;
use crate::local::{
    Base, Beneath, CopyError, copy, give_name, is_missing, nameless, remove_below, system,
};
use crate::{Durability, Stamp, TreeError, host};

/// A folder of this machine and `.NAME.deploy` beside it.
#[derive(Debug)]
pub struct LocalWorkshop {
    /// The folder that is changed, as it was given.
    given: PathBuf,
    site: PathBuf,
    work: PathBuf,
    patience: Patience,
    molds: Molds,
}

impl LocalWorkshop {
    /// The workshop of `site`, which may be missing. Nothing is created.
    ///
    /// The work folder is `.NAME.deploy` beside the folder. Where nothing can be there (the top of a
    /// volume, another volume, a folder that may not be written to) it is `App_Data/.deploy` in it,
    /// which IIS hands out to nobody.
    ///
    /// Source: `sync.md` §5.2.
    pub fn beside(site: &Path) -> Result<Self, TreeError> {
        let failed = |source| TreeError::met("examine", site.display().to_string(), source);
        let given = site.to_owned();
        let site = system::root(&crate::local::resolve(site).map_err(failed)?).map_err(failed)?;
        let inside = site.join(inside());
        let work = match site.file_name() {
            Some(name) if !inside.is_dir() => {
                let work = site.with_file_name(work_name(name));
                if work.is_dir() || serves(&site) { work } else { inside }
            }
            _ => inside,
        };
        Ok(Self { given, site, work, patience: Patience::default(), molds: Molds::default() })
    }

    /// The same workshop, waiting up to `limit` for each file that is held for a moment.
    #[must_use]
    pub fn waiting(self, limit: Duration) -> Self {
        Self { patience: Patience::new(limit), ..self }
    }

    /// The folder that is changed.
    pub fn site(&self) -> &Path {
        &self.site
    }

    /// The work folder.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// Keeps everybody else from changing the folder for as long as the lock lives; `who` is what
    /// they are told.
    pub fn lock(&self, who: &str) -> Result<Lock, LockError> {
        let above = lock::above(&self.site)?;
        let opened = system::create_private(&self.work)
            .map_err(|e| TreeError::io("create the folder", self.shown_work(), e))
            .and_then(|()| lock::open(&self.work, &self.shown_work()));
        let file = opened.map_err(|source| self.closed(source))?;
        Lock::take(&self.site, &self.work, (above, file), who)
    }

    /// The work folder as whoever gave the folder would write it.
    fn shown_work(&self) -> String {
        let work = match self.given.file_name() {
            Some(_) if self.work.starts_with(&self.site) => self.given.join(inside()),
            Some(name) => self.given.with_file_name(work_name(name)),
            None => self.work.clone(),
        };
        work.display().to_string()
    }

    /// Why nothing can be deployed: nothing can be written where that is prepared.
    fn closed(&self, source: TreeError) -> LockError {
        let site = self.given.display().to_string();
        if self.work.is_dir() {
            return LockError::OfAnother { work: self.shown_work(), site, source };
        }
        let folder = self.given.ancestors().find(|folder| folder.is_dir());
        let folder = folder.map_or_else(|| ".".to_owned(), |folder| folder.display().to_string());
        LockError::Closed { folder, source }
    }

    fn host(&self, spot: &Spot) -> PathBuf {
        match spot {
            Spot::Top => self.site.clone(),
            Spot::Site(path) => system::join(&self.site, path),
            Spot::Work(path) => system::join(&self.work, path),
        }
    }

    /// Where something is changed: nobody leads it elsewhere by a link.
    fn changed(&self, spot: &Spot) -> io::Result<Beneath> {
        match spot {
            Spot::Site(path) => Beneath::find(&self.site, path, Base::Resolved),
            // The one has its name beside us, and the other is our own.
            Spot::Top | Spot::Work(_) => Ok(Beneath::own(self.host(spot))),
        }
    }

    /// The folder in which something is made that gets its place at `place`, when it would get other
    /// rights than those anywhere else.
    fn mold(&self, place: Option<&Spot>) -> Option<PathBuf> {
        if !system::FOLDERS_GIVE_RIGHTS {
            return None;
        }
        let Some(Spot::Site(path)) = place else { return None };
        let folder = path.parent()?;
        let stage = self.host(&Spot::Work(stage()));
        self.molds.of(&self.site, &folder, &stage)
    }

    /// A new file where files get what they have at `place`, and no name.
    fn nameless(&self, place: Option<&Spot>) -> Option<File> {
        let Some(Spot::Site(path)) = place else { return None };
        nameless(&self.site, path)
    }

    /// Makes something at `spot`, and the folder that it lies in when it is missing, which is seldom.
    fn in_folder<T>(&self, spot: &Spot, make: impl Fn() -> io::Result<T>) -> io::Result<T> {
        match make() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.parent(spot).and_then(|()| make())
            }
            made => made,
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

/// The work folder of a folder that can have none beside it.
fn inside() -> PathBuf {
    Path::new("App_Data").join(".deploy")
}

/// The folder that files are made in.
fn stage() -> RelPath {
    RelPath::parse("stage").expect("it is a name")
}

/// Whether a folder beside `site` is on its volume and may be made.
fn serves(site: &Path) -> bool {
    let Some(parent) = site.parent() else { return false };
    if !system::is_writable(parent) {
        return false;
    }
    match (system::volume_of(site), system::volume_of(parent)) {
        (Ok(own), Ok(above)) => own == above,
        // What does not exist yet will be on the volume of its parent.
        _ => true,
    }
}

/// Whether a folder can be listed and nothing is in it.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Who holds the target of a rename that failed for that reason; `None` for another reason.
fn blocked(error: &io::Error, target: &Path) -> Option<Vec<crate::Holder>> {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    if !denied && !system::is_in_use(error) {
        return None;
    }
    let holders = system::in_use(&[target.to_owned()]).pop().flatten();
    // Where it may be renamed itself, it is no want of rights that keeps it from being renamed over.
    let is_held = !denied || system::may_rename(target);
    holders.or(is_held.then(Vec::new))
}

impl Workshop for LocalWorkshop {
    fn waits(&self) -> Waits {
        self.patience.waits()
    }

    fn takes_files(&self, folder: &Spot) -> bool {
        host::takes_files(&self.host(folder))
    }

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

    fn below(&self, folder: &RelPath) -> Result<Vec<String>, TreeError> {
        let mut found = Vec::new();
        let walk = WalkDir::new(system::join(&self.site, folder)).min_depth(1).sort_by_file_name();
        for entry in walk {
            let entry = match entry.map_err(io::Error::from) {
                Ok(entry) => entry,
                Err(error) if is_missing(&error) => continue,
                Err(error) => return Err(TreeError::io("list", folder.as_str(), error)),
            };
            let below = entry.path().strip_prefix(&self.site).unwrap_or(entry.path());
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            found.push(parts.join("/"));
        }
        Ok(found)
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

    fn checksum(&self, spot: &Spot) -> Result<Checksum, TreeError> {
        let mut file = File::open(self.host(spot)).map_err(failed("open", spot))?;
        let size = file.metadata().map_err(failed("examine", spot))?.len();
        Checksum::of_reader(&mut file, size).map_err(failed("read", spot))
    }

    fn create(&self, spot: &Spot, look: Look<'_>, content: &mut dyn Read) -> Result<(), TreeError> {
        let Look { stamp, like, place, executable } = look;
        let named = self.host(spot);
        let mold = self.mold(place).and_then(|mold| Some(mold.join(named.file_name()?)));
        let host = mold.as_ref().unwrap_or(&named);
        let nameless = self.nameless(place);
        let is_nameless = nameless.is_some();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let opened = nameless.map_or_else(|| self.in_folder(spot, || options.open(host)), Ok);
        let mut file = opened.map_err(failed("create", spot))?;
        let found = copy(content, &mut file, stamp.size).map_err(|failure| match failure {
            CopyError::Read(source) => failed("read", spot)(source),
            CopyError::Write(source) => failed("write", spot)(source),
        })?;
        if found != stamp.size {
            let (path, expected) = (spot.to_string(), stamp.size);
            return Err(TreeError::Changed { path, expected, found });
        }
        let replaced = like.map(|like| self.host(like));
        let like = replaced.as_ref().and_then(|path| fs::symlink_metadata(path).ok());
        let like = like.filter(fs::Metadata::is_file);
        if let Some(replaced) = replaced.filter(|_| like.is_some()) {
            system::copy_rights_of_file(&replaced, host);
        }
        let allow = || if executable { system::allow_execution(&file) } else { Ok(()) };
        file.set_modified(stamp.modified.to_system_time())
            .and_then(|()| allow())
            .and_then(|()| system::set_attributes(&file, like.as_ref(), stamp))
            .and_then(|()| system::flush_file(&file))
            .map_err(failed("set the time of", spot))?;
        if is_nameless {
            let named = self.in_folder(spot, || give_name(&file, &named));
            return named.map_err(failed("create", spot));
        }
        drop(file);
        let moved =
            mold.map_or(Ok(()), |mold| self.patience.with(spot, || fs::rename(&mold, &named)));
        moved.map_err(failed("create", spot))
    }

    fn append(&self, spot: &Spot, bytes: &[u8], durability: Durability) -> Result<(), TreeError> {
        self.parent(spot).map_err(failed("create", spot))?;
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.host(spot))
            .map_err(failed("open", spot))?;
        let flush = |file: &File| match durability {
            Durability::Cached => Ok(()),
            Durability::Flushed => file.sync_all(),
        };
        file.write_all(bytes).and_then(|()| flush(&file)).map_err(failed("write", spot))
    }

    fn touch(&self, spot: &Spot, stamp: Stamp) -> Result<(), TreeError> {
        let found = self.changed(spot).map_err(failed("examine", spot))?;
        let metadata = fs::symlink_metadata(found.place()).map_err(failed("examine", spot))?;
        let file = self
            .patience
            .with(spot, || system::open_for_attributes(found.place()))
            .map_err(failed("set the time of", spot))?;
        if !system::stamp(&metadata).has_attributes_of(&stamp) {
            system::set_attributes(&file, Some(&metadata), stamp)
                .map_err(failed("set the attributes of", spot))?;
        }
        file.set_modified(stamp.modified.to_system_time()).map_err(failed("set the time of", spot))
    }

    fn mark_directory(&self, spot: &Spot, marks: Attributes) -> Result<(), TreeError> {
        let found = self.changed(spot).map_err(failed("examine", spot))?;
        self.patience
            .with(spot, || system::mark_folder(found.place(), marks))
            .map_err(failed("set the attributes of", spot))
    }

    fn link(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        let source = self.changed(from).map_err(failed("link", from))?;
        let (source, target) = (source.place(), self.host(to));
        let link = || self.patience.with(to, || fs::hard_link(source, &target));
        let linked = match link() {
            // Most often the folder is there already.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.parent(to).map_err(failed("create", to))?;
                link()
            }
            linked => linked,
        };
        let Err(error) = linked else { return Ok(()) };
        if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) {
            return Err(failed("link", from)(error));
        }
        tracing::debug!(%error, "the volume has no links; a copy has to do");
        let metadata = fs::symlink_metadata(source).map_err(failed("examine", from))?;
        let mut content = File::open(source).map_err(failed("open", from))?;
        let stamp = system::stamp(&metadata);
        self.create(to, Look { like: Some(from), ..Look::of(stamp) }, &mut content)
    }

    fn rename(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        let old = self.changed(from).map_err(failed("rename", from))?;
        let new = self.changed(to).map_err(failed("rename", to))?;
        let rename = || system::replace(old.place(), new.place());
        self.patience.with(to, rename).map_err(|error| {
            let Some(holders) = blocked(&error, &self.host(to)) else {
                return failed("rename", to)(error);
            };
            TreeError::InUse { path: to.to_string(), holders, source: error }
        })
    }

    fn remove(&self, spot: &Spot) -> Result<(), TreeError> {
        let found = self.changed(spot);
        let removed =
            found.and_then(|found| self.patience.with(spot, || system::remove(found.place())));
        match removed {
            Err(error) if !is_missing(&error) => Err(failed("remove", spot)(error)),
            _ => Ok(()),
        }
    }

    fn create_stage(&self, folder: &RelPath) -> Result<(), TreeError> {
        let spot = Spot::Work(folder.clone());
        self.create_directory(&spot)?;
        self.molds.forget();
        if self.site.is_dir() {
            system::copy_rights(&self.site, &self.host(&spot));
        }
        Ok(())
    }

    fn create_site(&self) -> Result<(), TreeError> {
        let shown = || self.site.display().to_string();
        fs::create_dir_all(&self.site).map_err(|e| TreeError::io("create the folder", shown(), e))
    }

    fn create_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        let Spot::Site(path) = spot else {
            return fs::create_dir_all(self.host(spot)).map_err(failed("create the folder", spot));
        };
        let make = || self.changed(spot).and_then(|found| found.create_folder());
        let made = match make() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_directory(&path.parent().map_or(Spot::Top, Spot::Site))?;
                make()
            }
            made => made,
        };
        made.map_err(failed("create the folder", spot))
    }

    fn create_directory_for(&self, spot: &Spot, place: &Spot) -> Result<(), TreeError> {
        let named = self.host(spot);
        let Some(mold) =
            self.mold(Some(place)).and_then(|mold| Some(mold.join(named.file_name()?)))
        else {
            return self.create_directory(spot);
        };
        fs::create_dir(&mold)
            .and_then(|()| self.patience.with(spot, || fs::rename(&mold, &named)))
            .map_err(failed("create the folder", spot))
    }

    fn remove_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        match self.changed(spot).and_then(|found| system::remove_folder(found.place())) {
            Err(error)
                if !is_missing(&error) && error.kind() != io::ErrorKind::DirectoryNotEmpty =>
            {
                Err(failed("remove the folder", spot)(error))
            }
            _ => Ok(()),
        }
    }

    fn retire_directory(&self, folder: &RelPath, to: &Spot) -> Result<(), TreeError> {
        let spot = Spot::Site(folder.clone());
        let found = match self.changed(&spot) {
            Err(error) if is_missing(&error) => return Ok(()),
            found => found.map_err(failed("remove the folder", &spot))?,
        };
        let (place, retired) = (found.place(), self.host(to));
        match fs::symlink_metadata(place) {
            Ok(metadata) if metadata.is_dir() && is_empty(place) => {
                let moved = self.in_folder(to, || fs::rename(place, &retired));
                if let Err(error) = moved {
                    tracing::debug!(%error, %spot, "it cannot be moved, and is removed");
                    return self.remove_directory(&spot);
                }
            }
            Err(error) if is_missing(&error) => {}
            _ => return self.remove_directory(&spot),
        }
        if !retired.is_dir() || is_empty(&retired) {
            return Ok(());
        }
        // Somebody put something there at the last moment.
        fs::rename(&retired, place).map_err(failed("put back the folder", &spot))
    }

    fn remove_tree(&self, folder: &RelPath) -> Result<(), TreeError> {
        let place = system::join(&self.work, folder);
        remove_below(&place)
            .map_err(|e| TreeError::io("remove the folder", place.display().to_string(), e))
    }

    fn boot(&self) -> Option<String> {
        system::boot()
    }

    fn is_on_own_volume(&self) -> bool {
        system::is_own_volume(&self.work)
    }

    fn flush(&self) -> Result<(), TreeError> {
        system::flush_volume(&self.work)
            .map_err(|e| TreeError::io("flush the volume of", self.work.display().to_string(), e))
    }
}
