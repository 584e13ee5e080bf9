//! What tidy has to say.

/// Complaints, which fail the run, and warnings, which do not.
#[derive(Debug, Default)]
pub(super) struct Notes {
    complaints: Vec<String>,
    warnings: Vec<String>,
}

impl Notes {
    /// Something that must not stay; `place` is a path, or `path:line`.
    pub(super) fn complain(&mut self, place: &str, message: impl AsRef<str>) {
        self.complaints.push(format!("{place}: {}", message.as_ref()));
    }

    /// Something to look at.
    pub(super) fn warn(&mut self, place: &str, message: impl AsRef<str>) {
        self.warnings.push(format!("{place}: {}", message.as_ref()));
    }

    /// Whether nothing must be changed.
    pub(super) fn is_good(&self) -> bool {
        self.complaints.is_empty()
    }

    /// All of it, warnings first, sorted; one line each.
    pub(super) fn text(&self) -> String {
        let warnings = self.warnings.iter().map(|line| format!("warning: {line}"));
        let complaints = self.complaints.iter().map(|line| format!("error: {line}"));
        let (mut warnings, mut complaints): (Vec<_>, Vec<_>) =
            (warnings.collect(), complaints.collect());
        warnings.sort();
        complaints.sort();
        warnings.append(&mut complaints);
        warnings.join("\n")
    }
}
