//! The attributes of `<aspNetCore>`.
//!
//! Source: dotnet/aspnetcore, `aspnetcore_schema_v2.xml`.

/// One attribute that the schema knows.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What an attribute may hold.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Boolean,
    Number { min: u64, max: u64 },
    TimeSpan,
}

/// The most that `requestTimeout` may be, in seconds.
pub(super) const LONGEST_REQUEST: u64 = 15 * 24 * 60 * 60;

pub(super) const ATTRIBUTES: [Known; 12] = [
    known("processPath", Kind::Text),
    known("arguments", Kind::Text),
    known("startupTimeLimit", Kind::Number { min: 0, max: 3600 }),
    known("shutdownTimeLimit", Kind::Number { min: 0, max: 600 }),
    known("rapidFailsPerMinute", Kind::Number { min: 0, max: 100 }),
    known("requestTimeout", Kind::TimeSpan),
    known("stdoutLogEnabled", Kind::Boolean),
    known("stdoutLogFile", Kind::Text),
    known("processesPerApplication", Kind::Number { min: 1, max: 100 }),
    known("forwardWindowsAuthToken", Kind::Boolean),
    known("disableStartUpErrorPage", Kind::Boolean),
    known("hostingModel", Kind::Text),
];

const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind }
}

/// The attribute of this exact name: the schema compares case.
pub(super) fn attribute(name: &str) -> Option<&'static Known> {
    ATTRIBUTES.iter().find(|known| known.name == name)
}

/// Seconds of a time span `[d.]hh:mm:ss`, or what is wrong with it.
///
/// Hours above 23 without days are let through: the documentation writes the maximum as
/// `360:00:00`, and no public text says that IIS refuses it.
pub(super) fn seconds(text: &str) -> Result<u64, &'static str> {
    const FORM: &str = "expected hh:mm:ss or d.hh:mm:ss";
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) => (number(days).ok_or(FORM)?, clock),
        None => (0, text),
    };
    let parts: Vec<_> = clock.split(':').map(number).collect();
    let [Some(hours), Some(minutes), Some(seconds)] = parts[..] else {
        return Err(FORM);
    };
    if minutes > 59 {
        return Err("minutes must be 0–59");
    }
    if seconds > 59 {
        return Err("seconds must be 0–59");
    }
    if text.contains('.') && hours > 23 {
        return Err("hours beside days must be 0–23");
    }
    Ok(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

/// Up to six digits: more cannot be in range, and less cannot overflow.
fn number(text: &str) -> Option<u64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
