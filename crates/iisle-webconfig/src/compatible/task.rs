use thiserror::Error;

use crate::compatible::tree::Tree;
use crate::compatible::{encode, parse, transform, write};
use crate::generate::is_xml_char;
use crate::read;
use crate::task::TaskParameters;
use crate::transform::{Notice, equal_ignoring_case};

/// The line end of the host that is imitated, and with it how names compare and paths are cut there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newline {
    /// Unix: names are what they are, `/` separates.
    Lf,
    /// Windows: names ignore case, `/` and `\` separate.
    CrLf,
}

impl Newline {
    /// The characters.
    pub fn text(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// Whether two names of files are one on that host.
    pub fn same_name(self, a: &str, b: &str) -> bool {
        match self {
            Self::Lf => a == b,
            Self::CrLf => equal_ignoring_case(a, b),
        }
    }

    /// What follows the last separator of a path.
    pub(crate) fn file_name(self, path: &str) -> &str {
        match self {
            Self::Lf => path.rsplit('/').next().unwrap_or_default(),
            Self::CrLf => path.rsplit(['/', '\\', ':']).next().unwrap_or_default(),
        }
    }
}

/// What lies at the target when the task transforms it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompatibleSource<'a> {
    /// Nothing: the file was not published.
    Missing,
    /// The task's own template, because something was there but the project has no file.
    Template,
    /// The project's file, copied over what was there.
    File(&'a [u8]),
}

/// What the task sees around the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompatibleContext {
    /// The line end of the host.
    pub newline: Newline,
    /// Whether the project directory holds a file called `web.config`, by the host's case rule.
    pub project_has_web_config: bool,
}

/// What the task leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompatibleOutcome {
    /// The new content of the target.
    pub bytes: Vec<u8>,
    /// What was said.
    pub warnings: Vec<Notice>,
}

/// Why the task fails; what lies at the target then stays.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum CompatibleError {
    #[error("`TargetPath` is needed to tell which app to start")]
    NoTargetPath,
    #[error("the hosting model `{value}` is neither `InProcess` nor `OutOfProcess`")]
    BadHostingModel { value: String },
    #[error("in-process hosting is not supported by `AspNetCoreModule`")]
    InProcessNeedsV2,
    #[error("two `aspNetCore` elements stand before `handlers`")]
    TwoSectionsBeforeHandlers,
    #[error("`aspNetCore` stands in a `location`, and the root element has none of its own")]
    NoLocation,
    #[error("a .NET Framework app has no web.config to write")]
    NothingToWrite,
    #[error("the file would hold U+{character:04X}, which XML cannot express")]
    Inexpressible { character: u32, written: Vec<u8> },
    #[error("the encoding `{encoding}` cannot be written")]
    UnknownEncoding { encoding: String },
}

impl CompatibleError {
    /// What the task leaves at the target: the file it copied there, or what it had written when it
    /// failed; `None` when it wrote nothing.
    pub fn left(&self, source: CompatibleSource<'_>) -> Option<Vec<u8>> {
        match self {
            Self::NothingToWrite | Self::UnknownEncoding { .. } => Some(Vec::new()),
            Self::Inexpressible { written, .. } => Some(written.clone()),
            Self::NoTargetPath
            | Self::BadHostingModel { .. }
            | Self::InProcessNeedsV2
            | Self::TwoSectionsBeforeHandlers
            | Self::NoLocation => match source {
                CompatibleSource::Missing => None,
                CompatibleSource::Template => Some(TEMPLATE.as_bytes().to_vec()),
                CompatibleSource::File(bytes) => Some(bytes.to_vec()),
            },
        }
    }
}

/// The text that the task copies over a file that the project does not have.
///
/// Source: dotnet/sdk, `WebConfigTemplate.cs`.
const TEMPLATE: &str =
    r#"<configuration><location path="." inheritInChildApplications="false" /></configuration>"#;

/// Does what the SDK's task `TransformWebConfig` does, byte for byte.
///
/// The XDT chain and `WebConfigEnvironmentVariables` are later steps of the publish.
///
/// Source: dotnet/sdk, `TransformWebConfig.cs`.
pub fn transform_compatible(
    source: CompatibleSource<'_>,
    task: &TaskParameters,
    context: CompatibleContext,
) -> Result<CompatibleOutcome, CompatibleError> {
    let mut warnings = Vec::new();
    let mut encoding = "utf-8";
    let mut tree = match source {
        CompatibleSource::Missing => None,
        CompatibleSource::Template => Some(transform::template()),
        CompatibleSource::File(bytes) => {
            let parsed = read::parse(bytes)
                .map_err(|error| (error.to_string(), error.position()))
                .and_then(|document| match parse::refused(&document) {
                    Some((problem, position)) => Err((problem, Some(position))),
                    None => Ok(document),
                });
            match parsed {
                Ok(document) => {
                    // A document without a declared encoding is written as UTF-8, and `utf-16` is
                    // little-endian to .NET, whatever the source was.
                    encoding = match read::declared_encoding(&document) {
                        None => "utf-8",
                        Some(name) if name.eq_ignore_ascii_case("utf-16") => "utf-16",
                        Some(_) => document.encoding(),
                    };
                    Some(parse::tree(&document))
                }
                Err((problem, position)) => {
                    let message = format!("{problem}; a new file was generated");
                    warnings.push(Notice { code: "malformed-web-config", message, position });
                    None
                }
            }
        }
    };
    let framework = task.target_framework_identifier.as_deref().unwrap_or_default();
    // The task compares exactly, unlike `MSBuild`'s own conditions.
    if framework != ".NETFramework" {
        let (transformed, is_new) = transform::transform(tree, task, context)?;
        if is_new {
            encoding = "utf-8";
        }
        tree = Some(transformed);
    }
    let mut tree: Tree = tree.ok_or(CompatibleError::NothingToWrite)?;
    transform::guid_comment(&mut tree, task.project_guid.as_deref(), task.ignore_project_guid);
    let text = write::write(&tree, encoding, context.newline.text());
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| !is_xml_char(c)) {
        let written = encode::encode(&text[..at], encoding).unwrap_or_default();
        return Err(CompatibleError::Inexpressible { character: u32::from(c), written });
    }
    let bytes = encode::encode(&text, encoding)
        .ok_or_else(|| CompatibleError::UnknownEncoding { encoding: encoding.to_owned() })?;
    Ok(CompatibleOutcome { bytes, warnings })
}
