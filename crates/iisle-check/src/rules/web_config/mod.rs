//! Group W: web.config.

mod arguments_path;
mod bad_process_path;
mod bad_value;
mod bad_variable;
mod cannot_run_in_process;
mod development_environment;
mod duplicate_element;
mod duplicate_handler;
mod handler_removed;
mod handler_without_section;
mod ignored_handler_setting;
mod ignored_in_process;
mod legacy_sections;
mod malformed;
pub(super) mod missing;
mod model_differs;
mod module_debug_log;
mod no_handler;
mod not_utf8;
mod other_location;
mod partial_handler;
mod placeholder_left;
mod process_path_missing;
mod recycle_on_file_change;
mod renamed;
mod request_limit;
mod reserved_variable;
mod rewrite_file_conditions;
mod secret;
mod several_processes;
mod stack_size;
mod stdout_log_file;
mod stdout_log_file_empty;
mod stdout_log_on;
mod time_limit;
mod two_process_managers;
mod unknown_attribute;
mod unknown_hosting_model;
mod without_effect;
mod wrong_module;

pub(super) use bad_process_path::is_mistaken_for_dotnet;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    missing::RULE,
    renamed::RULE,
    malformed::RULE,
    no_handler::RULE,
    handler_without_section::RULE,
    duplicate_element::RULE,
    duplicate_handler::RULE,
    partial_handler::RULE,
    wrong_module::RULE,
    other_location::RULE,
    unknown_attribute::RULE,
    bad_value::RULE,
    process_path_missing::RULE,
    placeholder_left::RULE,
    unknown_hosting_model::RULE,
    model_differs::RULE,
    cannot_run_in_process::RULE,
    bad_variable::RULE,
    development_environment::RULE,
    module_debug_log::RULE,
    stdout_log_on::RULE,
    stdout_log_file_empty::RULE,
    stdout_log_file::RULE,
    ignored_handler_setting::RULE,
    stack_size::RULE,
    bad_process_path::RULE,
    arguments_path::RULE,
    secret::RULE,
    several_processes::RULE,
    ignored_in_process::RULE,
    time_limit::RULE,
    legacy_sections::RULE,
    request_limit::RULE,
    two_process_managers::RULE,
    recycle_on_file_change::RULE,
    handler_removed::RULE,
    not_utf8::RULE,
    rewrite_file_conditions::RULE,
    reserved_variable::RULE,
    without_effect::RULE,
];
