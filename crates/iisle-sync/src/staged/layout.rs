use std::cmp::Ordering;

use iisle_path::RelPath;
use iisle_tree::workshop::Spot;

use crate::step::Step;

/// Where the new files of a deployment lie until they are swapped in.
///
/// What goes into a folder that is not there yet is written as that folder, which gets its place by
/// one rename; a destination that is not there at all is written as a whole. Every other file lies
/// alone, under the number of its step.
#[derive(Debug, Clone)]
pub(super) struct Layout<'a> {
    steps: &'a [Step],
    /// Whether the destination is missing.
    whole: bool,
    /// The topmost new folders and the numbers of their steps, ordered by [`compare`].
    tops: Vec<(&'a RelPath, usize)>,
}

/// Which part of a deployment a step is swapped in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// With the destination itself.
    Whole,
    /// It is the step of a new folder, and brings what is below.
    Top,
    /// With the new folder that it lies in.
    Inside,
    /// Alone.
    Alone,
}

impl<'a> Layout<'a> {
    pub(super) fn new(steps: &'a [Step], whole: bool) -> Self {
        let mut made: Vec<(&RelPath, usize)> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            if let Step::CreateDirectory { path } = step {
                made.push((path, number));
            }
        }
        made.sort_by(|a, b| compare(a.0.as_str(), b.0.as_str()));
        // In this order everything below a folder follows it.
        let mut tops: Vec<(&RelPath, usize)> = Vec::new();
        for (path, number) in made {
            if tops.last().is_none_or(|(top, _)| !path.is_below(top)) {
                tops.push((path, number));
            }
        }
        Self { steps, whole, tops }
    }

    /// Whether the destination is brought as a whole.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The new folder that `path` is, or lies in.
    fn top(&self, path: &RelPath) -> Option<(&'a RelPath, usize)> {
        let after = self
            .tops
            .partition_point(|(top, _)| compare(top.as_str(), path.as_str()) != Ordering::Greater);
        let (top, number) = *self.tops.get(after.checked_sub(1)?)?;
        (path == top || path.is_below(top)).then_some((top, number))
    }

    pub(super) fn part(&self, number: usize) -> Part {
        let step = &self.steps[number];
        let above = self.top(step.path());
        match step {
            Step::Create { path: _, source: _, stamp: _ } | Step::CreateDirectory { path: _ }
                if self.whole =>
            {
                Part::Whole
            }
            Step::MarkDirectory { path: _, marks: _, old: _ } if self.whole && above.is_some() => {
                Part::Whole
            }
            Step::Create { path: _, source: _, stamp: _ }
            | Step::CreateDirectory { path: _ }
            | Step::MarkDirectory { path: _, marks: _, old: _ } => match above {
                Some((_, top)) if top == number => Part::Top,
                Some(_) => Part::Inside,
                None => Part::Alone,
            },
            Step::RenameCase { from: _, path: _, old: _ }
            | Step::Replace { path: _, source: _, stamp: _, old: _ }
            | Step::Touch { path: _, stamp: _, old: _ }
            | Step::Delete { path: _, old: _ }
            | Step::DeleteDirectory { path: _ } => Part::Alone,
        }
    }

    /// Where the new file or folder of the step number `number` is written.
    pub(super) fn staged(&self, number: usize) -> Spot {
        let path = self.steps[number].path();
        let text = match self.part(number) {
            Part::Whole => format!("stage/site/{path}"),
            Part::Inside => {
                let (top, place) = self.top(path).expect("it lies in a new folder");
                format!("stage/{place}{}", &path.as_str()[top.as_str().len()..])
            }
            Part::Top | Part::Alone => format!("stage/{number}"),
        };
        Spot::Work(RelPath::parse(&text).expect("a number and the rest of a path are a path"))
    }
}

/// What lies under `name` in the work folder.
pub(super) fn work(name: &str) -> Spot {
    Spot::Work(RelPath::parse(name).expect("it is a name"))
}

/// Where the destination is written when it is missing.
pub(super) fn whole() -> RelPath {
    RelPath::parse("stage/site").expect("both are names")
}

/// Where the old file of the step number `number` is kept.
pub(super) fn backup(number: usize) -> Spot {
    numbered("backup", number)
}

/// Where a file in use is moved to so that its name is free.
pub(super) fn aside(number: usize) -> Spot {
    numbered("aside", number)
}

fn numbered(folder: &str, number: usize) -> Spot {
    Spot::Work(RelPath::parse(&format!("{folder}/{number}")).expect("both are names"))
}

/// The order of folders in which everything below one follows it at once.
fn compare(a: &str, b: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { byte };
    a.bytes().map(key).cmp(b.bytes().map(key))
}

#[cfg(test)]
mod tests {
    use super::{Layout, Part};
    use crate::step::Step;
    use iisle_path::RelPath;
    use iisle_tree::Stamp;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn steps() -> Vec<Step> {
        let file = |text: &str| Step::Create {
            path: path(text),
            source: path(text),
            stamp: Stamp::default(),
        };
        let folder = |text: &str| Step::CreateDirectory { path: path(text) };
        let files = ["a-b/x", "a/b/y", "a/x", "a.txt", "ab", "old/z"].map(file);
        [folder("a"), folder("a-b"), folder("a/b")].into_iter().chain(files).collect()
    }

    #[test]
    fn what_goes_into_a_new_folder_lies_in_it() {
        let steps = steps();
        let layout = Layout::new(&steps, false);
        let places: Vec<_> = (0..steps.len())
            .map(|number| format!("{:?} {}", layout.part(number), layout.staged(number)))
            .collect();
        insta::assert_snapshot!(places.join("\n").replace(" (work folder)", ""), @r"
        Top stage/0
        Top stage/1
        Inside stage/0/b
        Inside stage/1/x
        Inside stage/0/b/y
        Inside stage/0/x
        Alone stage/6
        Alone stage/7
        Alone stage/8
        ");
    }

    #[test]
    fn a_missing_destination_is_brought_as_a_whole() {
        let steps = steps();
        let layout = Layout::new(&steps, true);
        assert!((0..steps.len()).all(|number| layout.part(number) == Part::Whole));
        assert_eq!(layout.staged(4).to_string(), "stage/site/a/b/y (work folder)");
    }
}
