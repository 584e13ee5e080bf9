//! Group P: processor architecture.

mod assembly_of_another_architecture;
mod host_contradicts_rid;
mod mixed_natives;
mod native_of_another_architecture;
mod platform_conflict;
mod platform_contradicts_rid;
mod ready_to_run;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    platform_contradicts_rid::RULE,
    host_contradicts_rid::RULE,
    assembly_of_another_architecture::RULE,
    native_of_another_architecture::RULE,
    mixed_natives::RULE,
    platform_conflict::RULE,
    ready_to_run::RULE,
];
