//! `crates/BENCHMARKS.md`: a section and a table for each scenario, a row for each run.

use super::bar::Findings;

const HEAD: &str = "\
# Benchmarks

Appended by `cargo xtask bench`: medians of wall time and the greatest memory, peers in the same run.
";

/// Adds a row for `findings` to the text of the document, which may be empty.
///
/// A table whose columns differ from today's is left as it is; a new one follows it.
pub(super) fn append(document: &str, common: &[(&str, &str)], findings: &Findings) -> String {
    let bars = findings.bars.iter().filter(|bar| bar.holds()).count();
    let verdict = format!("{bars} of {} hold", findings.bars.len());
    let mut cells: Vec<(&str, &str)> = common.to_vec();
    cells.extend(findings.columns.iter().map(|(name, value)| (*name, value.as_str())));
    cells.push(("Bars", &verdict));
    let header = line(cells.iter().map(|(name, _)| *name));
    let rule = line(cells.iter().map(|_| "---"));
    let row = line(cells.iter().map(|(_, value)| *value));

    let mut lines: Vec<&str> =
        if document.is_empty() { HEAD.lines().collect() } else { document.lines().collect() };
    let title = format!("## {}", findings.name);
    let Some(start) = lines.iter().position(|line| *line == title) else {
        lines.extend(["", &title, "", findings.about, "", &header, &rule, &row]);
        return lines.join("\n") + "\n";
    };
    let end = lines[start + 1..].iter().position(|line| line.starts_with("## "));
    let mut end = end.map_or(lines.len(), |at| start + 1 + at);
    while lines[end - 1].is_empty() {
        end -= 1;
    }
    let table = lines[start..end].iter().rposition(|line| *line == header).map(|at| start + at);
    // Rows of an older table may stand between today's header and the end.
    let is_last = table.is_some_and(|at| lines[at..end].iter().all(|line| line.starts_with('|')));
    let new = if is_last { vec![row.as_str()] } else { vec!["", &header, &rule, &row] };
    lines.splice(end..end, new);
    lines.join("\n") + "\n"
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::super::bar::Bar;
    use super::*;

    fn findings(name: &'static str, column: &'static str, value: &str) -> Findings {
        Findings {
            name,
            about: "What it is.",
            columns: vec![(column, value.to_owned())],
            bars: vec![Bar { what: String::new(), found: 1.0, limit: 2.0, unit: "" }],
        }
    }

    #[test]
    fn rows_go_to_the_end_of_their_table() {
        let common = [("Date", "2026-11-28")];
        let mut text = append("", &common, &findings("pack", "iisle", "1 s"));
        text = append(&text, &common, &findings("sync", "iisle", "2 s"));
        text = append(&text, &common, &findings("pack", "iisle", "3 s"));
        let expected = format!(
            "{HEAD}\n## pack\n\nWhat it is.\n\n| Date | iisle | Bars |\n| --- | --- | --- |\n\
             | 2026-11-28 | 1 s | 1 of 1 hold |\n| 2026-11-28 | 3 s | 1 of 1 hold |\n\n\
             ## sync\n\nWhat it is.\n\n| Date | iisle | Bars |\n| --- | --- | --- |\n| 2026-11-28 | 2 s | 1 of 1 hold |\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn other_columns_start_another_table() {
        let text = append("", &[], &findings("pack", "old", "1 s"));
        let text = append(&text, &[], &findings("pack", "new", "2 s"));
        assert!(
            text.ends_with(
                "| 1 s | 1 of 1 hold |\n\n| new | Bars |\n| --- | --- |\n| 2 s | 1 of 1 hold |\n"
            ),
            "{text}"
        );
    }
}
