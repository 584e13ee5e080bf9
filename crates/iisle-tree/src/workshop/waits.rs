use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long was waited for files that somebody held.
///
/// Source: `sync.md` LK-6.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    total: Duration,
    files: BTreeMap<String, Duration>,
}

impl Waits {
    /// Notes that for so long nothing could be done but to wait for all of `files`, as they are shown.
    pub fn note(&mut self, files: impl IntoIterator<Item = String>, time: Duration) {
        self.total += time;
        for file in files {
            *self.files.entry(file).or_default() += time;
        }
    }

    /// Adds what was waited elsewhere, at other times.
    pub fn add(&mut self, other: Self) {
        let Self { total, files } = other;
        self.total += total;
        for (file, time) in files {
            *self.files.entry(file).or_default() += time;
        }
    }

    /// All in all; files that were waited for together count once.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// Every file and how long was waited for it, the longest first.
    pub fn files(&self) -> Vec<(&str, Duration)> {
        let mut files: Vec<_> =
            self.files.iter().map(|(file, time)| (file.as_str(), *time)).collect();
        files.sort_by_key(|(_, time)| Reverse(*time));
        files
    }
}

#[cfg(test)]
mod tests {
    use super::Waits;
    use std::time::Duration;

    // LK-6
    #[test]
    fn what_was_waited_for_together_counts_once() {
        let second = Duration::from_secs(1);
        let mut waits = Waits::default();
        waits.note(["a".to_owned(), "b".to_owned()], second);
        waits.note(["b".to_owned()], second);
        let mut other = Waits::default();
        other.note(["c".to_owned()], 5 * second);
        waits.add(other);
        assert_eq!(waits.total(), 7 * second);
        assert_eq!(waits.files(), [("c", 5 * second), ("b", 2 * second), ("a", second)]);
    }
}
