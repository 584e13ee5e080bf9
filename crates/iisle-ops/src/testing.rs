//! What tests of several verbs need.

use std::collections::BTreeMap;
use std::path::Path;

use iisle_report::Silent;

use crate::{Context, HostCommands};

/// Acts in a context without variables, that nobody watches.
pub(crate) fn in_context<T>(act: impl FnOnce(&Context<'_>) -> T) -> T {
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
