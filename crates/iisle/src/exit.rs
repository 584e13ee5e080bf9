use std::process::ExitCode;

/// What the exit code of every verb but `robocopy` means. Part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done and good.
    Good = 0,
    /// The answer is no: a finding of severity error, or differences under `--check`.
    No = 1,
    /// Could not run.
    CouldNotRun = 2,
    /// Stopped midway; the same command goes on.
    Midway = 3,
}

impl Exit {
    /// The meaning of a number; unknown ones mean that it could not run.
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Good,
            1 => Self::No,
            3 => Self::Midway,
            _ => Self::CouldNotRun,
        }
    }

    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
