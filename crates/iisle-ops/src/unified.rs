//! Differences of two texts, line by line, as `diff -u` and `patch` know them.

use std::fmt::Write;
use std::ops::Range;

/// Lines shown around what differs.
const CONTEXT: usize = 3;

/// More changed lines than this are shown as one block, rather than looking for what they share.
const MOST: usize = 1000;

/// The unified diff of two texts under two names; empty when they are equal.
pub(crate) fn diff(old: (&str, &str), new: (&str, &str)) -> String {
    let old_lines: Vec<&str> = old.1.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.1.split_inclusive('\n').collect();
    let changes = changes(&old_lines, &new_lines);
    let mut out = String::new();
    if !changes.is_empty() {
        writeln!(out, "--- {}\n+++ {}", old.0, new.0).expect("a string takes everything");
    }
    for hunk in changes.chunk_by(|one, next| next.old.start - one.old.end <= 2 * CONTEXT) {
        write_hunk(&mut out, hunk, &old_lines, &new_lines);
    }
    out
}

/// Lines of the old text that gave way to lines of the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

fn write_hunk(out: &mut String, hunk: &[Change], old: &[&str], new: &[&str]) {
    let [first, ..] = hunk else { return };
    let last = hunk.last().unwrap_or(first);
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let span = |range: Range<usize>| match range.len() {
        // A range without lines is told by the line before it.
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        length => format!("{},{length}", range.start + 1),
    };
    let old_span = span(first.old.start - before..last.old.end + after);
    let new_span = span(first.new.start - before..last.new.end + after);
    writeln!(out, "@@ -{old_span} +{new_span} @@").expect("a string takes everything");
    let mut at = first.old.start - before;
    for change in hunk {
        write_lines(out, ' ', &old[at..change.old.start]);
        write_lines(out, '-', &old[change.old.clone()]);
        write_lines(out, '+', &new[change.new.clone()]);
        at = change.old.end;
    }
    write_lines(out, ' ', &old[at..at + after]);
}

fn write_lines(out: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// What differs, in order.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[same..], &new[same..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = &old_rest[..old_rest.len() - tail];
    let new_middle = &new_rest[..new_rest.len() - tail];
    let mut changes: Vec<Change> = Vec::new();
    let mut kept = kept_lines(old_middle, new_middle);
    kept.push((old_middle.len(), new_middle.len()));
    let (mut old_at, mut new_at) = (0, 0);
    for (old_kept, new_kept) in kept {
        if old_at < old_kept || new_at < new_kept {
            changes.push(Change {
                old: same + old_at..same + old_kept,
                new: same + new_at..same + new_kept,
            });
        }
        (old_at, new_at) = (old_kept + 1, new_kept + 1);
    }
    changes
}

/// Pairs of equal lines that a shortest way from the one text to the other keeps.
///
/// Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", section 3.
fn kept_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let most = (old.len() + new.len()).min(MOST);
    // How far one gets on each diagonal, by the number of changes: diagonal `k` is at `k + d`.
    let mut steps: Vec<Vec<usize>> = Vec::new();
    let reach = |steps: &[Vec<usize>], d: usize, k: isize| -> Option<(usize, bool)> {
        let before = steps.get(d.checked_sub(1)?)?;
        let at = |k: isize| {
            let index = k + d.cast_signed() - 1;
            usize::try_from(index).ok().and_then(|index| before.get(index)).copied()
        };
        let (down, right) = (at(k + 1), at(k - 1).map(|x| x + 1));
        // Down takes a line of the new text, right one of the old.
        match (down, right) {
            (Some(down), Some(right)) if right > down => Some((right, false)),
            (Some(down), _) => Some((down, true)),
            (None, right) => right.map(|right| (right, false)),
        }
    };
    for d in 0..=most {
        let mut row = Vec::with_capacity(2 * d + 1);
        for k in -d.cast_signed()..=d.cast_signed() {
            let mut x = reach(&steps, d, k).map_or(0, |(x, _)| x);
            let y = |x: usize| usize::try_from(x.cast_signed() - k).ok();
            while let (Some(a), Some(b)) = (old.get(x), y(x).and_then(|y| new.get(y))) {
                if a != b {
                    break;
                }
                x += 1;
            }
            row.push(x);
            if x >= old.len() && y(x).is_some_and(|y| y >= new.len()) {
                steps.push(row);
                return way_back(&steps, old.len(), new.len(), &reach);
            }
        }
        steps.push(row);
    }
    Vec::new()
}

/// The equal lines on the way that was found, from its end.
fn way_back(
    steps: &[Vec<usize>],
    old_end: usize,
    new_end: usize,
    reach: &impl Fn(&[Vec<usize>], usize, isize) -> Option<(usize, bool)>,
) -> Vec<(usize, usize)> {
    let mut kept = Vec::new();
    let (mut x, mut y) = (old_end, new_end);
    for d in (0..steps.len()).rev() {
        let k = x.cast_signed() - y.cast_signed();
        let start = reach(steps, d, k);
        let from = start.map_or(0, |(from, _)| from);
        while x > from && y > 0 {
            x -= 1;
            y -= 1;
            kept.push((x, y));
        }
        match start {
            Some((_, true)) => y = y.saturating_sub(1),
            Some((_, false)) => x = x.saturating_sub(1),
            None => {}
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::{changes, diff};

    #[test]
    fn what_differs_stands_between_lines_that_do_not() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl";
        let new = "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nl\nm\n";
        assert_eq!(
            diff(("old", old), ("new", new)),
            "\
--- old
+++ new
@@ -1,6 +1,6 @@
 a
 b
-c
+C
 d
 e
 f
@@ -8,5 +8,5 @@
 h
 i
 j
-k
-l
\\ No newline at end of file
+l
+m
"
        );
        assert_eq!(diff(("a", old), ("b", old)), "");
        assert_eq!(diff(("a", ""), ("b", "x\n")), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
    }

    #[test]
    fn the_changes_make_the_new_text_of_the_old_one_and_are_few() {
        // Texts of a few lines over a small alphabet: every kind of overlap.
        let text = |number: usize| -> Vec<&'static str> {
            let digits = std::iter::successors(Some(number), |n| Some(n / 4));
            digits
                .take(5)
                .map(|n| ["a\n", "b\n", "c\n", ""][n % 4])
                .filter(|l| !l.is_empty())
                .collect()
        };
        for a in (0..1024).step_by(7) {
            for b in (0..1024).step_by(11) {
                let (old, new) = (text(a), text(b));
                let mut made = Vec::new();
                let mut at = 0;
                for change in changes(&old, &new) {
                    made.extend_from_slice(&old[at..change.old.start]);
                    made.extend_from_slice(&new[change.new.clone()]);
                    at = change.old.end;
                }
                made.extend_from_slice(&old[at..]);
                assert_eq!(made, new, "{old:?}");
                let count: usize =
                    changes(&old, &new).iter().map(|c| c.old.len() + c.new.len()).sum();
                assert_eq!(
                    count,
                    old.len() + new.len() - 2 * common(&old, &new),
                    "{old:?} {new:?}"
                );
            }
        }
    }

    /// The length of the longest common subsequence.
    fn common(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for a in old {
            let mut diagonal = 0;
            for (j, b) in new.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if a == b { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[new.len()]
    }
}
