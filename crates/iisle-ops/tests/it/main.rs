//! What each verb does with real folders and files.

mod cargo_package;
mod deploy;
mod dotnet_publish;
mod evaluate;
mod pack;
mod web_config;

use std::collections::BTreeMap;
use std::path::Path;

use iisle_ops::{Context, HostCommands};
use iisle_report::Silent;

/// Acts in a context without variables, that nobody watches.
fn in_context<T>(act: impl FnOnce(&Context<'_>) -> T) -> T {
    let environment = BTreeMap::new();
    act(&Context {
        monitor: &Silent,
        commands: &HostCommands,
        environment: &environment,
        current_dir: Path::new("."),
        verb: "sync",
        minute_of_day: &|| 0,
    })
}
