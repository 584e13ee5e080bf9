use crate::image::{Machine, TargetOs};

/// What a runtime identifier says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rid {
    /// `None` for `any` and `base`, and for `unix`, which is several.
    pub(super) system: Option<TargetOs>,
    pub(super) machine: Option<Machine>,
    is_unix: bool,
}

impl Rid {
    pub(super) fn parse(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let family = lower.split('-').next().unwrap_or_default();
        let family = family.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let system = match family {
            "win" | "windows" => Some(TargetOs::Windows),
            "osx" | "macos" | "ios" | "tvos" | "maccatalyst" | "iossimulator" => {
                Some(TargetOs::Osx)
            }
            "freebsd" => Some(TargetOs::FreeBsd),
            "netbsd" => Some(TargetOs::NetBsd),
            "browser" | "wasi" => Some(TargetOs::Browser),
            "any" | "base" | "unix" | "" => None,
            // Every other one is a distribution of Linux, or close enough.
            _ => Some(TargetOs::Linux),
        };
        Self { system, machine: Machine::of_rid(&lower), is_unix: family == "unix" }
    }

    /// Whether assets of this identifier are used by a process of the system and machine; where
    /// the machine is not known, by one of any machine.
    pub(super) fn applies(self, system: TargetOs, machine: Option<Machine>) -> bool {
        let right_system = match self.system {
            Some(own) => own == system,
            None => !self.is_unix || system != TargetOs::Windows,
        };
        let right_machine = match (self.machine, machine) {
            (Some(own), Some(machine)) => own == machine,
            _ => true,
        };
        right_system && right_machine
    }
}

#[cfg(test)]
mod tests {
    use super::Rid;
    use crate::image::{Machine, TargetOs};

    #[test]
    fn identifiers_apply_to_what_they_name() {
        let applies = |rid: &str| Rid::parse(rid).applies(TargetOs::Windows, Some(Machine::X64));
        for rid in ["win", "win-x64", "win7-x64", "win10-x64", "any", "base"] {
            assert!(applies(rid), "{rid}");
        }
        for rid in [
            "win-x86",
            "unix",
            "linux-x64",
            "osx.10.12-x64",
            "linux-musl-riscv64",
            "browser",
            "alpine-x64",
        ] {
            assert!(!applies(rid), "{rid}");
        }
        assert!(Rid::parse("unix").applies(TargetOs::Linux, None));
        assert!(Rid::parse("win-x86").applies(TargetOs::Windows, None));
    }
}
