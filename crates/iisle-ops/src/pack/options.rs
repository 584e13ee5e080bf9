use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iisle_path::{Patterns, RelPath};
use iisle_report::Location;
use iisle_tree::{LocalTree, Tree, host};
use iisle_webdeploy::{
    AccessRule, EntryLimit, PackOptions, Parameters, ParametersError, Shape, SourcePath, file_value,
};

use super::cache::FolderCache;
use crate::Failure;

/// The largest configuration file that is read.
const MAX_VALUES: u64 = 64 << 20;
/// Files with connection strings, and what Visual Studio calls them in the names of parameters.
const CONFIGURATIONS: [(&str, &str); 2] =
    [("web.config", "Web.config"), ("appsettings.json", "appsettings.json")];
/// The largest parameters.xml that is read.
const MAX_PARAMETERS: u64 = 16 << 20;

/// What to package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRequest {
    /// The folder.
    pub folder: PathBuf,
    /// The package to write.
    pub package: PathBuf,
    /// What it is to be.
    pub settings: PackSettings,
}

/// What a package is to be, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackSettings {
    /// Where the application goes unless the deployer says otherwise, as `Site/app`.
    pub application: Option<String>,
    /// Patterns of what is left out.
    pub skip: Vec<String>,
    /// A parameters.xml whose declarations are merged.
    pub parameters: Option<PathBuf>,
    /// Values of files that become parameters.
    pub values: Vec<FileValue>,
    /// Whether connection strings become parameters.
    pub connection_strings: ConnectionStrings,
    /// Threads that compress; `None` is one per core.
    pub threads: Option<NonZeroUsize>,
    /// A zip file, or a folder.
    pub form: PackForm,
    /// What the content is to the target.
    pub shape: Shape,
    /// Rights on folders of the application.
    pub access: Vec<SetAcl>,
    /// Environments that get values of their own.
    pub environments: Vec<Environment>,
    /// A folder that keeps compressed content between runs.
    pub cache: Option<PathBuf>,
    /// Whether a list of what is in it lies beside the package.
    pub sbom: Sbom,
    /// Minutes by which the clock of the target is ahead of UTC.
    pub offset_minutes: i32,
    /// How many entries it may have.
    pub entries: EntryLimit,
}

/// Whether a bill of materials is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sbom {
    /// None.
    #[default]
    No,
    /// `NAME.cdx.json`, beside the package.
    Beside,
}

/// Whether the connection strings of web.config and appsettings.json become parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConnectionStrings {
    /// They stay what they are.
    #[default]
    Fixed,
    /// One parameter for each.
    Parameters,
}

/// A value of a file that becomes a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileValue {
    /// The name of the parameter.
    pub name: String,
    /// The file below the folder.
    pub file: String,
    /// An XPath of an XML file, or a pointer such as `/Section/Key` of a JSON file.
    pub place: String,
}

/// The form of a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PackForm {
    /// A zip file.
    #[default]
    Zip,
    /// A folder, which msdeploy calls `archiveDir`.
    Folder,
}

/// A right on a folder of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAcl {
    /// The folder below the application; empty for its root.
    pub folder: String,
    /// Names of rights, with commas.
    pub access: String,
}

/// An environment with values of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name, part of a file name.
    pub name: String,
    /// A SetParameters.xml with the values that differ.
    pub values: Option<PathBuf>,
}

/// The options that settings mean.
pub(super) fn options(tree: &LocalTree, settings: &PackSettings) -> Result<PackOptions, Failure> {
    let PackSettings {
        application,
        skip,
        parameters,
        values,
        connection_strings,
        threads,
        form: _,
        shape,
        access,
        environments: _,
        cache,
        sbom: _,
        offset_minutes,
        entries,
    } = settings;
    let mut parameters = match parameters {
        None => Parameters::default(),
        Some(path) => {
            let bytes = host::read(path, MAX_PARAMETERS)?;
            Parameters::parse(&bytes).map_err(|e| bad_parameters(path, &e))?
        }
    };
    let root = SourcePath::default();
    for FileValue { name, file, place } in values {
        let path = RelPath::parse(&file.replace('\\', "/")).map_err(|e| Failure::of(&e))?;
        let content = tree.read_all(&path, MAX_VALUES)?;
        let parameter = file_value(&root, name, &path, place, &content);
        parameters.merge(parameter.map_err(|e| Failure::of(&e))?);
    }
    if *connection_strings == ConnectionStrings::Parameters {
        for (path, label) in CONFIGURATIONS {
            let path = RelPath::parse(path).expect("the name is a path");
            if tree.stamp(&path)?.is_none() {
                continue;
            }
            let content = tree.read_all(&path, MAX_VALUES)?;
            for (name, place) in iisle_webdeploy::connection_strings(&content) {
                let name = format!("{name}-{label} Connection String");
                let parameter = file_value(&root, &name, &path, &place, &content);
                parameters.merge(parameter.map_err(|e| Failure::of(&e))?);
            }
        }
    }
    if *shape != Shape::Application && !access.is_empty() {
        let failure = Failure::new("only a package of an application can set rights");
        return Err(failure.hint("leave --set-acl out, or pack an application"));
    }
    Ok(PackOptions {
        application: application.clone(),
        parameters,
        skip: Patterns::parse(skip)?,
        threads: *threads,
        shape: *shape,
        access: access.iter().map(access_rule).collect::<Result<_, _>>()?,
        cache: cache.clone().map(|folder| Arc::new(FolderCache::new(folder)) as _),
        offset_minutes: *offset_minutes,
        entries: *entries,
        ..PackOptions::default()
    })
}

fn access_rule(rule: &SetAcl) -> Result<AccessRule, Failure> {
    let folder = match rule.folder.replace('\\', "/").trim_matches('/') {
        "" | "." => None,
        folder => Some(RelPath::parse(folder).map_err(|e| Failure::of(&e))?),
    };
    Ok(AccessRule { folder, access: rule.access.clone() })
}

pub(super) fn bad_parameters(path: &Path, error: &ParametersError) -> Failure {
    let file = path.display().to_string();
    let location = match error.position() {
        Some(at) => Location::at(file.clone(), at.line, at.column),
        None => Location::file(file.clone()),
    };
    Failure::of(error).context(format!("cannot read the parameters of `{file}`")).at(location)
}
