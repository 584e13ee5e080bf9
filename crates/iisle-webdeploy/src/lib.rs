//! The Web Deploy package format: archive.xml, parameters, zip, companions.
//!
//! Turns a tree of files into a package that `msdeploy` accepts, with the files that belong
//! beside it. Must not know: sync, IIS, how a verb shows what it did. Start with [`pack`] and [`Package`].

mod apply;
mod archive;
mod companion;
mod deployment;
mod in_order;
mod layout;
mod manifest;
mod pack;
mod package;
mod parameters;
mod provider_options;
mod regex;
mod skip;
mod source_path;

pub use apply::{NoFiles, PositionError, PositionMode, TextPosition, ValueFiles};
pub use archive::{ArchiveError, CacheKey, CacheUse, DosTime, Level, PackCache, ReadLimits};
pub use companion::{Companion, companions, digest_lines, environment_parameters};
pub use deployment::{ApplyOptions, DeploymentError, ParameterizedTree, offline_page};
pub use layout::{BadName, Skipped};
pub use manifest::{Manifest, ManifestError, Provider};
pub use pack::{AccessRule, EntryLimit, PackError, PackOptions, Packed, Shape, check, pack};
pub use package::{
    ContentTree, Fault, FaultKind, Form, OpenError, OpenOptions, Package, PackageContent,
};
pub use parameters::{
    Entry, FileValueError, Kind, Origin, Parameter, Parameters, ParametersError, Resolved,
    SetParameters, Setting, Unresolved, Validation, connection_strings, file_value,
};
pub use provider_options::{ProviderOptions, ProviderOptionsError};
pub use regex::{NetRegex, RegexError, RegexProblem};
pub use skip::{SkipAction, SkipError, SkipRule};
pub use source_path::{SourcePath, SourcePathError};
