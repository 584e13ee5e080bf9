//! Group A: the publish output.

mod app_offline;
mod assembly_missing;
mod bundle_in_process;
mod damaged_image;
mod deps;
mod development_files;
pub(super) mod does_not_belong;
mod dotnet_for_self_contained;
mod log_folder_missing;
mod mistaken_for_dotnet;
mod mixed_outputs;
mod names;
mod nested_publish;
mod no_asp_net_core;
mod no_handler_dll;
mod other_entry;
mod other_system;
mod own_dotnet;
mod private_framework;
mod process_missing;
mod runtime_config;
mod runtime_missing;
mod settings_json;
mod stale_host;
mod static_files_missing;
mod transform_did_not_run;
mod two_apps;
mod unbound_host;
mod versions_differ;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    process_missing::RULE,
    assembly_missing::RULE,
    runtime_config::RULE,
    deps::RULE,
    no_asp_net_core::RULE,
    runtime_missing::RULE,
    dotnet_for_self_contained::RULE,
    other_entry::RULE,
    other_system::RULE,
    bundle_in_process::RULE,
    two_apps::RULE,
    static_files_missing::RULE,
    damaged_image::RULE,
    nested_publish::RULE,
    does_not_belong::RULE,
    app_offline::RULE,
    log_folder_missing::RULE,
    names::RULE,
    versions_differ::RULE,
    own_dotnet::RULE,
    mistaken_for_dotnet::RULE,
    mixed_outputs::RULE,
    no_handler_dll::RULE,
    unbound_host::RULE,
    private_framework::RULE,
    development_files::RULE,
    stale_host::RULE,
    transform_did_not_run::RULE,
    settings_json::RULE,
];
