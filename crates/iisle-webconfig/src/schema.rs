//! What the attributes of the process managers mean, and what holds where one is absent.
//!
//! Source: dotnet/aspnetcore, `aspnetcore_schema_v2.xml` and the module's own reading of its
//! settings; Microsoft Learn, "`HttpPlatformHandler` configuration reference".

use std::time::Duration;

use thiserror::Error;

use crate::model::HostKind;

/// What an attribute may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number within these bounds.
    Number {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// `[d.]hh:mm:ss`, up to [`LONGEST_REQUEST`].
    TimeSpan,
    /// `inprocess` or `outofprocess`.
    Model,
}

/// One attribute of a process manager's section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAttribute {
    /// Its name; the schema compares case.
    pub name: &'static str,
    /// What it may hold.
    pub kind: ValueKind,
    /// The value that holds where it is absent; `None` when there is none.
    pub default: Option<&'static str>,
    /// What it does, a sentence without period.
    pub meaning: &'static str,
}

/// The longest `requestTimeout`: fifteen days.
pub const LONGEST_REQUEST: Duration = Duration::from_hours(15 * 24);

const SECONDS_TO_START: &str =
    "seconds the app may take to start listening; then it is stopped and the request fails";
const ARGUMENTS: &str = "command line of the program; of `dotnet`, the app's assembly comes first";
const LOG_FILE: &str = "what the names of log files begin with, relative to the app's folder";
const PROGRAM: &str =
    "the program that is started, relative to the app's folder or found on the server";

const STDOUT_LOG_ENABLED: KnownAttribute = known(
    "stdoutLogEnabled",
    ValueKind::Boolean,
    Some("false"),
    "whether what the app prints goes to a log file; nobody ever deletes those",
);
const RAPID_FAILS_PER_MINUTE: KnownAttribute = known(
    "rapidFailsPerMinute",
    ValueKind::Number { min: 0, max: 100 },
    Some("10"),
    "how often a minute the process may fail before it is not started any more",
);
const REQUEST_TIMEOUT: KnownAttribute = known(
    "requestTimeout",
    ValueKind::TimeSpan,
    Some("00:02:00"),
    "how long the app may take to answer a request",
);
const PROCESSES_PER_APPLICATION: KnownAttribute = known(
    "processesPerApplication",
    ValueKind::Number { min: 1, max: 100 },
    Some("1"),
    "processes of the app that share the requests",
);

const ASP_NET_CORE: [KnownAttribute; 12] = [
    known("processPath", ValueKind::Text, None, PROGRAM),
    known("arguments", ValueKind::Text, Some(""), ARGUMENTS),
    known(
        "hostingModel",
        ValueKind::Model,
        Some("outofprocess"),
        "whether the app runs inside the worker process or in a process of its own behind a proxy",
    ),
    STDOUT_LOG_ENABLED,
    known("stdoutLogFile", ValueKind::Text, Some(r".\aspnetcore-stdout"), LOG_FILE),
    known(
        "startupTimeLimit",
        ValueKind::Number { min: 0, max: 3600 },
        Some("120"),
        SECONDS_TO_START,
    ),
    known(
        "shutdownTimeLimit",
        ValueKind::Number { min: 0, max: 600 },
        Some("10"),
        "seconds the app may take to stop; then it is killed",
    ),
    RAPID_FAILS_PER_MINUTE,
    REQUEST_TIMEOUT,
    PROCESSES_PER_APPLICATION,
    known(
        "forwardWindowsAuthToken",
        ValueKind::Boolean,
        Some("true"),
        "whether the token of a Windows user is handed to the app, which must close it",
    ),
    known(
        "disableStartUpErrorPage",
        ValueKind::Boolean,
        Some("false"),
        "whether the module leaves the page about a failed start to the site's own error pages",
    ),
];

const HTTP_PLATFORM: [KnownAttribute; 10] = [
    known("processPath", ValueKind::Text, None, PROGRAM),
    known(
        "arguments",
        ValueKind::Text,
        Some(""),
        "command line of the program; `%HTTP_PLATFORM_PORT%` becomes the port",
    ),
    STDOUT_LOG_ENABLED,
    known("stdoutLogFile", ValueKind::Text, Some("httpplatform-stdout"), LOG_FILE),
    known(
        "startupTimeLimit",
        ValueKind::Number { min: 0, max: 3600 },
        Some("10"),
        SECONDS_TO_START,
    ),
    known(
        "startupRetryCount",
        ValueKind::Number { min: 0, max: 100 },
        Some("10"),
        "how often a start that failed is tried again",
    ),
    RAPID_FAILS_PER_MINUTE,
    REQUEST_TIMEOUT,
    PROCESSES_PER_APPLICATION,
    known(
        "forwardWindowsAuthToken",
        ValueKind::Boolean,
        Some("false"),
        "whether the token of a Windows user is handed to the program, which must close it",
    ),
];

const fn known(
    name: &'static str,
    kind: ValueKind,
    default: Option<&'static str>,
    meaning: &'static str,
) -> KnownAttribute {
    KnownAttribute { name, kind, default, meaning }
}

