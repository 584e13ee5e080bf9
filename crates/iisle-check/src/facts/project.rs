use iisle_inspect::TargetFramework;
use iisle_inspect::project::{Place, Project};
use iisle_report::Location;

/// Questions that rules ask of a project.
pub(crate) trait ProjectFacts {
    /// Whether a property has this value, ignoring case.
    fn is(&self, name: &str, value: &str) -> bool;
    /// The place of a property.
    fn place(&self, name: &str) -> Location;
    /// The target framework, when it is one.
    fn framework(&self) -> Option<TargetFramework>;
    /// The reference that makes it a web application.
    fn asp_net_core_reference(&self) -> Option<String>;
}

impl ProjectFacts for Project {
    fn is(&self, name: &str, value: &str) -> bool {
        self.property(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    }

    fn place(&self, name: &str) -> Location {
        location(self.origin(name))
    }

    fn framework(&self) -> Option<TargetFramework> {
        let one = match &self.target_frameworks[..] {
            [only] => Some(only.as_str()),
            _ => None,
        };
        TargetFramework::parse(self.property("TargetFramework").or(one)?)
    }

    fn asp_net_core_reference(&self) -> Option<String> {
        let framework = self
            .framework_references
            .iter()
            .find(|name| name.eq_ignore_ascii_case("Microsoft.AspNetCore.App"))
            .map(|name| format!("FrameworkReference {name}"));
        let package = || {
            let names =
                ["Microsoft.AspNetCore", "Microsoft.AspNetCore.App", "Microsoft.AspNetCore.All"];
            let web = |name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
            let found = self.packages.iter().find(|(name, _)| web(name));
            found.map(|(name, _)| format!("PackageReference {name}"))
        };
        framework.or_else(package)
    }
}

/// A place of a project for a report.
pub(crate) fn location(place: Place) -> Location {
    match place.position {
        Some(position) => Location::at(place.file, position.line, position.column),
        // Every finding in a text file has a line.
        None => Location::at(place.file, 1, 1),
    }
}
