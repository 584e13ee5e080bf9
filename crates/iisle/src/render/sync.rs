use std::fmt::Write;
use std::time::Duration;

use iisle_ops::{
    AppCopy, AppCopyState, Basis, Drift, Ending, Kept, Plan, SyncOutcome, SyncReport, SyncStep,
    Totals, Waits,
};

use super::style::{DIM, ERROR, GOOD};
use super::text::{count, printable, size};

/// What was done to a target, or would be.
pub(crate) fn sync(report: &SyncReport) -> String {
    let mut text = String::new();
    if let Some(plan) = &report.plan {
        text += &plan_lines(plan);
    }
    let style = if report.outcome.exit_code() == 0 { GOOD } else { ERROR };
    let word = report.outcome.word();
    let destination = report.destination.display().to_string();
    writeln!(text, "{style}{word}{style:#} {}: {}", printable(&destination), totals(report))
        .expect("a string takes everything");
    if report.plan.is_none() {
        text += &kept_lines(&report.kept);
    }
    text += &drift_line(report.outcome, &report.drift, &report.kept);
    if let Some(time) = report.swapping {
        text += &swap_line(time, report.offline);
    }
    if report.outcome.exit_code() == 0 {
        text.extend(offline_line(report.basis.as_ref()));
    }
    text += &wait_line(&report.waits);
    text += &report.copy.as_ref().map(copy_line).unwrap_or_default();
    if report.undone_steps > 0 && report.plan.is_none() {
        writeln!(text, "  {} not done", count(report.undone_steps, "step"))
            .expect("a string takes everything");
    }
    text
}

/// What was changed on the server and does not stay so; what stays is told with all that is kept, and
/// what stops a sync with the refusal.
pub(crate) fn drift_line(outcome: SyncOutcome, drift: &[Drift], kept: &[Kept]) -> String {
    if outcome.exit_code() != 0 {
        return String::new();
    }
    let is_kept = |path: &str| kept.iter().any(|kept| kept.path == path);
    let paths = drift.iter().map(|drift| drift.path.as_str());
    let replaced: Vec<_> = paths.filter(|path| !is_kept(path)).collect();
    if replaced.is_empty() {
        return String::new();
    }
    let names: Vec<_> = replaced.iter().take(NAMED).map(|path| printable(path)).collect();
    let more = replaced.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("  {DIM}replaced (changed on the server): {}{more}{DIM:#}\n", names.join(", "))
}

/// How long was waited for files in use, and for which the longest.
fn wait_line(waits: &Waits) -> String {
    let files = waits.files();
    if files.is_empty() {
        return String::new();
    }
    let seconds = |time: Duration| format!("{:.3} s", time.as_secs_f64());
    let named: Vec<_> = files
        .iter()
        .take(NAMED)
        .map(|(file, time)| format!("{} {}", printable(file), seconds(*time)))
        .collect();
    let more = files.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (total, named) = (seconds(waits.total()), named.join(", "));
    format!("  {DIM}waited {total} for files in use: {named}{more}{DIM:#}\n")
}

/// Whether an app that runs from a copy of its files has the new ones.
pub(crate) fn copy_line(copy: &AppCopy) -> String {
    let AppCopy { folder, state } = copy;
    let file = state.file().map(|file| printable(file.as_str())).unwrap_or_default();
    let found = match state {
        AppCopyState::Taken => "has the new programs".to_owned(),
        AppCopyState::AtNextStart => "gets the new programs at the next start".to_owned(),
        AppCopyState::Old(_) => format!("has an old {file}"),
        AppCopyState::Stays(_) => format!("keeps an old {file} at the next start"),
        AppCopyState::Unseen => "cannot be seen from here".to_owned(),
    };
    format!("  {DIM}the copy that the app runs from, {}, {found}{DIM:#}\n", printable(folder))
}

/// How long visitors could see old and new files side by side, and how long the page.
pub(crate) fn swap_line(swapping: Duration, offline: Option<Duration>) -> String {
    let seconds = |time: Duration| format!("{:.3} s", time.as_secs_f64());
    let away = offline.map(|time| format!(", offline for {}", seconds(time))).unwrap_or_default();
    format!("  {DIM}swapped in {}{away}{DIM:#}\n", seconds(swapping))
}

/// That visitors will see the page, if they will.
pub(crate) fn offline_line(basis: Option<&Basis>) -> Option<String> {
    let line = || format!("  {DIM}the app will be taken offline while files are swapped{DIM:#}\n");
    basis.is_some_and(|basis| basis.goes_offline == Some(true)).then(line)
}

/// The steps of a plan, a line each: `+` create, `~` replace, `-` delete, `!` keep.
pub(crate) fn plan_lines(plan: &Plan) -> String {
    let mut lines: Vec<(&str, String)> =
        plan.steps.iter().map(|step| (step.path().as_str(), line(step))).collect();
    lines.sort();
    let mut text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    for kept in &plan.kept {
        let files =
            if kept.files > 1 { format!(", {}", count(kept.files, "file")) } else { String::new() };
        writeln!(text, "{DIM}! keep {} ({}{files}){DIM:#}", printable(&kept.path), kept.why.word())
            .expect("a string takes everything");
    }
    text
}

/// How many names of what was kept for one reason are shown.
const NAMED: usize = 6;

/// What stays although it differs, a line for each reason.
pub(crate) fn kept_lines(kept: &[Kept]) -> String {
    let mut text = String::new();
    let mut reasons: Vec<_> = kept.iter().map(|kept| kept.why).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for why in reasons {
        let all: Vec<_> = kept.iter().filter(|kept| kept.why == why).collect();
        let names: Vec<_> = all.iter().take(NAMED).map(|kept| printable(&kept.path)).collect();
        let more = all.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(text, "  {DIM}kept ({}): {}{more}{DIM:#}", why.word(), names.join(", "))
            .expect("a string takes everything");
    }
    text
}

