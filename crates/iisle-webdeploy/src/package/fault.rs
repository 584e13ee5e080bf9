use std::fmt;

use iisle_path::RelPath;
use iisle_tree::{Tree, TreeError};
use rayon::prelude::*;

use super::{Form, Package, PackageContent};
use crate::Manifest;
use crate::archive::Archive;

/// Something in a package that Web Deploy drops, misreads or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The entry or provider; empty when it is the package as a whole.
    pub subject: String,
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// `systemInfo.xml` is missing: the package is refused.
    NoSystemInfo,
    /// A folder of the file has no entry of its own: the file is lost without a message.
    Dropped {
        /// The folder without an entry.
        folder: String,
    },
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
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match &self.kind {
            FaultKind::NoSystemInfo => {
                f.write_str("systemInfo.xml is missing, Web Deploy refuses the package")
            }
            FaultKind::Dropped { folder } => write!(
                f,
                "`{subject}` is lost when it is deployed: `{folder}/` has no entry of its own"
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
        }
    }
}

/// What is wrong with the files at the root of the package.
pub(super) fn check_providers(manifest: &Manifest, has_system_info: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !has_system_info {
        faults.push(Fault { kind: FaultKind::NoSystemInfo, subject: String::new() });
    }
    for provider in manifest.providers.iter().flat_map(|top| top.descendants()) {
        let subject = || format!("{} {}", provider.name, provider.path).trim_end().to_owned();
        if provider.link.is_none() {
            faults.push(Fault { kind: FaultKind::NoLink, subject: subject() });
        }
        if provider.is("iisApp") && !provider.children.iter().any(|child| child.is("createApp")) {
            faults.push(Fault { kind: FaultKind::NoCreateApp, subject: subject() });
        }
    }
    faults
}

/// What is wrong with the entries of a zip file.
pub(super) fn check_entries(
    form: Form,
    archive: &Archive,
    contents: &[PackageContent],
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if archive.directory.zip64_end {
        faults.push(Fault { kind: FaultKind::Zip64End, subject: String::new() });
    }
    for entry in archive.entries.values() {
        let fault = |kind| Fault { kind, subject: entry.path.to_string() };
        if entry.zip64 {
            faults.push(fault(FaultKind::Zip64Entry));
        }
        if entry.time.ticks(0).is_none() {
            faults.push(fault(FaultKind::BadDate));
        }
    }
    for content in contents {
        let listed = |folder: &str| archive.get(folder).is_some_and(|entry| entry.is_directory);
        if content.files.is_empty() && !listed(&content.folder) {
            let subject = content.source.clone();
            faults.push(Fault { kind: FaultKind::NoContent, subject });
        }
        if form == Form::ManifestXml || content.is_file {
            continue;
        }
        for (own, (inside, _)) in &content.files {
            let folders = own.ancestors().map(|parent| format!("{}/{parent}", content.folder));
            let mut folders = folders.chain([content.folder.clone()]);
            if let Some(folder) = folders.find(|folder| !listed(folder)) {
                let kind = FaultKind::Dropped { folder };
                faults.push(Fault { kind, subject: inside.to_string() });
            }
        }
    }
    faults
}

impl Package {
    /// Reads every file to its end and says which are damaged, by path.
    ///
    /// `progress` is told how many files were read and how many bytes, from any thread.
    ///
    /// # Errors
    /// [`TreeError`] when the files cannot be listed.
    pub fn damaged(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<Fault>, TreeError> {
        let tree = self.store.tree();
        let snapshot = tree.snapshot()?;
        let files: Vec<_> = snapshot.files.iter().collect();
        let check = |(path, stamp): &(&RelPath, &iisle_tree::Stamp)| {
            let result = read_through(tree, path);
            progress(1, stamp.size);
            let problem = result.err()?;
            Some(Fault { kind: FaultKind::Damaged { problem }, subject: path.to_string() })
        };
        let found: Vec<Option<Fault>> = files.par_iter().map(check).collect();
        Ok(found.into_iter().flatten().collect())
    }
}

fn read_through(tree: &dyn Tree, path: &RelPath) -> Result<(), String> {
    let mut content = tree.open(path).map_err(|error| error.to_string())?;
    std::io::copy(&mut content, &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok(())
}
