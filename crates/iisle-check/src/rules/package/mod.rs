//! Group K: Web Deploy packages.

mod application_path_fixed;
mod bad_date;
mod damaged;
mod directory_entry;
mod duplicate;
mod idle_parameter;
mod log_folder_not_writable;
mod managed_pool;
mod no_web_config;
mod older_than_output;
mod parameters;
mod provider;
mod refused_entry;
mod system_info;
mod text_position;
mod unreadable;
mod unsafe_name;
mod unwanted_content;
mod zip64;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    no_web_config::RULE,
    unwanted_content::RULE,
    application_path_fixed::RULE,
    log_folder_not_writable::RULE,
    older_than_output::RULE,
    idle_parameter::RULE,
    managed_pool::RULE,
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
