use iisle_path::{NameRules, RelPath};
use iisle_tree::{Content, Snapshot, Tree, TreeError};
use thiserror::Error;

use super::content::{PackageContent, contents};
use super::fault::{Fault, check_entries, check_folder, check_parameters, check_providers};
use crate::archive::{Archive, ArchiveTree};
use crate::{ArchiveError, Manifest, ManifestError, Parameters, ParametersError, ReadLimits};

/// A package that was read: its providers, its parameters and the files behind them.
pub struct Package {
    form: Form,
    manifest: Manifest,
    parameters: Parameters,
    system_info: Option<Vec<u8>>,
    contents: Vec<PackageContent>,
    faults: Vec<Fault>,
    pub(super) store: Store,
}

/// What the files of a package lie in.
pub(super) enum Store {
    Zip(Box<ArchiveTree>),
    Folder(Box<dyn Tree>),
}

impl Store {
    pub(super) fn tree(&self) -> &dyn Tree {
        match self {
            Self::Zip(tree) => tree.as_ref(),
            Self::Folder(tree) => tree.as_ref(),
        }
    }
}

/// The forms a package can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A zip file with `archive.xml`.
    ArchiveXml,
    /// A zip file with `manifest.xml`, made by hand.
    ManifestXml,
    /// A folder with `archive.xml`.
    ArchiveFolder,
}

impl Form {
    /// The word for it that scripts see.
    pub fn word(self) -> &'static str {
        match self {
            Self::ArchiveXml => "archive.xml",
            Self::ManifestXml => "manifest.xml",
            Self::ArchiveFolder => "archive-dir",
        }
    }
}

/// How a package is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// What a zip file may ask of us.
    pub limits: ReadLimits,
    /// Minutes by which the clock that wrote the times was ahead of UTC.
    pub offset_minutes: i32,
}

/// Why something is no package.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum OpenError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("there is neither archive.xml nor manifest.xml in it")]
    NoManifest,
    #[error("cannot read `{file}`{}", at(source.position()))]
    Manifest { file: String, source: ManifestError },
    #[error("cannot read `{file}`{}", at(source.position()))]
    Parameters { file: String, source: Box<ParametersError> },
}

fn at(position: Option<iisle_xml::Position>) -> String {
    position.map_or_else(String::new, |position| format!(" at {position}"))
}

/// The XML files of a package are a few kilobytes.
const XML_LIMIT: u64 = 16 * 1024 * 1024;

impl Package {
    /// Reads a package from a zip file.
    ///
    /// # Errors
    /// [`OpenError`], in particular for archives that could do harm, before anything is given
    /// out.
    pub fn from_zip(
        content: impl Content + 'static,
        options: &OpenOptions,
    ) -> Result<Self, OpenError> {
        let archive = Archive::open(Box::new(content), options.limits)?;
        let tree = ArchiveTree::new(archive, options.offset_minutes);
        Self::read(Store::Zip(Box::new(tree)))
    }

    /// Reads a package from a folder.
    pub fn from_folder(tree: impl Tree + 'static) -> Result<Self, OpenError> {
        Self::read(Store::Folder(Box::new(tree)))
    }

    fn read(store: Store) -> Result<Self, OpenError> {
        let tree = store.tree();
        let snapshot = tree.snapshot()?;
        let text = |name: &str| match find(&snapshot, name) {
            None => Ok(None),
            Some(path) => tree.read_all(path, XML_LIMIT).map(|bytes| Some((path, bytes))),
        };
        let (form, found) = match (&store, text("archive.xml")?) {
            (Store::Zip(_), Some(found)) => (Form::ArchiveXml, found),
            (Store::Folder(_), Some(found)) => (Form::ArchiveFolder, found),
            (Store::Zip(_), None) => {
                (Form::ManifestXml, text("manifest.xml")?.ok_or(OpenError::NoManifest)?)
            }
            (Store::Folder(_), None) => return Err(OpenError::NoManifest),
        };
        let (file, bytes) = (found.0.to_string(), found.1);
        let manifest =
            Manifest::parse(&bytes).map_err(|source| OpenError::Manifest { file, source })?;
        let parameters = match text("parameters.xml")? {
            None => Parameters::default(),
            Some((path, bytes)) => Parameters::parse(&bytes).map_err(|source| {
                let (file, source) = (path.to_string(), Box::new(source));
                OpenError::Parameters { file, source }
            })?,
        };
        let system_info = text("systemInfo.xml")?.map(|(_, bytes)| bytes);
        let contents = contents(form, &manifest, &snapshot);
        let mut faults = Vec::new();
        if form != Form::ManifestXml {
            faults.extend(check_providers(&manifest, system_info.as_deref()));
        }
        faults.extend(check_parameters(&parameters));
        match &store {
            Store::Zip(tree) => {
                faults.extend(check_entries(form, &tree.archive, &manifest, &contents));
            }
            Store::Folder(_) => faults.extend(check_folder(&snapshot, &contents)),
        }
        Ok(Self { form, manifest, parameters, system_info, contents, faults, store })
    }

    /// The form it has.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its providers.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it declares.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The text about the system it was made on.
    pub fn system_info(&self) -> Option<&[u8]> {
        self.system_info.as_deref()
    }

    /// The files it brings, one value for each provider that has some, in order.
    pub fn contents(&self) -> &[PackageContent] {
        &self.contents
    }

    /// What Web Deploy would drop, misread or refuse, as far as names, sizes and dates tell.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

/// The file at the root that is called `name`, without regard to case.
fn find<'a>(snapshot: &'a Snapshot, name: &str) -> Option<&'a RelPath> {
    let mut files = snapshot.files.keys();
    files.find(|path| path.is_top_level() && NameRules::Windows.same(path.as_str(), name))
}
