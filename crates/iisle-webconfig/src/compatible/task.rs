use thiserror::Error;

use crate::compatible::tree::Tree;
use crate::compatible::{encode, parse, transform, write};
use crate::read;
use crate::task::TaskParameters;
use crate::transform::Notice;

/// The line end of the host that is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newline {
    /// Unix.
    Lf,
    /// Windows.
    CrLf,
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
    #[error("a .NET Framework app has no web.config to write")]
    NothingToWrite,
    #[error("the encoding `{encoding}` cannot be written")]
    UnknownEncoding { encoding: String },
}

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
        CompatibleSource::File(bytes) => match read::parse(bytes) {
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
            Err(error) => {
                let message = format!("{error}; a new file was generated");
                let position = error.position();
                warnings.push(Notice { code: "malformed-web-config", message, position });
                None
            }
        },
    };
    let framework = task.target_framework_identifier.as_deref().unwrap_or_default();
    if !framework.eq_ignore_ascii_case(".NETFramework") {
        let (transformed, is_new) =
            transform::transform(tree, task, context.project_has_web_config)?;
        if is_new {
            encoding = "utf-8";
        }
        tree = Some(transformed);
    }
    let mut tree: Tree = tree.ok_or(CompatibleError::NothingToWrite)?;
    transform::guid_comment(&mut tree, task.project_guid.as_deref(), task.ignore_project_guid);
    let newline = match context.newline {
        Newline::Lf => "\n",
        Newline::CrLf => "\r\n",
    };
    let text = write::write(&tree, encoding, newline);
    let bytes = encode::encode(&text, encoding)
        .ok_or_else(|| CompatibleError::UnknownEncoding { encoding: encoding.to_owned() })?;
    Ok(CompatibleOutcome { bytes, warnings })
}
