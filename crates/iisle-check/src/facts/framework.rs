/// Lines of framework and assembly.
const ASSEMBLIES: &str = include_str!("framework_assemblies.txt");

/// Whether a shared framework brings the assembly of this name along, in the framework's version.
pub(crate) fn framework_provides(framework: &str, assembly: &str) -> bool {
    let mut lines = ASSEMBLIES.lines().filter_map(|line| line.split_once(' '));
    lines.any(|(of, name)| of == framework && name.eq_ignore_ascii_case(assembly))
}

#[cfg(test)]
mod tests {
    use super::framework_provides;

    #[test]
    fn a_framework_brings_its_own_assemblies() {
        assert!(framework_provides("Microsoft.NETCore.App", "system.text.json"));
        assert!(framework_provides("Microsoft.AspNetCore.App", "Microsoft.AspNetCore.Http"));
        assert!(!framework_provides("Microsoft.NETCore.App", "Microsoft.AspNetCore.Http"));
        // Facades keep their old versions.
        assert!(!framework_provides("Microsoft.NETCore.App", "System.Core"));
    }
}
