/// Options that robocopy does not have; they begin with two hyphens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// `--lenient`: switches that are refused are passed over instead.
    pub(super) is_lenient: bool,
    /// `--robocopy-order`: extras are deleted before the files of their directory are copied.
    pub(super) deletes_first: bool,
    /// `--exit-code`.
    pub(super) exit_code: ExitCodes,
}

/// What the exit code means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ExitCodes {
    /// The mask of robocopy.
    #[default]
    Robocopy,
    /// 0 good, 1 something failed, 2 could not run.
    Posix,
}

impl Own {
    /// Reads one option, with its hyphens.
    pub(super) fn read(&mut self, word: &str) -> bool {
        match word {
            "--lenient" => self.is_lenient = true,
            "--robocopy-order" => self.deletes_first = true,
            "--exit-code=robocopy" => self.exit_code = ExitCodes::Robocopy,
            "--exit-code=posix" => self.exit_code = ExitCodes::Posix,
            _ => return false,
        }
        true
    }

    /// These and those of `other`.
    pub(super) fn merged(self, other: Self) -> Self {
        Self {
            is_lenient: self.is_lenient || other.is_lenient,
            deletes_first: self.deletes_first || other.deletes_first,
            exit_code: match other.exit_code {
                ExitCodes::Robocopy => self.exit_code,
                ExitCodes::Posix => ExitCodes::Posix,
            },
        }
    }
}

impl ExitCodes {
    /// The code of the process for robocopy's code.
    pub(super) fn of(self, code: u8) -> u8 {
        match (self, code) {
            (Self::Robocopy, code) => code,
            (Self::Posix, 0..=7) => 0,
            (Self::Posix, 8..=15) => 1,
            (Self::Posix, _) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ExitCodes, Own};

    // RB-11
    #[test]
    fn posix_codes_fail_only_on_failures() {
        let codes = [0, 1, 3, 7, 8, 11, 15, 16].map(|code| ExitCodes::Posix.of(code));
        assert_eq!(codes, [0, 0, 0, 0, 1, 1, 1, 2]);
        assert_eq!(ExitCodes::Robocopy.of(11), 11);
    }

    #[test]
    fn unknown_options_are_not_taken() {
        let mut own = Own::default();
        assert!(own.read("--exit-code=posix") && own.read("--lenient"));
        assert!(!own.read("--exit-code") && !own.read("--mir"));
        assert_eq!(own.exit_code, ExitCodes::Posix);
    }
}
