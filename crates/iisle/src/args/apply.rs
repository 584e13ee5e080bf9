use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;

use super::StagedArgs;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle sync publish /srv/shop --delete --plan-out plan.json
  iisle apply plan.json --dry-run
  iisle apply plan.json")]
pub(crate) struct ApplyArgs {
    /// The plan
    #[arg(value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// Show what would be done; change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Files that are written at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZero<usize>>,
    /// Copy no more than so much in a second: KiB, or with a unit as in 1.5M; 0 for no limit
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) bwlimit: Option<u64>,
    #[command(flatten)]
    pub(crate) staged: StagedArgs,
    /// Change file by file, without a second copy and a way back: every file is old or new at every
    /// moment, the target as a whole is not
    #[arg(long, conflicts_with_all = ["offline", "on_locked"])]
    pub(crate) in_place: bool,
}

/// Bytes a second: a number with decimals and a unit, KiB when it has none.
///
/// Source: the manual of rsync, `--bwlimit`.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
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
    use super::rate;

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
}
