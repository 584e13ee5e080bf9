use iisle_ops::{Bandwidth, Hours};

/// How a rate is typed.
pub(super) const RATE: &str = "RATE[,HH:MM-HH:MM=RATE]";

/// A rate, and those of parts of the day.
///
/// Source: `sync.md` §2.5.
pub(crate) fn bandwidth(text: &str) -> Result<Bandwidth, String> {
    let limit = |text: &str| rate(text).map(|rate| Some(rate).filter(|rate| *rate > 0));
    let mut parts = text.split(',');
    let usual = limit(parts.next().unwrap_or_default())?;
    let hours = parts.map(|part| {
        let wrong = || format!("`{part}` is no part of a day with its rate, as 08:00-18:00=2M is");
        let (span, rate) = part.split_once('=').ok_or_else(wrong)?;
        let (from, until) = span.split_once('-').ok_or_else(wrong)?;
        let (from, until) = (minute(from).ok_or_else(wrong)?, minute(until).ok_or_else(wrong)?);
        if from == until || from == DAY {
            return Err(format!("`{span}` is no part of a day"));
        }
        Ok(Hours { from, until, rate: limit(rate)? })
    });
    Ok(Bandwidth { usual, hours: hours.collect::<Result<_, _>>()? })
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// The minute that `HH:MM` means; `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let at = hour * 60 + minute;
    (minute < 60 && at <= DAY).then_some(at)
}

/// Bytes a second: a number with decimals and a unit, KiB when it has none.
///
/// Source: the manual of rsync, `--bwlimit`.
fn rate(text: &str) -> Result<u64, String> {
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "b" => 1,
        "" | "k" | "kib" => 1 << 10,
        "kb" => 1000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        _ => return Err(format!("`{unit}` is no unit: K, M, G, KB, MB, GB or B")),
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let too_much = || format!("`{text}` is too much");
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 9 {
        return Err(format!("`{text}` is no rate"));
    }
    let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(factor));
    let scale = 10_u64.pow(u32::try_from(decimals.len()).unwrap_or(9));
    let part: u64 = decimals.parse().map_err(|_| too_much())?;
    let part = u128::from(part) * u128::from(factor) / u128::from(scale);
    let part = u64::try_from(part).map_err(|_| too_much())?;
    whole.and_then(|whole| whole.checked_add(part)).ok_or_else(too_much)
}

#[cfg(test)]
mod tests {
    use super::{bandwidth, rate};
    use iisle_ops::{Bandwidth, Hours};

    #[test]
    fn rates_are_those_of_rsync() {
        for (text, bytes) in [
            ("0", 0),
            ("100", 102_400),
            ("1.5m", 1_572_864),
            ("2MB", 2_000_000),
            ("7b", 7),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(rate(text), Ok(bytes), "{text}");
        }
        for text in
            ["", "x", "-1", "1.", ".5", "1 M", "1MM", "99999999999999999999", "99999999999G"]
        {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hours_have_rates_of_their_own() {
        let hours = |from, until, rate| Hours { from, until, rate };
        let read = |text: &str| bandwidth(text);
        assert_eq!(read("1K"), Ok(Bandwidth { usual: Some(1024), hours: Vec::new() }));
        assert_eq!(
            read("0,08:00-18:30=2M,22:00-01:00=7b"),
            Ok(Bandwidth {
                usual: None,
                hours: vec![hours(480, 1110, Some(2 << 20)), hours(1320, 60, Some(7))],
            })
        );
        assert_eq!(read("1,00:00-24:00=0").unwrap().hours, [hours(0, 1440, None)]);
        for text in [
            "1,",
            ",08:00-09:00=1",
            "1,08:00-09:00",
            "1,08:00=1",
            "1,8:00-09:00=1",
            "1,08:60-09:00=1",
            "1,24:00-01:00=1",
            "1,00:00-24:01=1",
            "1,08:00-08:00=1",
            "1,08:00-09:00=x",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
