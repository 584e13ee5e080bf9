use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use iisle_path::{NameRules, RelPath};
use iisle_tree::{Snapshot, Tree, TreeError};
use iisle_xml::{Document, Position};
use rayon::prelude::*;

use super::open::Store;
use super::{Form, OpenError, Package, PackageContent};
use crate::archive::{Archive, Unsound};
use crate::{ArchiveError, Kind, Manifest, Parameters, SourcePath};

/// Something in a package that Web Deploy drops, misreads or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The entry or provider; empty when it is the package as a whole.
    pub subject: String,
    /// Where inside the entry, when it has a place.
    pub position: Option<Position>,
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// `systemInfo.xml` is missing: the package is refused.
    NoSystemInfo,
    /// `systemInfo.xml` is no XML: the package is refused.
    BadSystemInfo {
        /// Why.
        problem: String,
    },
    /// Something stands before the first entry: the package is refused.
    Prefixed,
    /// A file with content has the attribute of a folder: a folder comes of it, and the content is lost.
    FileAsFolder,
    /// A folder around it has no entry of its own: the file or folder is lost without a message.
    Dropped {
        /// The folder without an entry.
        folder: String,
    },
    /// The extra field of the entry is a single byte: the entry is lost without a message, and with
    /// a folder all that is in it.
    LoneByte,
    /// The content of a provider is missing altogether.
    NoContent,
    /// Sizes in a zip64 field are not read: a stored file comes out wrong.
    Zip64Entry,
    /// The count of entries in a zip64 record: the package is refused.
    Zip64End,
    /// The date does not exist: the deployment fails half-way.
    BadDate,
    /// An `iisApp` without `createApp`: the application is deleted at the target.
    NoCreateApp,
    /// The provider has no link name and is taken for something else.
    NoLink,
    /// The entry is not what the directory says: too long, too short, another checksum.
    Damaged {
        /// What differs.
        problem: String,
    },
    /// The name leaves the root, or Windows would make another one of it.
    UnsafeName {
        /// What is wrong with it.
        problem: String,
    },
    /// A second entry of one name: the later one wins.
    Duplicate {
        /// The entry before.
        first: String,
    },
    /// The entry is one that must not be unpacked: a link, encrypted, overlapping, a bomb.
    Refused {
        /// Why.
        problem: String,
    },
    /// `parameters.xml` is not what the format allows: the package is refused.
    BadParameters {
        /// What is wrong.
        problem: String,
    },
    /// It is no package at all, or one whose manifest cannot be read.
    NoPackage {
        /// Why.
        problem: String,
    },
    /// A parameter of kind `TextFilePosition`: what it does depends on who deploys.
    TextPosition,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match &self.kind {
            FaultKind::NoSystemInfo => {
                f.write_str("systemInfo.xml is missing, Web Deploy refuses the package")
            }
            FaultKind::BadSystemInfo { problem } => {
                write!(f, "Web Deploy refuses the package: `{subject}` is no XML: {problem}")
            }
            FaultKind::Prefixed => f.write_str(
                "something stands before the first entry, Web Deploy takes the package for no zip file",
            ),
            FaultKind::FileAsFolder => {
                write!(f, "`{subject}` has content and the attribute of a folder: Web Deploy makes an empty folder of it")
            }
            FaultKind::Dropped { folder } => {
                write!(f, "Web Deploy drops `{subject}`: `{folder}/` has no entry of its own")
            }
            FaultKind::LoneByte => write!(
                f,
                "Web Deploy drops `{subject}`: its extra field is a single byte, which is none"
            ),
            FaultKind::NoContent => write!(f, "the package holds no files for `{subject}`"),
            FaultKind::Zip64Entry => {
                write!(f, "`{subject}` has zip64 sizes, which Web Deploy does not read")
            }
            FaultKind::Zip64End => {
                f.write_str("the archive ends in a zip64 record, Web Deploy refuses the package")
            }
            FaultKind::BadDate => {
                write!(f, "`{subject}` has a date that does not exist, the deployment fails there")
            }
            FaultKind::NoCreateApp => {
                write!(f, "`{subject}` has no createApp: Web Deploy deletes the application")
            }
            FaultKind::NoLink => write!(f, "the provider `{subject}` has no link name"),
            FaultKind::Damaged { problem } => write!(f, "`{subject}` is damaged: {problem}"),
            FaultKind::Duplicate { first } => {
                write!(f, "the entries `{first}` and `{subject}` are one name on Windows")
            }
            FaultKind::UnsafeName { problem }
            | FaultKind::Refused { problem }
            | FaultKind::NoPackage { problem } => f.write_str(problem),
            FaultKind::BadParameters { problem } => {
                write!(f, "Web Deploy refuses the package: {problem}")
            }
            FaultKind::TextPosition => write!(
                f,
                "the parameter `{subject}` is of kind TextFilePosition: Web Deploy is documented to replace there and was seen to insert"
            ),
        }
    }
}

