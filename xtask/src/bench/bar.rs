//! What a measurement must keep to.

use std::fmt;

/// A figure and its limit.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    /// What is measured, as "packing / `zip -r -6`, wall time".
    pub(super) what: String,
    pub(super) found: f64,
    /// The figure may not be greater.
    pub(super) limit: f64,
    /// Written after the figures, with its blank where one belongs.
    pub(super) unit: &'static str,
}

impl Bar {
    /// `found` of `what`, which may not be greater than `limit`; both in `unit`.
    pub(super) fn new(what: &str, found: f64, limit: f64, unit: &'static str) -> Self {
        Self { what: what.to_owned(), found, limit, unit }
    }

    /// Whether the figure keeps to the limit.
    pub(super) fn holds(&self) -> bool {
        self.found <= self.limit
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, found, limit, unit } = self;
        let verdict = if self.holds() { "holds" } else { "DOES NOT HOLD" };
        write!(f, "{what}: {found:.2}{unit} (bar: at most {limit}{unit}): {verdict}")
    }
}

/// What a scenario found: cells of its table, and its bars.
#[derive(Debug)]
pub(super) struct Findings {
    /// The name of the scenario and of its section.
    pub(super) name: &'static str,
    /// What is done, and what it is compared with; for the reader of the table.
    pub(super) about: &'static str,
    /// Columns after those that all tables have.
    pub(super) columns: Vec<(&'static str, String)>,
    pub(super) bars: Vec<Bar>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_whether_it_holds() {
        let bar = |found| Bar { what: "packing".to_owned(), found, limit: 0.45, unit: " of zip" };
        assert_eq!(bar(0.4).to_string(), "packing: 0.40 of zip (bar: at most 0.45 of zip): holds");
        assert!(bar(0.45).holds());
        assert_eq!(
            bar(0.5).to_string(),
            "packing: 0.50 of zip (bar: at most 0.45 of zip): DOES NOT HOLD"
        );
    }
}
