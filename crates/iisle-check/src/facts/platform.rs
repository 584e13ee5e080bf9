use iisle_inspect::image::Machine;

/// What a runtime identifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rid {
    /// Its system is Windows.
    pub(crate) windows: bool,
    /// It names no system at all, as `any` does.
    pub(crate) any_system: bool,
    /// It names a version of Windows, as `win10-x64` does.
    pub(crate) versioned: bool,
    pub(crate) machine: Option<Machine>,
}

impl Rid {
    pub(crate) fn parse(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase();
        let system = lower.split('-').next().unwrap_or_default();
        let version = system.strip_prefix("win");
        Self {
            windows: version.is_some(),
            any_system: matches!(system, "any" | "base"),
            versioned: version.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit())),
            machine: Machine::of_rid(&lower),
        }
    }
}

/// The architecture of a `Platform` or `PlatformTarget`; `None` for `AnyCPU` and whatever a project
/// invents.
pub(crate) fn platform_machine(text: &str) -> Option<Machine> {
    // Solutions call x86 `Win32` where C++ is among the projects.
    if text.eq_ignore_ascii_case("Win32") {
        Some(Machine::X86)
    } else {
        Machine::parse(text.trim())
    }
}

#[cfg(test)]
mod tests {
    use iisle_inspect::image::Machine;

    use super::{Rid, platform_machine};

    #[test]
    fn the_architecture_is_the_last_part() {
        for (rid, machine) in [
            ("win-x64", Some(Machine::X64)),
            ("win10-x86", Some(Machine::X86)),
            ("linux-musl-arm64", Some(Machine::Arm64)),
            ("linux-musl", None),
            ("any", None),
        ] {
            assert_eq!(Rid::parse(rid).machine, machine, "{rid}");
        }
    }

    #[test]
    fn versions_of_windows_are_seen() {
        assert!(Rid::parse("win81-x64").versioned && Rid::parse("win10-arm64").windows);
        assert!(!Rid::parse("win-x64").versioned);
        assert!(!Rid::parse("osx.10.12-x64").windows);
    }

    #[test]
    fn any_cpu_is_no_architecture() {
        assert_eq!(platform_machine("AnyCPU"), None);
        assert_eq!(platform_machine("Win32"), Some(Machine::X86));
        assert_eq!(platform_machine("ARM64"), Some(Machine::Arm64));
    }
}
