use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use iisle_xml::{Position, XmlError};
use thiserror::Error;

use crate::{ConditionError, FunctionError, Place};

/// Why a project cannot be evaluated: what the engine would refuse too.
///
/// Reads as its [`Problem`] and has the same source.
#[derive(Debug)]
pub struct EvaluateError {
    problem: Box<Problem>,
    place: Option<Place>,
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl Error for EvaluateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

impl EvaluateError {
    pub(crate) fn new(problem: impl Into<Problem>, place: Option<Place>) -> Self {
        Self { problem: Box::new(problem.into()), place }
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The code of MSBuild or the SDK, such as `MSB4019`; `None` when they have none for it.
    pub fn code(&self) -> Option<&'static str> {
        self.problem.code()
    }

    /// The file at fault.
    pub fn file(&self) -> Option<&Path> {
        self.place.as_ref().map(|place| &*place.file)
    }

    /// Line and column in [`file`](Self::file).
    pub fn position(&self) -> Option<Position> {
        self.place.as_ref().map(|place| place.position)
    }
}

/// What is wrong with a project.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum Problem {
    #[error("cannot read the project `{file}`")]
    Read { file: PathBuf, source: io::Error },
    #[error("the project `{file}` is no valid XML")]
    ProjectXml { file: PathBuf, source: XmlError },
    #[error("cannot read the imported file `{file}`")]
    ReadImport { file: PathBuf, source: io::Error },
    #[error("the imported file `{file}` is no valid XML")]
    ImportXml { file: PathBuf, source: XmlError },
    #[error("the root element is `{found}`, expected `Project`")]
    Root { found: String },
    #[error("the element `{element}` is not allowed in `{parent}`")]
    UnknownElement { element: String, parent: String },
    #[error("the root element is of the namespace `{found}`, expected none or that of MSBuild")]
    Namespace { found: String },
    #[error("the project is older than MSBuild")]
    OldProject,
    #[error("`{element}` has no place outside of a target")]
    OutsideTarget { element: String },
    #[error("`{element}` stands twice in `{parent}`")]
    Duplicate { element: String, parent: String },
    #[error("there is more than one `ProjectExtensions`")]
    SeveralExtensions,
    #[error("the attribute `{attribute}` is not allowed on `{element}`")]
    UnknownAttribute { attribute: String, element: String },
    #[error("`{element}` needs the attribute `{attribute}`")]
    MissingAttribute { attribute: &'static str, element: String },
    #[error("the attribute `{attribute}` of `{element}` is empty")]
    EmptyAttribute { attribute: &'static str, element: String },
    #[error("the property `{name}` is reserved and cannot be set")]
    Reserved { name: String },
    #[error("`{name}` is no valid name for a property, an item type or metadata")]
    BadName { name: String },
    #[error("the import `{project}` evaluates to an empty text")]
    EmptyImport { project: String },
    #[error("the imported project `{file}` was not found")]
    MissingImport { file: String },
    #[error("the SDK `{sdk}` was not found")]
    MissingSdk { sdk: String },
    #[error("`{text}` is no valid list of SDKs, expected `Name/version`")]
    SdkReference { text: String },
    #[error("the element `Sdk` needs a name")]
    SdkName,
    #[error("imports are nested deeper than {limit}")]
    ImportsTooDeep { limit: usize },
    #[error("more than {limit} files are imported")]
    TooManyImports { limit: usize },
    #[error("values of properties take more than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("`Otherwise` must be the last element of `Choose`")]
    OtherwiseNotLast,
    #[error("`Choose` has more than one `Otherwise`")]
    SeveralOtherwise,
    #[error("`Choose` needs a `When`")]
    NoWhen,
    #[error("`Choose` elements are nested deeper than {limit}")]
    ChooseTooDeep { limit: usize },
    #[error("an item needs one of Include, Update and Remove")]
    NoItemOperation,
    #[error("an item has more than one of Include, Update and Remove")]
    SeveralItemOperations,
    #[error("`{name}` is the name of an element and no item type")]
    ReservedItem { name: String },
    #[error("the metadata name `{name}` is reserved")]
    ReservedMetadata { name: String },
    #[error("`{name}` is the name of an element and no metadata")]
    ElementAsMetadata { name: String },
    #[error("the metadata `{name}` stands below an item that is removed")]
    MetadataOfRemoved { name: String },
    #[error("the default of the metadata `{name}` refers to items")]
    ItemsInDefinition { name: String },
    #[error("`UsingTask` needs the name of a task")]
    NoTaskName,
    #[error("`UsingTask` needs one of AssemblyName and AssemblyFile")]
    TaskAssembly,
    #[error("`{name}` is no valid name of a target")]
    TargetName { name: String },
    #[error("`ItemDefinitionGroup` has no place in a target")]
    DefinitionInTarget,
    #[error("`OnError` must stand last in a target, but `{found}` follows")]
    OnErrorNotLast { found: String },
    #[error("the attribute `{attribute}` of a task is spelled in another letter case")]
    TaskAttributeCase { attribute: String },
    #[error("an output of the task `{task}` needs one of ItemName and PropertyName")]
    TaskOutput { task: String },
    #[error("`{name}` may not name an item type: a transform is about the items before it")]
    QualifiedMetadata { name: String },
    #[error("`{text}` joins a reference to items with other text; put a semicolon between")]
    EmbeddedReference { text: String },
    #[error("condition `{condition}`: {source}")]
    Condition { condition: String, source: ConditionError },
    #[error("`{expression}`: {source}")]
    Function { expression: String, source: FunctionError },
    #[error("{text}")]
    Sdk { code: &'static str, text: String },
}

impl Problem {
    /// The code of MSBuild or the SDK; `None` when they have none for it.
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::Read { .. } => "MSB1009",
            Self::ProjectXml { .. } => "MSB4025",
            Self::ImportXml { .. } | Self::ReadImport { .. } => "MSB4024",
            Self::Root { .. } => "MSB4068",
            Self::Namespace { .. } => "MSB4041",
            Self::OldProject => "MSB4075",
            Self::UnknownElement { .. } => "MSB4067",
            Self::Duplicate { .. } => "MSB4173",
            Self::SeveralExtensions => "MSB4079",
            Self::UnknownAttribute { .. } => "MSB4066",
            Self::ReservedItem { .. } => "MSB4117",
            Self::ReservedMetadata { .. } => "MSB4033",
            Self::ElementAsMetadata { .. } => "MSB4118",
            Self::MetadataOfRemoved { .. } => "MSB4162",
            Self::ItemsInDefinition { .. } => "MSB4164",
            Self::TaskAssembly => "MSB4072",
            Self::DefinitionInTarget => "MSB4163",
            Self::OnErrorNotLast { .. } => "MSB4038",
            Self::TaskAttributeCase { .. } => "MSB4003",
            Self::TaskOutput { .. } => "MSB4029",
            Self::SeveralOtherwise => "MSB4082",
            Self::NoWhen => "MSB4085",
            Self::MissingAttribute { .. } => "MSB4035",
            Self::Reserved { .. } => "MSB4004",
            Self::BadName { .. } | Self::TargetName { .. } => "MSB5016",
            Self::EmptyImport { .. } | Self::EmptyAttribute { .. } => "MSB4020",
            Self::MissingImport { .. } => "MSB4019",
            Self::MissingSdk { .. } => "MSB4236",
            Self::SdkReference { .. } => "MSB4229",
            Self::SdkName => "MSB4238",
            Self::OtherwiseNotLast => "MSB4084",
            Self::ChooseTooDeep { .. } => "MSB4114",
            Self::QualifiedMetadata { .. } => "MSB4043",
            Self::EmbeddedReference { .. } => "MSB4012",
            Self::NoItemOperation => "MSB4232",
            Self::SeveralItemOperations => "MSB4111",
            Self::Condition { source, .. } => return source.code(),
            Self::Function { source, .. } => source.code(),
            Self::Sdk { code, .. } => code,
            Self::OutsideTarget { .. }
            | Self::NoTaskName
            | Self::ImportsTooDeep { .. }
            | Self::TooManyImports { .. }
            | Self::TooLarge { .. } => return None,
        })
    }
}
