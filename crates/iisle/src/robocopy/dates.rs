use iisle_ops::Ticks;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// An age: days back, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// So many days before now.
    Days(u64),
    /// The midnight that begins that day, local time.
    Day(Date),
}

impl Age {
    /// Below 1900, days; else a date `YYYYMMDD`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u32 = text.parse().ok()?;
        if number < 1900 {
            return Some(Self::Days(number.into()));
        }
        let year = i16::try_from(number / 10_000).ok()?;
        let month = i8::try_from(number / 100 % 100).ok()?;
        let day = i8::try_from(number % 100).ok()?;
        Date::new(year, month, day).ok().map(Self::Day)
    }

    /// The moment it means.
    pub(super) fn moment(self, now: Ticks, zone: &TimeZone) -> Ticks {
        match self {
            Self::Days(days) => {
                let days = i64::try_from(days).unwrap_or(i64::MAX);
                Ticks(now.0.saturating_sub(days.saturating_mul(86_400 * Ticks::SECOND)))
            }
            Self::Day(day) => day
                .to_zoned(zone.clone())
                .map_or(Ticks::UNIX_EPOCH, |midnight| from_timestamp(midnight.timestamp())),
        }
    }
}

impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}"),
            Self::Day(day) => write!(f, "{}", day.strftime("%Y%m%d")),
        }
    }
}

pub(super) fn from_timestamp(at: Timestamp) -> Ticks {
    let nanoseconds = at.as_nanosecond().rem_euclid(1_000_000_000);
    let seconds = at.as_nanosecond().div_euclid(1_000_000_000);
    Ticks::from_unix(i64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0))
}

/// The moment as it is on the wall; what no calendar holds is 1970.
fn on_the_wall(at: Ticks, zone: &TimeZone) -> Zoned {
    let (seconds, nanoseconds) = at.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    let at = Timestamp::new(seconds, nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone())
}

/// `2026/10/08 15:12:22`.
pub(super) fn short(at: Ticks, zone: &TimeZone) -> String {
    on_the_wall(at, zone).strftime("%Y/%m/%d %H:%M:%S").to_string()
}

/// `Thursday, October 8, 2026 3:27:19 PM`.
pub(super) fn long(at: Ticks, zone: &TimeZone) -> String {
    on_the_wall(at, zone).strftime("%A, %B %-d, %Y %-I:%M:%S %p").to_string()
}

/// `15:12`.
pub(super) fn clock(at: Ticks, zone: &TimeZone) -> String {
    on_the_wall(at, zone).strftime("%H:%M").to_string()
}

/// Minutes since midnight.
pub(super) fn minute_of_day(at: Ticks, zone: &TimeZone) -> u16 {
    let time: DateTime = on_the_wall(at, zone).datetime();
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Age, long, minute_of_day, short};
    use iisle_ops::Ticks;
    use jiff::tz::{TimeZone, offset};

    #[test]
    fn small_numbers_are_days_and_large_ones_dates() {
        assert_eq!(Age::parse("1899"), Some(Age::Days(1899)));
        assert_eq!(Age::parse("20210131").unwrap().to_string(), "20210131");
        for text in ["", "x", "1900", "20210231", "2021", "202101011"] {
            assert_eq!(Age::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_the_local_midnight_that_begins_it() {
        let zone = TimeZone::fixed(offset(2));
        let moment = Age::parse("19700102").unwrap().moment(Ticks::UNIX_EPOCH, &zone);
        assert_eq!(moment.to_unix(), (22 * 3600, 0));
        let day = Ticks(86_400 * Ticks::SECOND);
        let now = Ticks(Ticks::UNIX_EPOCH.0 + 3 * day.0);
        assert_eq!(Age::Days(2).moment(now, &zone).to_unix(), (86_400, 0));
    }

    #[test]
    fn moments_are_written_as_on_the_wall() {
        let at = Ticks::from_unix(1_791_472_942, 0);
        let zone = TimeZone::fixed(offset(1));
        assert_eq!(short(at, &zone), "2026/10/08 16:22:22");
        assert_eq!(long(at, &zone), "Thursday, October 8, 2026 4:22:22 PM");
        assert_eq!(minute_of_day(at, &zone), 16 * 60 + 22);
    }
}