impl Fault {
    /// A fault without a place.
    pub(super) fn new(kind: FaultKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), position: None }
    }

    /// What an error that kept a package from being opened says about it; `None` when the error
    /// is one of the machine rather than the package.
    pub fn of(error: &OpenError) -> Option<Self> {
        let problem = || text_of(error);
        let fault = match error {
            OpenError::Tree(_) | OpenError::Archive(ArchiveError::Io(_)) => return None,
            OpenError::Archive(error) => Self::of_archive(error),
            OpenError::NoManifest => Self::new(FaultKind::NoPackage { problem: problem() }, ""),
            OpenError::Manifest { file, source } => {
                let fault = Self::new(FaultKind::NoPackage { problem: problem() }, file.clone());
                Self { position: source.position(), ..fault }
            }
            OpenError::Parameters { file, source } => {
                let problem = source.to_string();
                let fault = Self::new(FaultKind::BadParameters { problem }, file.clone());
                Self { position: source.position(), ..fault }
            }
        };
        Some(fault)
    }

    fn of_archive(error: &ArchiveError) -> Self {
        let problem = text_of(error);
        match error {
            ArchiveError::Io(_) | ArchiveError::Format(_) => {
                Self::new(FaultKind::NoPackage { problem }, "")
            }
            ArchiveError::Path { entry, .. }
            | ArchiveError::Name { entry, .. }
            | ArchiveError::NotUtf8 { entry } => {
                Self::new(FaultKind::UnsafeName { problem }, entry.clone())
            }
            ArchiveError::Duplicate { first, second } => {
                Self::new(FaultKind::Duplicate { first: first.clone() }, second.clone())
            }
            ArchiveError::Entry { entry, .. }
            | ArchiveError::BelowFile { entry, .. }
            | ArchiveError::Link { entry }
            | ArchiveError::Encrypted { entry }
            | ArchiveError::Method { entry, .. }
            | ArchiveError::Overlap { entry, .. }
            | ArchiveError::Beyond { entry }
            | ArchiveError::TooLarge { entry, .. }
            | ArchiveError::Bomb { entry, .. }
            | ArchiveError::Nested { entry, .. }
            | ArchiveError::Total { entry, .. } => {
                Self::new(FaultKind::Refused { problem }, entry.clone())
            }
        }
    }
}

/// An error with its causes on one line.
fn text_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

/// What is wrong with the files at the root of the package.
pub(super) fn check_providers(manifest: &Manifest, system_info: Option<&[u8]>) -> Vec<Fault> {
    let mut faults = Vec::new();
    match system_info.map(Document::parse) {
        None => faults.push(Fault::new(FaultKind::NoSystemInfo, "")),
        Some(Err(error)) => {
            let kind = FaultKind::BadSystemInfo { problem: error.to_string() };
            let fault = Fault::new(kind, "systemInfo.xml");
            faults.push(Fault { position: error.position(), ..fault });
        }
        // What its root element is called does not matter.
        Some(Ok(_)) => {}
    }
    // What Web Deploy makes of a list of files by another writer was not seen.
    let lists_files = manifest.lists_files();
    for provider in manifest.providers.iter().flat_map(|top| top.without_listed()) {
        let subject = || format!("{} {}", provider.name, provider.path).trim_end().to_owned();
        if provider.link.is_none() && !lists_files {
            faults.push(Fault::new(FaultKind::NoLink, subject()));
        }
        if provider.is_content() && SourcePath::parse(&provider.path).is_err() {
            faults.push(Fault::new(FaultKind::NoContent, subject()));
        }
        if provider.is("iisApp") && !provider.children.iter().any(|child| child.is("createApp")) {
            faults.push(Fault::new(FaultKind::NoCreateApp, subject()));
        }
    }
    faults
}

/// What the parameters declare that is not sure to do what it says.
pub(super) fn check_parameters(parameters: &Parameters) -> Vec<Fault> {
    let by_position = |entry: &crate::Entry| entry.kind == Kind::TextFilePosition;
    let found = parameters.iter().filter(|parameter| parameter.entries.iter().any(by_position));
    found.map(|parameter| Fault::new(FaultKind::TextPosition, parameter.name.clone())).collect()
}