/// The attributes of a section, in the order they are explained.
pub fn attributes(section: HostKind) -> &'static [KnownAttribute] {
    match section {
        HostKind::AspNetCore => &ASP_NET_CORE,
        HostKind::HttpPlatform => &HTTP_PLATFORM,
    }
}

/// The attribute of this exact name: the schema compares case.
pub fn attribute(section: HostKind, name: &str) -> Option<&'static KnownAttribute> {
    attributes(section).iter().find(|known| known.name == name)
}

/// A handler setting that the module reads: its name, the value that holds without it, and what it
/// does.
const HANDLER_SETTINGS: [(&str, &str, &str); 15] = [
    ("debugFile", r".\aspnetcore-debug.log", "where the module's own log goes"),
    ("debugLevel", "", "what the module's own log holds; it grows without end"),
    (
        "stackSize",
        "0x100000",
        "the stack of the app's main threads in bytes, read as hexadecimal; in-process",
    ),
    ("setCurrentDirectory", "true", "whether the app's folder is the current one; in-process"),
    (
        "callStartupHook",
        "true",
        "whether a page with the exception shows a failed start to developers; in-process",
    ),
    (
        "suppressRecycleOnStartupTimeout",
        "false",
        "whether the worker process stays when the app takes too long to start; in-process",
    ),
    ("handlerVersion", "", "which version of the out-of-process handler is loaded"),
    (
        "experimentalEnableShadowCopy",
        "false",
        "shadow copying as the module of .NET 6 spells it; later ones do not read it",
    ),
    (
        "enableShadowCopy",
        "false",
        "whether the app runs from a copy, so that its files can be replaced; in-process",
    ),
    ("shadowCopyDirectory", "ShadowCopyDirectory", "the folder of the copies, of this app alone"),
    (
        "cleanShadowCopyDirectory",
        "false",
        "whether a folder of copies is emptied before it is used",
    ),
    (
        "disallowRotationOnConfigChange",
        "false",
        "whether a change of web.config leaves the app running",
    ),
    ("shutdownDelay", "1000", "milliseconds between the wish of IIS to stop and the stop"),
    (
        "enableOutOfProcessConsoleRedirection",
        "true",
        "whether what the process prints is captured; out-of-process",
    ),
    (
        "forwardResponseConnectionHeader",
        "false",
        "whether the app's `Connection` header reaches the client; out-of-process",
    ),
];

/// What a handler setting does and the value without it; names ignore case.
pub(crate) fn handler_setting(name: &str) -> Option<(&'static str, &'static str)> {
    let mut known = HANDLER_SETTINGS.iter();
    let (_, default, meaning) = known.find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some((default, meaning))
}

/// What is wrong with a time span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeSpanError {
    /// It has another form.
    #[error("expected hh:mm:ss or d.hh:mm:ss")]
    Form,
    /// There are sixty minutes or more.
    #[error("minutes must be 0–59")]
    Minutes,
    /// There are sixty seconds or more.
    #[error("seconds must be 0–59")]
    Seconds,
    /// There is a day's worth of hours or more beside days.
    #[error("hours beside days must be 0–23")]
    Hours,
}

/// Reads a time span `[d.]hh:mm:ss`.
///
/// Hours above 23 without days are let through: the documentation writes the maximum as
/// `360:00:00`, and no public text says that IIS refuses it.
///
/// # Errors
///
/// [`TimeSpanError`] when it has another form or a part out of range.
pub fn parse_time_span(text: &str) -> Result<Duration, TimeSpanError> {
    // Up to six digits: more cannot be in range, and fewer cannot overflow.
    let number = |text: &str| -> Option<u64> {
        let is_number =
            (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) => (number(days).ok_or(TimeSpanError::Form)?, clock),
        None => (0, text),
    };
    let parts: Vec<_> = clock.split(':').map(number).collect();
    let [Some(hours), Some(minutes), Some(seconds)] = parts[..] else {
        return Err(TimeSpanError::Form);
    };
    if minutes > 59 {
        return Err(TimeSpanError::Minutes);
    }
    if seconds > 59 {
        return Err(TimeSpanError::Seconds);
    }
    if text.contains('.') && hours > 23 {
        return Err(TimeSpanError::Hours);
    }
    Ok(Duration::from_secs(((days * 24 + hours) * 60 + minutes) * 60 + seconds))
}

/// `[d.]hh:mm:ss`, the syntax of time spans in IIS configuration.
pub(crate) fn time_span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    format!("{days}{hours:02}:{:02}:{:02}", seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{LONGEST_REQUEST, parse_time_span, time_span};

    #[test]
    fn time_spans_are_read_as_iis_reads_them() {
        let seconds = |text| parse_time_span(text).ok().map(|span| span.as_secs());
        assert_eq!(seconds("00:02:00"), Some(120));
        assert_eq!(seconds("1.02:01:05"), Some(86_400 + 7_265));
        assert_eq!(seconds("360:00:00"), Some(LONGEST_REQUEST.as_secs()));
        for text in
            ["00:60:00", "1.24:00:00", "00:02", "", "a:b:c", "-1:00:00", "1:2:3:4", " 0:0:1"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_time_span_reads_back(seconds in 0_u64..=1_296_000) {
            let span = Duration::from_secs(seconds);
            prop_assert_eq!(parse_time_span(&time_span(span)), Ok(span));
        }
    }
}
