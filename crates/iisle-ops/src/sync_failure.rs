use iisle_sync::{Ending, Locked, StepError};

use crate::Failure;
use crate::sync::SyncRequest;

/// What a person is told when an execution did not end well.
pub(crate) fn failure(request: &SyncRequest, outcome: &iisle_sync::Outcome) -> Option<Failure> {
    let destination = request.destination.display();
    let mut failure =
        match outcome.ending {
            Ending::Done | Ending::Unchanged | Ending::Refused => return None,
            Ending::Locked => {
                Failure::new(format!("files of `{destination}` are in use; nothing was changed"))
            }
            Ending::Failed => Failure::new(format!(
                "cannot begin the sync to `{destination}`; nothing was changed"
            )),
            Ending::Stopped => Failure::new(format!("cannot finish the sync to `{destination}`")),
            Ending::RolledBack => Failure::new(format!(
                "cannot finish the sync to `{destination}`; everything there is again as it was"
            )),
            Ending::OfflineLeft => Failure::new(format!(
                "cannot finish the sync to `{destination}`, nor take it back"
            ))
            .hint("run the same command again to complete it, or with --rollback to take it back"),
        };
    if outcome.errors.is_empty() {
        failure.causes.extend(outcome.locked.iter().map(locked_line));
    }
    add_errors(&mut failure, &outcome.errors);
    if !outcome.locked.is_empty() {
        failure.hints.push("stop the app (its pool, or an app_offline.htm in its folder) and run the same command again".into());
        failure.hints.push("--on-locked=move-aside replaces them all the same: running programs go on with the old ones until they are started anew".into());
    }
    if outcome.ending == Ending::Stopped {
        let (done, all) = (outcome.done_steps, outcome.planned_steps);
        failure.hints.push(format!(
            "{done} of {all} steps are done, every file is old or new; run the same command again to continue"
        ));
    }
    Some(failure)
}

/// Adds why steps were not done, and what to do about it.
pub(crate) fn add_errors(failure: &mut Failure, errors: &[StepError]) {
    for error in errors {
        failure.add_cause(error);
        failure.hints.extend(remedy(error));
    }
    // A hundred files with one cause want one hint.
    failure.hints.sort();
    failure.hints.dedup();
}

/// What to do about an error that the system did not give.
fn remedy(error: &StepError) -> Option<String> {
    let remedy = match error {
        StepError::NoSpace { needed: _, available: _ } => {
            "free room on that volume, or sync elsewhere"
        }
        StepError::Closed(_) => CLOSED,
        StepError::SourceChanged(_) => {
            "run the same command again when nobody writes to the source any more"
        }
        StepError::DestinationChanged(_) => {
            "run the same command again: it plans with what is there now"
        }
        _ => return None,
    };
    Some(remedy.to_owned())
}

/// What to do about a folder that cannot be written to.
pub(crate) const CLOSED: &str = "let this account write to that folder, or run as one that may; a read-only volume takes nothing";

pub(crate) fn locked_line(locked: &Locked) -> String {
    let holders: Vec<_> =
        locked.holders.iter().map(|h| format!("{} (pid {})", h.name, h.pid)).collect();
    if holders.is_empty() {
        format!("`{}` is in use", locked.path)
    } else {
        format!("`{}` is in use by {}", locked.path, holders.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::add_errors;
    use crate::Failure;
    use iisle_path::RelPath;
    use iisle_sync::StepError;

    // SD-34
    #[test]
    fn what_to_do_is_told_once_for_all_files_that_changed_meanwhile() {
        let mut failure = Failure::new("cannot begin");
        let path = |name: &str| RelPath::parse(name).unwrap();
        let changed = [StepError::SourceChanged(path("a")), StepError::SourceChanged(path("b"))];
        add_errors(&mut failure, &changed);
        assert_eq!(failure.causes.len(), 2);
        let told = "run the same command again when nobody writes to the source any more";
        assert_eq!(failure.hints, [told]);
    }
}
