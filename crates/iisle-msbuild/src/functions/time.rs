//! `System.DateTime`, `DateTimeOffset` and `TimeSpan`, in the invariant culture and in UTC.

use super::number::as_double as double_arg;
use super::{Arg, Failure, Value, World};

const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The last tick of the year 9999.
const LAST: i64 = 3_155_378_975_999_999_999;
/// The ticks of 1970-01-01.
const UNIX: i64 = 621_355_968_000_000_000;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_before(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    fn of(ticks: i64) -> Self {
        let mut left = ticks / DAY;
        let mut year = left / 366 + 1;
        while days_before(year + 1) <= left {
            year += 1;
        }
        left -= days_before(year);
        let mut month = 1;
        while left >= days_in_month(year, month) {
            left -= days_in_month(year, month);
            month += 1;
        }
        Self { year, month, day: left + 1 }
    }

    fn day_of_year(self) -> i64 {
        (1..self.month).map(|month| days_in_month(self.year, month)).sum::<i64>() + self.day
    }

    fn ticks(self) -> Option<i64> {
        let valid = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day);
        valid.then(|| (days_before(self.year) + self.day_of_year() - 1) * DAY)
    }
}

fn weekday(ticks: i64) -> &'static str {
    // The first day of the year 1 was a Monday.
    WEEKDAYS[usize::try_from(ticks / DAY % 7).unwrap_or_default()]
}

fn moment(ticks: Option<i64>) -> Result<Value, Failure> {
    let ticks = ticks.filter(|ticks| (0..=LAST).contains(ticks));
    ticks.map(Value::Time).ok_or_else(|| Failure::fails("the time lies outside of the calendar"))
}

/// Static members; the clock is that of the request.
pub(super) fn call(world: &World<'_>, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let unsupported = || Failure::Unsupported(format!("`DateTime::{member}`"));
    let ints = || args.iter().map(|arg| arg.as_int().map(i64::from)).collect::<Option<Vec<_>>>();
    match (member, args) {
        ("now" | "utcnow", []) => match world.request.now {
            Some(now) => moment(Some(now.ticks)),
            None => Err(Failure::Unsupported("the clock (`[system.datetime]::now`)".to_owned())),
        },
        ("today", []) => match world.request.now {
            Some(now) => moment(Some(now.ticks / DAY * DAY)),
            None => Err(Failure::Unsupported("the clock (`[system.datetime]::now`)".to_owned())),
        },
        ("minvalue", []) => Ok(Value::Time(0)),
        ("maxvalue", []) => Ok(Value::Time(LAST)),
        ("unixepoch", []) => Ok(Value::Time(UNIX)),
        ("isleapyear", [year]) => {
            let year = year.as_int().map(i64::from).filter(|year| (1..=9999).contains(year));
            year.map(|year| Value::Bool(is_leap(year))).ok_or_else(unsupported)
        }
        ("new", [ticks]) => match ticks.as_text().and_then(|text| text.trim().parse().ok()) {
            Some(ticks) => moment(Some(ticks)),
            None => Err(unsupported()),
        },
        ("new", [_, _, _] | [_, _, _, _, _, _]) => {
            let parts = ints().ok_or_else(unsupported)?;
            let date = Date { year: parts[0], month: parts[1], day: parts[2] };
            let clock = match parts[3..] {
                [hour, minute, second] => clock(hour, minute, second),
                _ => Some(0),
            };
            moment(date.ticks().zip(clock).map(|(date, clock)| date + clock))
        }
        ("parse", [text]) => {
            let text = text.as_text().unwrap_or_default();
            parse(text.trim()).map(Value::Time).ok_or_else(unsupported)
        }
        _ => Err(unsupported()),
    }
}

fn clock(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    valid.then_some(hour * HOUR + minute * MINUTE + second * SECOND)
}

/// `2020-01-31`, `2020/1/31`, each also with `T12:30:00` or ` 12:30`.
fn parse(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let separator = if date.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = date.split(separator).collect();
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 {
        return None;
    }
    let date =
        Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
    let time = match time {
        None => 0,
        Some(time) => {
            let parts: Option<Vec<i64>> = time.split(':').map(|part| part.parse().ok()).collect();
            match parts?[..] {
                [hour, minute] => clock(hour, minute, 0)?,
                [hour, minute, second] => clock(hour, minute, second)?,
                _ => return None,
            }
        }
    };
    Some(date.ticks()? + time)
}

