//! Joining what two sides changed of one text.

use std::ops::Range;

/// Pairs of lines that are compared, at most; more are no settings.
const LIMIT: usize = 4_000_000;

/// What `base` is with the changes that led to `ours` and those that led to `theirs`; `None` when both
/// changed the same lines in different ways. Blanks at the ends of lines, and how they end, make no
/// difference; where nothing differs, the lines are ours.
pub(crate) fn merge(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(lines);
    let (in_ours, in_theirs) = (same(&base, &ours)?, same(&base, &theirs)?);
    let mut merged = String::new();
    let (mut at, mut our, mut their) = (0, 0, 0);
    while at < base.len() || our < ours.len() || their < theirs.len() {
        if at < base.len() && in_ours[at] == Some(our) && in_theirs[at] == Some(their) {
            merged.push_str(ours[our]);
            (at, our, their) = (at + 1, our + 1, their + 1);
            continue;
        }
        let next = (at..base.len()).find_map(|line| Some((line, in_ours[line]?, in_theirs[line]?)));
        let (end, our_end, their_end) = next.unwrap_or((base.len(), ours.len(), theirs.len()));
        let [was, mine, yours] = [&base[at..end], &ours[our..our_end], &theirs[their..their_end]];
        let taken = if equal(was, mine) {
            yours
        } else if equal(was, yours) || equal(mine, yours) {
            mine
        } else {
            return None;
        };
        merged.extend(taken.iter().copied());
        (at, our, their) = (end, our_end, their_end);
    }
    Some(merged)
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn equal(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.trim_end() == b.trim_end())
}

/// For every line of `base` the line of `other` that it became, as many as can be, in order. `None`
/// when there are too many.
fn same(base: &[&str], other: &[&str]) -> Option<Vec<Option<usize>>> {
    let is_same = |a: usize, b: usize| base[a].trim_end() == other[b].trim_end();
    let most = base.len().min(other.len());
    let start = (0..most).take_while(|line| is_same(*line, *line)).count();
    let end = (0..most - start)
        .take_while(|back| is_same(base.len() - 1 - back, other.len() - 1 - back))
        .count();
    let mut found = vec![None; base.len()];
    for (line, found) in found.iter_mut().enumerate().take(start) {
        *found = Some(line);
    }
    for back in 0..end {
        found[base.len() - 1 - back] = Some(other.len() - 1 - back);
    }
    let (left, right) = (start..base.len() - end, start..other.len() - end);
    common(left, right, &is_same, &mut found)?;
    Some(found)
}

/// Notes the longest common part of two ranges of lines.
fn common(
    left: Range<usize>,
    right: Range<usize>,
    is_same: &dyn Fn(usize, usize) -> bool,
    found: &mut [Option<usize>],
) -> Option<()> {
    let (rows, columns) = (left.len() + 1, right.len() + 1);
    if rows.checked_mul(columns).is_none_or(|cells| cells > LIMIT) {
        return None;
    }
    // How many lines are common from here on.
    let mut length = vec![0_u32; rows * columns];
    let cell = |row: usize, column: usize| row * columns + column;
    for row in (0..left.len()).rev() {
        for column in (0..right.len()).rev() {
            length[cell(row, column)] = if is_same(left.start + row, right.start + column) {
                length[cell(row + 1, column + 1)] + 1
            } else {
                length[cell(row + 1, column)].max(length[cell(row, column + 1)])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < left.len() && column < right.len() {
        if is_same(left.start + row, right.start + column) {
            found[left.start + row] = Some(right.start + column);
            (row, column) = (row + 1, column + 1);
        } else if length[cell(row + 1, column)] >= length[cell(row, column + 1)] {
            row += 1;
        } else {
            column += 1;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::merge;
    use proptest::prelude::*;

    /// Letters are lines.
    fn check(base: &str, ours: &str, theirs: &str) -> Option<String> {
        let lines = |text: &str| text.chars().flat_map(|line| [line, '\n']).collect::<String>();
        let merged = merge(&lines(base), &lines(ours), &lines(theirs))?;
        Some(merged.replace('\n', ""))
    }

    #[test]
    fn changes_in_different_places_are_joined() {
        for (base, ours, theirs, merged) in [
            ("abcde", "aXcde", "abcdY", Some("aXcdY")),
            ("abcde", "abcde", "acde", Some("acde")),
            ("abcde", "abXcde", "abcd", Some("abXcd")),
            ("abc", "Xabc", "abcY", Some("XabcY")),
            ("abc", "aXc", "aXc", Some("aXc")),
            ("abc", "aXc", "aYc", None),
            ("abc", "ac", "aYc", None),
            ("", "X", "X", Some("X")),
            ("", "X", "Y", None),
            ("ab", "", "ab", Some("")),
        ] {
            assert_eq!(check(base, ours, theirs).as_deref(), merged, "{base} {ours} {theirs}");
        }
    }

    #[test]
    fn ends_of_lines_are_no_changes() {
        assert_eq!(merge("a\nx\nb\n", "A\r\nx\r\nb\r\n", "a\nx\nB\n").unwrap(), "A\r\nx\r\nB\n");
    }

    proptest! {
        #[test]
        fn a_side_that_changed_nothing_gives_way(base in "[a-d]{0,9}", changed in "[a-d]{0,9}") {
            prop_assert_eq!(check(&base, &base, &changed), Some(changed.clone()));
            prop_assert_eq!(check(&base, &changed, &base), Some(changed.clone()));
            prop_assert_eq!(check(&base, &changed, &changed), Some(changed));
        }
    }
}
