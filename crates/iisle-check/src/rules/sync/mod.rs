//! Group S: synchronization and shadow copy.

mod shadow_copy;
mod shadow_copy_inside;
mod shadow_copy_not_enabled;
mod shadow_copy_out_of_process;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] =
    &[shadow_copy_inside::RULE, shadow_copy_out_of_process::RULE, shadow_copy_not_enabled::RULE];
