use std::process::ExitCode;

use iisle_ops::SyncOutcome;

/// What the exit code of every verb but `robocopy` means. Part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done and good: 0.
    Good,
    /// The answer is no: 1. A finding of severity error, or differences under `--check`.
    No,
    /// Could not run: 2.
    CouldNotRun,
    /// Stopped midway: 3. The same command goes on.
    Midway,
    /// The outcome of a deployment, told apart as asked with `--exit-by-outcome`: 10 and more.
    Outcome(u8),
}

impl Exit {
    /// The meaning of a number; unknown ones mean that it could not run.
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Good,
            1 => Self::No,
            3 => Self::Midway,
            10.. => Self::Outcome(code),
            _ => Self::CouldNotRun,
        }
    }

    /// What the end of a deployment calls for.
    pub(crate) fn of(outcome: SyncOutcome, codes: Codes) -> Self {
        Self::from_code(match codes {
            Codes::House => outcome.exit_code(),
            Codes::ByOutcome => outcome.code_by_outcome(),
        })
    }

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::No => 1,
            Self::CouldNotRun => 2,
            Self::Midway => 3,
            Self::Outcome(code) => code,
        }
    }

    /// Whether the work that was asked for could not be done; else there is an answer, be it no.
    pub(crate) fn is_error(self) -> bool {
        match self {
            Self::Good | Self::No => false,
            Self::CouldNotRun | Self::Midway => true,
            Self::Outcome(code) => code != REFUSED,
        }
    }
}

/// The code of a refusal among those by outcome: an answer, and no error.
const REFUSED: u8 = 10;

/// Which exit codes were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codes {
    /// Those of all verbs.
    House,
    /// One for each outcome: `sync.md` section 5.8.
    ByOutcome,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::{Codes, Exit};
    use iisle_ops::{Ending, SyncOutcome};

    #[test]
    fn outcomes_are_told_apart_when_that_is_asked_for() {
        let ended = SyncOutcome::Ended;
        for (outcome, house, own) in [
            (SyncOutcome::Planned, 0, 0),
            (ended(Ending::Done), 0, 0),
            (SyncOutcome::Differs, 1, 1),
            (ended(Ending::Refused), 1, 10),
            (ended(Ending::Failed), 2, 11),
            (ended(Ending::Locked), 2, 12),
            (SyncOutcome::Busy, 2, 13),
            (ended(Ending::RolledBack), 2, 14),
            (ended(Ending::OfflineLeft), 3, 16),
        ] {
            let code = |codes| Exit::of(outcome, codes).code();
            assert_eq!((code(Codes::House), code(Codes::ByOutcome)), (house, own), "{outcome:?}");
            let is_error = Exit::of(outcome, Codes::House).is_error();
            assert_eq!(Exit::of(outcome, Codes::ByOutcome).is_error(), is_error, "{outcome:?}");
        }
    }
}
