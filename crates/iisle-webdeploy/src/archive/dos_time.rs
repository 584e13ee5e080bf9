use iisle_tree::Ticks;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment as zip stores it: local date and time with a resolution of two seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DosTime {
    date: u16,
    time: u16,
}

/// 1980-01-01, in seconds since 1970.
const FIRST: i64 = 315_532_800;
/// 2107-12-31 23:59:58, in seconds since 1970.
const LAST: i64 = 4_354_819_198;

impl DosTime {
    /// 1980-01-01 00:00:00, the earliest.
    pub const EARLIEST: Self = Self { date: 0x21, time: 0 };

    /// The moment `at` in a place whose clock is `offset_minutes` ahead of UTC.
    ///
    /// Rounded up to an even second, as Web Deploy does when it compares; what lies outside
    /// 1980 to 2107 becomes the nearest moment inside.
    pub fn of(at: Ticks, offset_minutes: i32) -> Self {
        let (seconds, nanoseconds) = at.to_unix();
        let seconds = seconds
            .saturating_add(i64::from(offset_minutes) * 60)
            .saturating_add(i64::from(nanoseconds > 0));
        let seconds = seconds.saturating_add(seconds.rem_euclid(2)).clamp(FIRST, LAST);
        let at = Timestamp::from_second(seconds).expect("the moment was clamped");
        let at = TimeZone::UTC.to_datetime(at);
        let (year, month, day) = (i64::from(at.year()), i64::from(at.month()), at.day());
        let (hour, minute, second) =
            (i64::from(at.hour()), i64::from(at.minute()), i64::from(at.second()));
        let date = ((year - 1980) << 9) | (month << 5) | i64::from(day);
        let time = (hour << 11) | (minute << 5) | (second / 2);
        let word = |number: i64| u16::try_from(number).expect("the moment was clamped");
        Self { date: word(date), time: word(time) }
    }

    /// The moment that zip can store nearest to `at`; between even seconds it stays as it is.
    pub fn clamp(at: Ticks) -> Ticks {
        at.clamp(Ticks::from_unix(FIRST, 0), Ticks::from_unix(LAST, 0))
    }

    /// The moment that a place `offset_minutes` ahead of UTC means by this; `None` for a date
    /// that no calendar has, such as 0.
    pub fn ticks(self, offset_minutes: i32) -> Option<Ticks> {
        let part = |word: u16, shift: u32, bits: u32| {
            i8::try_from(word >> shift & ((1 << bits) - 1)).expect("it has seven bits at most")
        };
        let year = i16::from(part(self.date, 9, 7)) + 1980;
        let (month, day) = (part(self.date, 5, 4), part(self.date, 0, 5));
        let (hour, minute) = (part(self.time, 11, 5), part(self.time, 5, 6));
        // A leap second is none of Windows.
        let second = Some(part(self.time, 0, 5) * 2).filter(|second| *second < 60)?;
        let at = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        Some(Ticks::from_unix(at - i64::from(offset_minutes) * 60, 0))
    }

    /// From the two words of an entry.
    pub fn from_words(date: u16, time: u16) -> Self {
        Self { date, time }
    }

    /// The word that holds the date.
    pub fn date_word(self) -> u16 {
        self.date
    }

    /// The word that holds the time.
    pub fn time_word(self) -> u16 {
        self.time
    }
}

#[cfg(test)]
mod tests {
    use super::DosTime;
    use iisle_tree::Ticks;
    use proptest::prelude::*;

    fn text(time: DosTime) -> String {
        let (d, t) = (time.date_word(), time.time_word());
        format!(
            "{}-{:02}-{:02} {:02}:{:02}:{:02}",
            (d >> 9) + 1980,
            d >> 5 & 15,
            d & 31,
            t >> 11,
            t >> 5 & 63,
            (t & 31) * 2
        )
    }

    #[test]
    fn times_are_rounded_up_to_even_seconds() {
        let at = |nanoseconds| text(DosTime::of(Ticks::from_unix(1_709_164_799, nanoseconds), 0));
        assert_eq!(at(0), "2024-02-29 00:00:00");
        let even = |nanoseconds| text(DosTime::of(Ticks::from_unix(1_709_164_798, nanoseconds), 0));
        assert_eq!(even(0), "2024-02-28 23:59:58");
        assert_eq!(even(100), "2024-02-29 00:00:00");
    }

    #[test]
    fn times_outside_the_range_are_clamped() {
        assert_eq!(DosTime::of(Ticks(0), 0), DosTime::EARLIEST);
        assert_eq!(text(DosTime::of(Ticks(i64::MAX), 0)), "2107-12-31 23:59:58");
        assert_eq!(text(DosTime::of(Ticks(i64::MIN), -60)), "1980-01-01 00:00:00");
        assert_eq!(DosTime::clamp(Ticks(0)), DosTime::EARLIEST.ticks(0).unwrap());
        assert_eq!(text(DosTime::of(DosTime::clamp(Ticks(i64::MAX)), 0)), "2107-12-31 23:59:58");
    }

    #[test]
    fn an_offset_moves_the_clock() {
        let at = Ticks::from_unix(1_709_164_800, 0);
        assert_eq!(text(DosTime::of(at, 120)), "2024-02-29 02:00:00");
        assert_eq!(DosTime::of(at, 120).ticks(120), Some(at));
    }

    #[test]
    fn dates_that_no_calendar_has_are_none() {
        for (date, time) in
            [(0, 0), (0x21 + 30, 31), (0x21, 30), (0x5e, 0), (0x21, 24 << 11), (0x1a1, 0)]
        {
            assert_eq!(DosTime::from_words(date, time).ticks(0), None, "{date:x} {time:x}");
        }
    }

    proptest! {
        #[test]
        fn even_seconds_survive(seconds in super::FIRST / 2..super::LAST / 2) {
            let at = Ticks::from_unix(seconds * 2, 0);
            prop_assert_eq!(DosTime::of(at, 0).ticks(0), Some(at));
        }
    }
}
