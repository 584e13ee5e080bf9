use std::collections::BTreeSet;
use std::fmt;

use iisle_path::{NameProblem, RelPath};
use iisle_tree::Refusal;

use crate::plan::Plan;

/// Why a plan must not be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The source holds something that cannot be deployed; its path as far as it is text.
    Source(String, Refusal),
    /// The destination holds, where something has to go, what must not be written through.
    Destination(String, Refusal),
    /// Windows cannot hold this name.
    Name(RelPath, NameProblem),
    /// Two names of the source are one where they go.
    Collision(RelPath, RelPath),
    /// A file of the source is a directory at the destination.
    DirectoryInTheWay(RelPath),
    /// A directory of the source is a file at the destination.
    FileInTheWay(RelPath),
    /// A file of the source is a directory at the destination, in which this file stays.
    Occupied(RelPath, RelPath),
    /// Extras are to be deleted, but the source has no files at all.
    EmptySource,
    /// Extras are to be deleted, and the destination has a `web.config` that the source lacks.
    WebConfigMissing,
    /// The new `web.config` has no handler for the app, and the one that it would replace has.
    HandlerLost(RelPath),
    /// A file of the source no longer holds what the approved plan is about.
    StaleSource(RelPath),
    /// Something else would be done there than the approved plan says.
    StalePlan(RelPath),
    /// A file of settings was changed at the destination since it was deployed.
    Drift(RelPath),
    /// A file that another stream brings.
    OtherStream(RelPath, String),
    /// Names in this folder of the destination (the top for `None`) differ by upper and lower case.
    CaseSensitive(Option<RelPath>),
    /// More files would be deleted than is usual.
    TooManyDeletes {
        /// Files to delete.
        deletes: u64,
        /// Files at the destination that are not protected.
        of: u64,
        /// The most that is let pass.
        limit: u64,
    },
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(path, why) => {
                write!(f, "`{}` of the source cannot be deployed: {why}", path.escape_debug())
            }
            Self::Destination(path, why) => {
                write!(f, "nothing can be written to `{}`: {why}", path.escape_debug())
            }
            Self::Name(path, problem) => write!(f, "`{path}` cannot exist there: {problem}"),
            Self::Collision(a, b) => write!(f, "`{a}` and `{b}` are one name there"),
            Self::DirectoryInTheWay(path) => {
                write!(f, "`{path}` is a file in the source but a folder at the destination")
            }
            Self::FileInTheWay(path) => {
                write!(f, "`{path}` is a folder in the source but a file at the destination")
            }
            Self::Occupied(path, stays) => write!(
                f,
                "`{path}` is a file in the source but a folder at the destination, in which `{stays}` stays"
            ),
            Self::StaleSource(path) => {
                write!(f, "`{path}` of the source has changed since the plan was made")
            }
            Self::StalePlan(path) => {
                write!(f, "`{path}` is no longer what it was when the plan was made")
            }
            Self::EmptySource => {
                f.write_str("the source is empty: everything at the destination would be deleted")
            }
            Self::WebConfigMissing => f.write_str(
                "the source has no `web.config` but the destination has: it is not what runs there",
            ),
            Self::HandlerLost(path) => write!(
                f,
                "the new `{path}` cannot be read or has no handler of the ASP.NET Core Module, and the old \
                 one has: IIS would hand out the files of the app"
            ),
            Self::Drift(path) => {
                write!(f, "`{path}` was changed at the destination since it was deployed")
            }
            Self::OtherStream(path, stream) => {
                write!(f, "`{path}` belongs to the stream `{stream}`")
            }
            Self::CaseSensitive(folder) => {
                match folder {
                    Some(folder) => write!(f, "the folder `{folder}`")?,
                    None => f.write_str("the folder")?,
                }
                f.write_str(" tells names apart by upper and lower case, which IIS does not expect")
            }
            Self::TooManyDeletes { deletes, of, limit } => write!(
                f,
                "{deletes} of {of} files would be deleted, more than the {limit} that are allowed"
            ),
        }
    }
}

impl Guard {
    /// What a person can do about it, imperative.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Source(_, Refusal::NotUnicode) | Self::Name(..) | Self::Collision(..) => {
                "rename the file, or exclude it"
            }
            Self::Source(_, Refusal::Unreadable(_)) => "let this account read it, or exclude it",
            Self::Source(_, Refusal::LinkDangles(_)) => "remove the link, or exclude it",
            Self::Source(..) => "replace it by what it stands for, or exclude it",
            Self::Destination(..) => "remove it at the destination, or exclude it",
            Self::DirectoryInTheWay(_) | Self::FileInTheWay(_) | Self::Occupied(..) => {
                "remove it at the destination or let --delete do that, or exclude it"
            }
            Self::StaleSource(_) | Self::StalePlan(_) => {
                "make a new plan with --plan-out, and look at it"
            }
            Self::EmptySource | Self::WebConfigMissing | Self::HandlerLost(_) => {
                "check that the source is the publish output of this site"
            }
            Self::Drift(_) => {
                "take the change over into the source, or say --on-drift=overwrite or --on-drift=keep"
            }
            Self::CaseSensitive(_) => {
                "turn it off with `fsutil file setCaseSensitiveInfo FOLDER disable`, or say --case-sensitive"
            }
            Self::OtherStream(..) => "exclude it, or deploy both with one --stream",
            Self::TooManyDeletes { .. } => {
                "look at the list with --dry-run, then allow that many with --max-delete"
            }
        }
    }
}

/// A guard for every folder that `plan` changes and whose names differ by case, as `tells_case` says; it
/// is asked once for each, the top of the destination being `None`.
///
/// Source: `sync.md` SD-33.
pub fn case_sensitive_folders(
    plan: &Plan,
    tells_case: &dyn Fn(Option<&RelPath>) -> bool,
) -> Vec<Guard> {
    let changed = plan.steps.iter().map(|step| step.path().parent());
    let folders: BTreeSet<_> = changed.collect();
    let found = folders.into_iter().filter(|folder| tells_case(folder.as_ref()));
    found.map(Guard::CaseSensitive).collect()
}

#[cfg(test)]
mod tests {
    use super::{Guard, case_sensitive_folders};
    use crate::plan::Plan;
    use crate::step::Step;
    use iisle_path::RelPath;

    // SD-33
    #[test]
    fn folders_that_tell_case_are_told_when_something_is_changed_in_them() {
        let path = |text: &str| RelPath::parse(text).unwrap();
        let delete =
            |text: &str| Step::Delete { path: path(text), old: iisle_tree::Stamp::default() };
        let steps = ["a/x", "a/y", "b/c/z", "top"].map(delete).to_vec();
        let plan = Plan { steps, ..Plan::default() };
        let asked = std::cell::RefCell::new(Vec::new());
        let guards = case_sensitive_folders(&plan, &|folder| {
            asked.borrow_mut().push(folder.map_or_else(String::new, ToString::to_string));
            folder.is_none_or(|folder| folder.as_str() == "b/c")
        });
        assert_eq!(asked.into_inner(), ["", "a", "b/c"]);
        assert_eq!(guards, [Guard::CaseSensitive(None), Guard::CaseSensitive(Some(path("b/c")))]);
        assert_eq!(
            guards[1].to_string(),
            "the folder `b/c` tells names apart by upper and lower case, which IIS does not expect"
        );
    }
}