/// What is wrong with the folders of an unpacked package.
pub(super) fn check_folder(snapshot: &Snapshot, contents: &[PackageContent]) -> Vec<Fault> {
    let fold = |path: &str| NameRules::Windows.fold(path);
    let all = snapshot.files.keys().chain(snapshot.directories.keys());
    let there: BTreeSet<String> = all.map(|path| fold(path.as_str())).collect();
    let missing = contents.iter().filter(|content| !there.contains(&fold(&content.folder)));
    missing.map(|content| Fault::new(FaultKind::NoContent, content.source.clone())).collect()
}

/// What is wrong with the entries of a zip file.
pub(super) fn check_entries(
    form: Form,
    archive: &Archive,
    manifest: &Manifest,
    contents: &[PackageContent],
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if archive.directory.zip64_end {
        faults.push(Fault::new(FaultKind::Zip64End, ""));
    }
    if archive.is_prefixed {
        faults.push(Fault::new(FaultKind::Prefixed, ""));
    }
    for entry in archive.entries.values() {
        let fault = |kind| Fault::new(kind, entry.path.as_str());
        if entry.zip64 {
            faults.push(fault(FaultKind::Zip64Entry));
        }
        // Those of folders and of what describes the package are never used.
        let is_deployed = !entry.is_directory && !entry.path.is_top_level();
        if is_deployed && entry.time.ticks(0).is_none() {
            faults.push(fault(FaultKind::BadDate));
        }
        if entry.has_lone_byte && !entry.path.is_top_level() {
            faults.push(fault(FaultKind::LoneByte));
        }
        if entry.is_file_as_folder {
            faults.push(fault(FaultKind::FileAsFolder));
        }
    }
    for content in contents {
        let listed = |folder: &str| archive.get(folder).is_some_and(|entry| entry.is_directory);
        // By hand a folder is made by whatever lies below it.
        let implied = form == Form::ManifestXml && !content.directories.is_empty();
        if content.files.is_empty() && !implied && !listed(&content.folder) {
            faults.push(Fault::new(FaultKind::NoContent, content.source.clone()));
        }
        if form == Form::ManifestXml || content.is_file || manifest.lists_files() {
            continue;
        }
        let files = content.files.iter().map(|(own, (inside, _))| (own, inside.to_string()));
        let folders = content.directories.keys();
        let folders = folders.map(|own| (own, format!("{}/{own}", content.folder)));
        for (own, inside) in files.chain(folders) {
            let folders = own.ancestors().map(|parent| format!("{}/{parent}", content.folder));
            let mut folders = folders.chain([content.folder.clone()]);
            if let Some(folder) = folders.find(|folder| !listed(folder)) {
                let kind = FaultKind::Dropped { folder };
                faults.push(Fault::new(kind, inside));
            }
        }
    }
    faults
}

impl Package {
    /// Reads every file to its end and says which are damaged, or archives that are bombs, by path.
    ///
    /// `progress` is told how many files were read and how many bytes, from any thread.
    ///
    /// # Errors
    /// [`TreeError`] when the files cannot be listed.
    pub fn damaged(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<Fault>, TreeError> {
        let snapshot = self.store.tree().snapshot()?;
        Ok(self.damaged_among(&snapshot.files.keys().collect::<Vec<_>>(), progress))
    }

    /// As [`damaged`](Self::damaged), for some files by their paths inside the package.
    pub fn damaged_among(
        &self,
        files: &[&RelPath],
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Vec<Fault> {
        let check = |path: &&RelPath| {
            let result = match &self.store {
                Store::Zip(tree) => tree.archive.verify(path),
                Store::Folder(tree) => read_through(tree.as_ref(), path).map_err(Unsound::Damaged),
            };
            match result {
                Ok(bytes) => {
                    progress(1, bytes);
                    None
                }
                Err(unsound) => {
                    let kind = match unsound {
                        Unsound::Damaged(problem) => FaultKind::Damaged { problem },
                        Unsound::Bomb(problem) => FaultKind::Refused { problem },
                    };
                    Some(Fault::new(kind, path.as_str()))
                }
            }
        };
        let found: Vec<Option<Fault>> = files.par_iter().map(check).collect();
        found.into_iter().flatten().collect()
    }
}

fn read_through(tree: &dyn Tree, path: &RelPath) -> Result<u64, String> {
    let mut content = tree.open(path).map_err(|error| error.to_string())?;
    std::io::copy(&mut content, &mut std::io::sink()).map_err(|error| error.to_string())
}
