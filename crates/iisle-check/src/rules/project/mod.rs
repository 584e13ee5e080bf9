//! Group J: project and source.

mod development_profile;
mod duplicate_content;
mod framework_mismatch;
mod incoherent_packages;
mod invalid_hosting_model;
mod logs_folder_not_made;
mod module_v1;
mod not_publishable;
mod plain_sdk;
mod profile_deletes_project;
mod publish_url_ignored;
mod rid_not_for_iis;
mod self_contained_without_rid;
mod single_file_in_process;
mod transform_disabled;
mod trimmed_views;
mod web_config_excluded;
mod web_config_variables;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    plain_sdk::RULE,
    transform_disabled::RULE,
    invalid_hosting_model::RULE,
    rid_not_for_iis::RULE,
    self_contained_without_rid::RULE,
    single_file_in_process::RULE,
    development_profile::RULE,
    framework_mismatch::RULE,
    web_config_excluded::RULE,
    logs_folder_not_made::RULE,
    module_v1::RULE,
    trimmed_views::RULE,
    duplicate_content::RULE,
    incoherent_packages::RULE,
    profile_deletes_project::RULE,
    web_config_variables::RULE,
    not_publishable::RULE,
    publish_url_ignored::RULE,
];
