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
    #[error(
        "`{path}` cannot become a file again: `{found}` lies in it, which somebody else put there"
    )]
    Occupied { path: RelPath, found: String },
    #[error("{}", lines(.0))]
    Several(Vec<Self>),
    #[error("the destination was missing and is there by now: somebody else made it")]
    ForeignFolder,
    #[error("`{0}` was not written as it was read: what is there differs")]
    Unverified(RelPath),
    #[error("it was interrupted")]
    Interrupted,
    #[error("the plan of the unfinished deployment cannot be read: {0}")]
    Plan(String),
    #[error(
        "the plan of the unfinished deployment has the form {found}, and this version knows the form {known}"
    )]
    PlanForm { found: u64, known: u64 },
    #[error("the plan of the unfinished deployment is not the one that its journal is about")]
    OtherPlan,
    #[error("the files of the stream `{stream}` are not known: {problem}")]
    Manifest { stream: String, problem: String },
    #[error("there is no deployment `{id}` to go back to; known are {known}")]
    NoDeployment { id: String, known: String },
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl StagedError {
    /// Whether somebody else changed something, and everything else can go on.
    pub fn is_foreign(&self) -> bool {
        match self {
            Self::Foreign(_) | Self::Occupied { path: _, found: _ } => true,
            Self::Several(errors) => errors.iter().all(Self::is_foreign),
            _ => false,
        }
    }

    /// All of them in one; `None` for none.
    pub(super) fn all(mut errors: Vec<Self>) -> Option<Self> {
        if errors.len() > 1 { Some(Self::Several(errors)) } else { errors.pop() }
    }
}

fn lines(errors: &[StagedError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
