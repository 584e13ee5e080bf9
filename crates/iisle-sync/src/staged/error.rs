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
    #[error("`{0}` was not written as it was read: its digest differs")]
    Unverified(RelPath),
    #[error("the plan of the unfinished deployment cannot be read: {0}")]
    Plan(String),
    #[error(transparent)]
    Tree(#[from] TreeError),
}
