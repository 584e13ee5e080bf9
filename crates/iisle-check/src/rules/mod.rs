//! The catalogue. A folder is a group, a file pair is a rule.

mod architecture;
mod artifact;
mod native;
mod package;
mod project;
mod sync;
mod web_config;

use iisle_report::RuleId;

use crate::rule::Rule;

/// Every rule, group by group in the order of the catalogue.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let groups: [&'static [Rule]; 7] = [
        web_config::RULES,
        artifact::RULES,
        architecture::RULES,
        project::RULES,
        sync::RULES,
        native::RULES,
        package::RULES,
    ];
    groups.into_iter().flatten()
}

/// The rule of this id, `None` when there is none (yet).
pub fn find(id: RuleId) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}