fn line(step: &SyncStep) -> String {
    let path = printable(step.path().as_str());
    match step {
        SyncStep::CreateDirectory { .. } => format!("+ {path}/"),
        SyncStep::Create { stamp, .. } => format!("+ {path}  {}", size(stamp.size)),
        SyncStep::Replace { stamp, .. } => format!("~ {path}  {}", size(stamp.size)),
        SyncStep::Touch { .. } => format!("~ {path}  (time only)"),
        SyncStep::MarkDirectory { .. } => format!("~ {path}/  (attributes only)"),
        SyncStep::RenameCase { from, .. } => {
            format!("~ {} -> {path}  (case only)", printable(from.as_str()))
        }
        SyncStep::Delete { .. } => format!("- {path}"),
        SyncStep::DeleteDirectory { .. } => format!("- {path}/"),
    }
}

/// `3 created, 1 replaced, 57 unchanged (12.3 MB copied)`.
pub(crate) fn totals(report: &SyncReport) -> String {
    totals_text(report.totals, report.outcome)
}

/// The same of anything that ended like a sync.
pub(crate) fn totals_text(totals: Totals, outcome: SyncOutcome) -> String {
    let Totals {
        created_files,
        created_bytes,
        replaced_files,
        replaced_bytes,
        touched_files,
        renamed_files,
        deleted_files,
        created_directories,
        deleted_directories,
        marked_directories,
        unchanged_files,
        unchanged_bytes: _,
        kept,
    } = totals;
    if outcome == SyncOutcome::TakenBack {
        return "everything is as it was before the last sync".to_owned();
    }
    if outcome == SyncOutcome::NothingToTakeBack {
        return "there is no sync to take back".to_owned();
    }
    let counts = [
        (created_files, "created"),
        (replaced_files, "replaced"),
        (touched_files, "time set"),
        (renamed_files, "renamed"),
        (deleted_files, "deleted"),
        (created_directories, if created_directories == 1 { "folder" } else { "folders" }),
        (
            deleted_directories,
            if deleted_directories == 1 { "folder deleted" } else { "folders deleted" },
        ),
        (
            marked_directories,
            if marked_directories == 1 { "folder's attributes" } else { "folders' attributes" },
        ),
        (unchanged_files, "unchanged"),
        (kept, "kept"),
    ];
    let parts: Vec<_> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let bytes = created_bytes + replaced_bytes;
    let was_done = matches!(outcome, SyncOutcome::Ended(ending) if ending != Ending::Refused);
    let verb = if was_done { "copied" } else { "to copy" };
    let tail = if bytes > 0 { format!(" ({} {verb})", size(bytes)) } else { String::new() };
    if outcome == SyncOutcome::Ended(Ending::OfflineLeft) {
        return "a deployment is neither done nor taken back".to_owned();
    }
    let is_refused = outcome == SyncOutcome::Ended(Ending::Refused);
    if (outcome.exit_code() > 1 && bytes == 0) || (is_refused && parts.is_empty()) {
        return "nothing was changed".to_owned();
    }
    if parts.is_empty() {
        return "nothing there, nothing to do".to_owned();
    }
    let found = parts.join(", ") + &tail;
    if is_refused {
        return format!("nothing was changed; planned was {found}");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{AppCopy, AppCopyState, Waits, copy_line, swap_line, wait_line};
    use iisle_path::RelPath;
    use std::time::Duration;

    // AO-5
    #[test]
    fn whether_the_copy_that_an_app_runs_from_has_the_new_programs_is_told() {
        let line = |state| {
            let copy = AppCopy { folder: "Copies/3".to_owned(), state };
            anstream::adapter::strip_str(&copy_line(&copy)).to_string()
        };
        let file = || RelPath::parse("App.dll").unwrap();
        let lines = [
            AppCopyState::Taken,
            AppCopyState::AtNextStart,
            AppCopyState::Old(file()),
            AppCopyState::Stays(file()),
            AppCopyState::Unseen,
        ];
        let expected = "  the copy that the app runs from, Copies/3, has the new programs
  the copy that the app runs from, Copies/3, gets the new programs at the next start
  the copy that the app runs from, Copies/3, has an old App.dll
  the copy that the app runs from, Copies/3, keeps an old App.dll at the next start
  the copy that the app runs from, Copies/3, cannot be seen from here
";
        assert_eq!(lines.map(line).concat(), expected);
    }

    // LK-6
    #[test]
    fn how_long_was_waited_for_files_in_use_is_told() {
        let mut waits = Waits::default();
        assert_eq!(wait_line(&waits), "");
        waits.note(["bin/App.dll".to_owned(), "a".to_owned()], Duration::from_millis(1500));
        waits.note(["a".to_owned()], Duration::from_millis(40));
        assert_eq!(
            anstream::adapter::strip_str(&wait_line(&waits)).to_string(),
            "  waited 1.540 s for files in use: a 1.540 s, bin/App.dll 1.500 s\n"
        );
        waits.note((0..9).map(|n| format!("f{n}")), Duration::from_secs(1));
        assert!(wait_line(&waits).contains(" and 5 more"));
    }

    // SD-22
    #[test]
    fn how_long_the_swap_took_is_told() {
        let line = |offline| {
            anstream::adapter::strip_str(&swap_line(Duration::from_millis(12), offline)).to_string()
        };
        assert_eq!(line(None), "  swapped in 0.012 s\n");
        assert_eq!(
            line(Some(Duration::from_secs(2))),
            "  swapped in 0.012 s, offline for 2.000 s\n"
        );
    }
}
