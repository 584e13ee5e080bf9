//! Group R: native web apps behind IIS.

mod dotnet_leftovers;
mod native_in_process;
mod not_a_windows_program;
mod short_start;
mod windows_token_leak;

use crate::rule::Rule;

pub(super) static RULES: &[Rule] = &[
    native_in_process::RULE,
    windows_token_leak::RULE,
    not_a_windows_program::RULE,
    short_start::RULE,
    dotnet_leftovers::RULE,
];

/// What a rule says of `shop.exe`, an image of the kind `exe`, started by a section with `attributes`.
#[cfg(test)]
fn started(rule: &'static Rule, attributes: &str, exe: &str) -> String {
    crate::testing::check(
        rule,
        &format!(
            "
            == web.config
            <aspNetCore processPath=\".\\shop.exe\" {attributes} />
            == shop.exe
            {exe}"
        ),
    )
}