/// Static members of `TimeSpan`.
pub(super) fn span_call(member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let unsupported = || Failure::Unsupported(format!("`TimeSpan::{member}`"));
    let unit = match member {
        "fromdays" => DAY,
        "fromhours" => HOUR,
        "fromminutes" => MINUTE,
        "fromseconds" => SECOND,
        "zero" if args.is_empty() => return Ok(Value::Span(0)),
        _ => return Err(unsupported()),
    };
    let [count] = args else { return Err(unsupported()) };
    let count = double_arg(count).filter(|count| count.abs() < 1e7).ok_or_else(unsupported)?;
    Ok(Value::Span(scaled(count, unit)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "callers keep the count below ten million, and .NET rounds to ticks too"
)]
fn scaled(count: f64, unit: i64) -> i64 {
    (count * unit as f64).round() as i64
}

/// Members of a point in time.
pub(super) fn member(ticks: i64, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let date = Date::of(ticks);
    let int = |value: i64| Ok(Value::Int(i32::try_from(value).unwrap_or(i32::MAX)));
    let unsupported = || Failure::Unsupported(format!("`{member}` of a time"));
    match (member, args) {
        ("year", []) => int(date.year),
        ("month", []) => int(date.month),
        ("day", []) => int(date.day),
        ("dayofyear", []) => int(date.day_of_year()),
        ("dayofweek", []) => Ok(Value::Named(weekday(ticks).to_owned())),
        ("hour", []) => int(ticks / HOUR % 24),
        ("minute", []) => int(ticks / MINUTE % 60),
        ("second", []) => int(ticks / SECOND % 60),
        ("millisecond", []) => int(ticks / 10_000 % 1000),
        ("ticks", []) => Ok(Value::Long(ticks)),
        ("date", []) => Ok(Value::Time(ticks / DAY * DAY)),
        ("timeofday", []) => Ok(Value::Span(ticks % DAY)),
        ("tounixtimeseconds", []) => Ok(Value::Long((ticks - UNIX).div_euclid(SECOND))),
        ("touniversaltime" | "tolocaltime" | "utcdatetime" | "datetime", []) => {
            Ok(Value::Time(ticks))
        }
        ("adddays" | "addhours" | "addminutes" | "addseconds", [count]) => {
            let unit = match member {
                "adddays" => DAY,
                "addhours" => HOUR,
                "addminutes" => MINUTE,
                _ => SECOND,
            };
            let count = double_arg(count).filter(|count| count.abs() < 1e7);
            let count = count.ok_or_else(unsupported)?;
            moment(ticks.checked_add(scaled(count, unit)))
        }
        ("subtract", [Arg::Typed(Value::Time(other))]) => Ok(Value::Span(ticks - other)),
        ("subtract", [Arg::Typed(Value::Span(span))]) => moment(ticks.checked_sub(*span)),
        ("add", [Arg::Typed(Value::Span(span))]) => moment(ticks.checked_add(*span)),
        ("subtract", [Arg::Text(text)]) if parse(text.trim()).is_some() => {
            Ok(Value::Span(ticks - parse(text.trim()).unwrap_or_default()))
        }
        ("tostring", []) => Ok(Value::text(shown(ticks))),
        ("tostring", [format] | [format, _]) => {
            let format = format.as_text().unwrap_or_default();
            let text = formatted(ticks, &format);
            text.map(Value::text)
                .ok_or_else(|| Failure::Unsupported(format!("the time format `{format}`")))
        }
        _ => Err(unsupported()),
    }
}

/// Members of a length of time.
#[expect(clippy::cast_precision_loss, reason = ".NET divides as doubles too")]
pub(super) fn span_member(span: i64, member: &str, args: &[Arg]) -> Result<Value, Failure> {
    let int = |value: i64| Ok(Value::Int(i32::try_from(value).unwrap_or(i32::MAX)));
    let total = |unit: i64| Ok(Value::Double(span as f64 / unit as f64));
    match (member, args) {
        ("days", []) => int(span / DAY),
        ("hours", []) => int(span / HOUR % 24),
        ("minutes", []) => int(span / MINUTE % 60),
        ("seconds", []) => int(span / SECOND % 60),
        ("milliseconds", []) => int(span / 10_000 % 1000),
        ("ticks", []) => Ok(Value::Long(span)),
        ("totaldays", []) => total(DAY),
        ("totalhours", []) => total(HOUR),
        ("totalminutes", []) => total(MINUTE),
        ("totalseconds", []) => total(SECOND),
        ("totalmilliseconds", []) => total(10_000),
        ("tostring", []) => Ok(Value::text(span_shown(span))),
        _ => Err(Failure::Unsupported(format!("`{member}` of a length of time"))),
    }
}

/// `[-][d.]hh:mm:ss[.fffffff]`.
pub(super) fn span_shown(span: i64) -> String {
    let sign = if span < 0 { "-" } else { "" };
    let all = span.unsigned_abs();
    let unit = |unit: i64| unit.unsigned_abs();
    let days = all / unit(DAY);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    let (hours, minutes) = (all / unit(HOUR) % 24, all / unit(MINUTE) % 60);
    let (seconds, rest) = (all / unit(SECOND) % 60, all % unit(SECOND));
    let rest = if rest == 0 { String::new() } else { format!(".{rest:07}") };
    format!("{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{rest}")
}

/// The general format of the invariant culture.
pub(super) fn shown(ticks: i64) -> String {
    formatted(ticks, "MM/dd/yyyy HH:mm:ss").unwrap_or_default()
}

/// A standard or custom format; `None` for what depends on more than the time.
fn formatted(ticks: i64, format: &str) -> Option<String> {
    let custom = match format {
        "" | "G" => "MM/dd/yyyy HH:mm:ss",
        "d" => "MM/dd/yyyy",
        "D" => "dddd, dd MMMM yyyy",
        "t" => "HH:mm",
        "T" => "HH:mm:ss",
        "f" => "dddd, dd MMMM yyyy HH:mm",
        "F" => "dddd, dd MMMM yyyy HH:mm:ss",
        "g" => "MM/dd/yyyy HH:mm",
        "s" => "yyyy-MM-dd'T'HH:mm:ss",
        "u" => "yyyy-MM-dd HH:mm:ss'Z'",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "y" | "Y" => "yyyy MMMM",
        "m" | "M" => "MMMM dd",
        "o" | "O" => return None,
        single if single.chars().count() == 1 => return None,
        other => other,
    };
    let date = Date::of(ticks);
    let mut out = String::new();
    let mut rest = custom;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(c).len();
        let count = run / c.len_utf8();
        match c {
            '\'' | '"' => {
                let (text, tail) = rest[1..].split_once(c)?;
                out.push_str(text);
                rest = tail;
                continue;
            }
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                out.push(escaped);
                rest = &rest[1 + escaped.len_utf8()..];
                continue;
            }
            '%' => {
                rest = &rest[1..];
                continue;
            }
            'y' if count < 3 => out.push_str(&padded(date.year % 100, count)),
            'y' => out.push_str(&padded(date.year, count)),
            'M' => match count {
                1 | 2 => out.push_str(&padded(date.month, count)),
                _ => out.push_str(named(&MONTHS, date.month - 1, count)),
            },
            'd' => match count {
                1 | 2 => out.push_str(&padded(date.day, count)),
                3 => out.push_str(&weekday(ticks)[..3]),
                _ => out.push_str(weekday(ticks)),
            },
            'H' => out.push_str(&padded(ticks / HOUR % 24, count.min(2))),
            'h' => out.push_str(&padded((ticks / HOUR + 11) % 12 + 1, count.min(2))),
            'm' => out.push_str(&padded(ticks / MINUTE % 60, count.min(2))),
            's' => out.push_str(&padded(ticks / SECOND % 60, count.min(2))),
            'f' | 'F' if count <= 7 => {
                let digits = format!("{:07}", ticks % SECOND);
                let digits = &digits[..count];
                let digits = if c == 'F' { digits.trim_end_matches('0') } else { digits };
                out.push_str(digits);
            }
            't' => {
                let half = if ticks / HOUR % 24 < 12 { "AM" } else { "PM" };
                out.push_str(&half[..count.min(2)]);
            }
            // Zones and eras depend on where the engine runs.
            'f' | 'F' | 'z' | 'K' | 'g' => return None,
            other => out.push_str(&other.to_string().repeat(count)),
        }
        rest = &rest[run..];
    }
    Some(out)
}

