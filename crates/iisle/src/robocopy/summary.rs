use std::fmt::Write;
use std::time::Duration;

use iisle_ops::Ticks;
use iisle_ops::robocopy::{Row, Tally};
use jiff::tz::TimeZone;

use super::header::RULE;
use super::{dates, sizes};

/// Blanks before the number of bytes a second, at least.
const SPEED_INDENT: usize = 11;
/// Columns of both speeds together with those blanks, at least.
const SPEED_WIDTH: usize = 20;

/// What a run has come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum<'a> {
    pub(super) tally: &'a Tally,
    /// From beginning to end.
    pub(super) took: Duration,
    pub(super) ended: Ticks,
    /// Nothing was really copied: there was no speed.
    pub(super) is_list: bool,
    /// `/BYTES`.
    pub(super) in_bytes: bool,
}

/// The rule that ends what happens.
pub(super) fn rule() -> String {
    format!("\n{RULE}\n\n")
}

/// The table, the speed, and when it ended.
pub(super) fn table(sum: &Sum<'_>, zone: &TimeZone) -> String {
    let Sum { tally, took, ended, is_list, in_bytes } = *sum;
    let mut text =
        String::from("               Total    Copied   Skipped  Mismatch    FAILED    Extras\n");
    let mut line = |args: std::fmt::Arguments<'_>| {
        writeln!(text, "{args}").expect("a string takes everything");
    };
    let plain = |number: u64| number.to_string();
    let bytes = if in_bytes { plain } else { sizes::in_summary };
    line(format_args!("    Dirs :{}", row(&tally.directories, plain)));
    line(format_args!("   Files :{}", row(&tally.files, plain)));
    line(format_args!("   Bytes :{}", row(&tally.bytes, bytes)));
    line(format_args!(
        "   Times :{:>10}{:>10}{:20}{:>10}{:>10}",
        hours(took),
        hours(tally.copying),
        "",
        hours(tally.waiting),
        hours(tally.scanning)
    ));
    let microseconds = tally.copying.as_micros();
    if !is_list && tally.bytes.copied > 0 && microseconds > 0 {
        let speed = u128::from(tally.bytes.copied) * 1_000_000 / microseconds;
        let speed = u64::try_from(speed).unwrap_or(u64::MAX);
        // Thousandths of a megabyte a minute.
        let minute = (u128::from(speed) * 60 * 1000 + (1 << 19)) >> 20;
        let whole = sizes::grouped(u64::try_from(minute / 1000).unwrap_or(u64::MAX));
        let minute = format!("{whole}.{:03}", minute % 1000);
        // The second number ends where the first does.
        let speed = sizes::grouped(speed);
        let width = (SPEED_INDENT + speed.len()).max(SPEED_WIDTH);
        line(format_args!("\n\n   Speed :{speed:>width$} Bytes/sec."));
        line(format_args!("   Speed :{minute:>width$} MegaBytes/min."));
    }
    line(format_args!("   Ended : {}\n", dates::long(ended, zone)));
    text
}

fn row(row: &Row, show: fn(u64) -> String) -> String {
    let Row { total, copied, skipped, mismatch, failed, extras } = *row;
    let columns = [total, copied, skipped, mismatch, failed, extras];
    columns.map(|number| format!("{:>10}", show(number))).concat()
}

/// `0:00:49`.
fn hours(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::{Sum, table};
    use iisle_ops::Ticks;
    use iisle_ops::robocopy::{Row, Tally};
    use jiff::tz::TimeZone;
    use std::time::Duration;

    fn tally() -> Tally {
        Tally {
            directories: Row { total: 2, skipped: 2, ..Row::default() },
            files: Row { total: 9, copied: 7, skipped: 1, failed: 1, extras: 1, ..Row::default() },
            bytes: Row {
                total: 5_000_057,
                copied: 5_000_039,
                skipped: 4,
                mismatch: 0,
                failed: 14,
                extras: 5,
            },
            copying: Duration::from_millis(8),
            waiting: Duration::from_secs(1),
            ..Tally::default()
        }
    }

    fn check(tally: &Tally, is_list: bool, in_bytes: bool) -> String {
        let took = Duration::from_millis(1900);
        let ended = Ticks::from_unix(1_791_472_346, 0);
        table(&Sum { tally, took, ended, is_list, in_bytes }, &TimeZone::UTC)
    }

    #[test]
    fn the_table_is_that_of_the_capture() {
        assert_eq!(
            check(&tally(), false, true),
            "               Total    Copied   Skipped  Mismatch    FAILED    Extras
    Dirs :         2         0         2         0         0         0
   Files :         9         7         1         0         1         1
   Bytes :   5000057   5000039         4         0        14         5
   Times :   0:00:01   0:00:00                       0:00:01   0:00:00


   Speed :           625,004,875 Bytes/sec.
   Speed :            35,763.066 MegaBytes/min.
   Ended : Thursday, October 8, 2026 3:12:26 PM

"
        );
    }

    #[test]
    fn both_speeds_end_in_one_column_whatever_they_are() {
        for (copied, speeds) in [
            (
                143_342,
                "   Speed :             143,342 Bytes/sec.\n   Speed :               8.202 MegaBytes/min.\n",
            ),
            (
                5_932_258,
                "   Speed :           5,932,258 Bytes/sec.\n   Speed :             339.447 MegaBytes/min.\n",
            ),
            (
                58_546_311,
                "   Speed :           58,546,311 Bytes/sec.\n   Speed :            3,350.047 MegaBytes/min.\n",
            ),
        ] {
            let tally = Tally {
                bytes: Row { copied, ..Row::default() },
                copying: Duration::from_secs(1),
                ..Tally::default()
            };
            let text = check(&tally, false, true);
            assert!(text.contains(speeds), "{text}");
        }
    }

    #[test]
    fn without_bytes_copied_there_is_no_speed() {
        let text = check(&tally(), true, false);
        assert!(
            text.contains(
                "   Bytes :    4.76 m    4.76 m         4         0        14         5\n"
            )
        );
        assert!(text.contains("0:00:00\n   Ended : "), "{text}");
        assert!(!text.contains("Speed"));
        let idle = Tally { bytes: Row::default(), ..tally() };
        assert!(!check(&idle, false, false).contains("Speed"));
    }
}
