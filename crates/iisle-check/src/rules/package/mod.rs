//! Group K: Web Deploy packages.

mod bad_date;
mod damaged;
mod directory_entry;
mod duplicate;
mod parameters;
mod provider;
mod refused_entry;
mod system_info;
mod text_position;
mod unreadable;
mod unsafe_name;
mod zip64;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    unreadable::RULE,
    system_info::RULE,
    directory_entry::RULE,
    zip64::RULE,
    damaged::RULE,
    bad_date::RULE,
    unsafe_name::RULE,
    duplicate::RULE,
    parameters::RULE,
    provider::RULE,
    refused_entry::RULE,
    text_position::RULE,
];

#[cfg(test)]
mod tests;
