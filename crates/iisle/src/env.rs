//! The one place that reads the environment of the process.
#![expect(clippy::disallowed_methods, reason = "the environment is read once, here")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

/// The variables that are text.
pub(crate) fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The folder that relative paths start from.
pub(crate) fn current_dir() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// The moment.
pub(crate) fn now() -> iisle_ops::Ticks {
    let now = jiff::Timestamp::now();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    iisle_ops::Ticks::from_unix(now.as_second(), nanoseconds)
}

/// Minutes since midnight by the clock on the wall.
pub(crate) fn minute_of_day() -> u16 {
    let now = jiff::Zoned::now();
    u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0)
}

/// Minutes by which the clock of this machine is ahead of UTC now.
pub(crate) fn utc_offset_minutes() -> i32 {
    jiff::Zoned::now().offset().seconds() / 60
}

/// Sends what the library tells of its work to stderr: nothing, decisions, or every file.
/// `IISLE_LOG` says more precisely.
pub(crate) fn trace(verbose: u8) {
    let asked = std::env::var("IISLE_LOG").ok().filter(|filter| !filter.is_empty());
    let level = match verbose {
        0 => "warn",
        1 => "debug",
        _ => "trace",
    };
    if verbose == 0 && asked.is_none() {
        return;
    }
    let filter = EnvFilter::try_new(asked.as_deref().unwrap_or(level))
        .unwrap_or_else(|_| EnvFilter::new(level));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Where nobody reads what is told, there is nobody either to be told of that.
        .log_internal_errors(false)
        .with_ansi(false);
    // A subscriber that is set already, by a test, stays.
    let _set = subscriber.without_time().try_init();
}
