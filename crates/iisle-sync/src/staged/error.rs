use iisle_path::RelPath;
use iisle_tree::TreeError;
use thiserror::Error;

/// Why a staged sync stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum StagedError {
    #[error("`{0}` is neither what the plan found nor what it brings: somebody else changed it")]
    Foreign(RelPath),
    #[error("the destination was missing and is there by now: somebody else made it")]
    ForeignFolder,
    #[error("`{0}` was not written as it was read: its digest differs")]
    Unverified(RelPath),
    #[error("it was interrupted")]
    Interrupted,
    #[error("the plan of the unfinished deployment cannot be read: {0}")]
    Plan(String),
    #[error("the files of the stream `{stream}` are not known: {problem}")]
    Manifest { stream: String, problem: String },
    #[error("there is no deployment `{id}` to go back to; known are {known}")]
    NoDeployment { id: String, known: String },
    #[error(transparent)]
    Tree(#[from] TreeError),
}