fn padded(value: i64, width: usize) -> String {
    format!("{value:0>width$}", width = width.min(16))
}

fn named(names: &[&'static str], at: i64, count: usize) -> &'static str {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or_default();
    if count == 3 { &name[..3] } else { name }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-28 08:05:09.25, a Saturday.
    const THEN: i64 = 639_314_499_092_500_000;

    #[test]
    fn formats_are_those_of_the_invariant_culture() {
        for (format, text) in [
            ("", "11/28/2026 08:05:09"),
            ("yyyy", "2026"),
            ("yyyyMMdd.HHmm", "20261128.0805"),
            ("yy.M.d", "26.11.28"),
            ("dddd, d MMM yyyy h:mm tt", "Saturday, 28 Nov 2026 8:05 AM"),
            ("s", "2026-11-28T08:05:09"),
            ("ss.fff", "09.250"),
            ("'yy'\\y%d", "yyy28"),
        ] {
            assert_eq!(formatted(THEN, format).as_deref(), Some(text), "{format}");
        }
        assert_eq!(formatted(THEN, "yyyy zzz"), None);
    }

    #[test]
    fn members_and_differences_follow_the_calendar() {
        let of = |name: &str| member(THEN, name, &[]).unwrap().plain();
        assert_eq!(of("year") + &of("dayofyear") + &of("dayofweek"), "2026332Saturday");
        let start = parse("2026-01-01").unwrap();
        let span = member(THEN, "subtract", &[Arg::Typed(Value::Time(start))]).unwrap();
        assert_eq!(span.plain(), "331.08:05:09.2500000");
        let Value::Span(span) = span else { panic!("a span") };
        assert_eq!(span_member(span, "days", &[]).unwrap().plain(), "331");
        assert_eq!(parse("2026-02-29"), None);
        assert_eq!(parse("2024/2/29 12:30").map(shown).as_deref(), Some("02/29/2024 12:30:00"));
    }

    proptest! {
        #[test]
        fn every_tick_has_a_date_that_leads_back(ticks in 0..=LAST, format in "[a-zA-Z'\\\\%:. ]{0,12}") {
            prop_assert_eq!(Date::of(ticks).ticks(), Some(ticks / DAY * DAY));
            drop(formatted(ticks, &format));
        }
    }
}
