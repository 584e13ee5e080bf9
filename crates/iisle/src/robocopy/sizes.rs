const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// A number with a unit, cut off after so many places.
///
/// Source: public captures in which the summary or a listing tells the exact number too: 29,672
/// bytes are `28.9 k`, 14,836 are `14.4 k`, 13,793 are `13.4 k`; a file of 508.06 MiB is `508.0 m`.
fn scaled(bytes: u64, unit: u64, places: u32, letter: char) -> String {
    let factor = u128::from(10_u32.pow(places));
    let value = u128::from(bytes) * factor / u128::from(unit);
    let (whole, rest) = (value / factor, value % factor);
    format!("{whole}.{rest:0width$} {letter}", width = places as usize)
}

/// The size on the line of a file: `511479`, `50.0 m`.
pub(super) fn on_line(bytes: u64) -> String {
    match bytes {
        0..MIB => bytes.to_string(),
        MIB..GIB => scaled(bytes, MIB, 1, 'm'),
        GIB..TIB => scaled(bytes, GIB, 1, 'g'),
        TIB.. => scaled(bytes, TIB, 1, 't'),
    }
}

/// The size in the summary: `844.3 k`, `51.25 m`, `13.748 g`.
pub(super) fn in_summary(bytes: u64) -> String {
    match bytes {
        0..KIB => bytes.to_string(),
        KIB..MIB => scaled(bytes, KIB, 1, 'k'),
        MIB..GIB => scaled(bytes, MIB, 2, 'm'),
        GIB..TIB => scaled(bytes, GIB, 3, 'g'),
        TIB.. => scaled(bytes, TIB, 3, 't'),
    }
}

/// `625,004,875`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, in_summary, on_line};

    #[test]
    fn sizes_are_shown_as_robocopy_shows_them() {
        for (bytes, line, summary) in [
            (0, "0", "0"),
            (1023, "1023", "1023"),
            (511_479, "511479", "499.4 k"),
            (14_836, "14836", "14.4 k"),
            (29_672, "29672", "28.9 k"),
            (13_793, "13793", "13.4 k"),
            (50 << 20, "50.0 m", "50.00 m"),
            (53_739_520, "51.2 m", "51.25 m"),
            (532_739_523, "508.0 m", "508.06 m"),
            (14_761_802_760, "13.7 g", "13.748 g"),
            (3 << 40, "3.0 t", "3.000 t"),
        ] {
            assert_eq!((on_line(bytes).as_str(), in_summary(bytes).as_str()), (line, summary));
        }
    }

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 625_004_875].map(grouped), ["0", "999", "1,000", "625,004,875"]);
    }
}
