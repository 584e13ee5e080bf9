use std::borrow::Cow;
use std::fmt::Write;

/// Text that cannot move the cursor, change colors or hide: names of files before a terminal.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| !c.is_control() && !is_bidi(c);
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmless(c) { safe.push(c) } else { safe.extend(c.escape_unicode()) }
    }
    Cow::Owned(safe)
}

/// Controls that reorder what a reader sees.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A size for people: `512 B`, `1.4 KB`, `110.3 MB` (powers of 1024).
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Lines of columns, each as wide as its widest cell; the last column is not padded.
pub(crate) fn table(rows: &[Vec<String>], indent: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (column, cell) in row.iter().enumerate() {
            if column + 1 == row.len() {
                line.push_str(cell);
            } else {
                let pad = widths[column] + 2 - cell.chars().count();
                write!(line, "{cell}{}", " ".repeat(pad)).expect("a string takes everything");
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{count, printable, size, table};

    #[test]
    fn sizes_are_short() {
        let all = [0, 1023, 1024, 1536, 115_700_000, u64::MAX].map(size);
        assert_eq!(all, ["0 B", "1023 B", "1.0 KB", "1.5 KB", "110.3 MB", "16384.0 PB"]);
    }

    #[test]
    fn what_moves_the_cursor_is_escaped() {
        assert_eq!(printable("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(printable("Grüße.日本"), "Grüße.日本");
    }

    #[test]
    fn columns_line_up() {
        let rows = [["a", "bb", "c"], ["aaa", "b", ""]].map(|r| r.map(str::to_owned).to_vec());
        assert_eq!(table(&rows, 2), "  a    bb  c\n  aaa  b\n");
        assert_eq!((count(1, "file"), count(2, "file")), ("1 file".into(), "2 files".into()));
    }
}
