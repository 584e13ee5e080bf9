use std::borrow::Cow;
use std::fmt::Write as _;

use iisle_path::RelPath;
use iisle_tree::folder::Attributes;
use iisle_tree::{Stamp, Ticks, Visibility};
use serde_json::{Value, json};

use super::StagedError;
use super::layout::Layout;
use crate::step::Step;

/// A plan as it is kept while it is executed. What it was made from may be gone by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Tells this deployment from every other.
    pub(super) id: String,
    /// Whose files these are.
    pub(super) stream: String,
    /// Whether the destination is missing before it.
    pub(super) whole: bool,
    /// Whether there is a manifest of the stream before it.
    pub(super) had_manifest: bool,
    /// The steps, in the order of work; their numbers name staged files and backups.
    pub(super) steps: Cow<'a, [Step]>,
}

/// The version of the form.
const SCHEMA: u64 = 1;

impl Record<'_> {
    /// Where the new files lie.
    pub(super) fn layout(&self) -> Layout<'_> {
        Layout::new(&self.steps, self.whole)
    }

    /// As JSON: one line for each step.
    pub(super) fn write(&self) -> String {
        let [id, stream] = [&self.id, &self.stream].map(|text| Value::from(text.as_str()));
        let (whole, had) = (self.whole, self.had_manifest);
        let mut text = format!(
            "{{\"schema\":{SCHEMA},\"id\":{id},\"stream\":{stream},\"whole\":{whole},\"had_manifest\":{had},\"ops\":[\n"
        );
        for (number, step) in self.steps.iter().enumerate() {
            let comma = if number + 1 < self.steps.len() { "," } else { "" };
            writeln!(text, "{}{comma}", op(step)).expect("a string takes everything");
        }
        text += "]}\n";
        text
    }

    pub(super) fn read(text: &[u8]) -> Result<Record<'static>, StagedError> {
        let value: Value =
            serde_json::from_slice(text).map_err(|error| StagedError::Plan(error.to_string()))?;
        match value["schema"].as_u64() {
            Some(SCHEMA) => {}
            Some(found) => return Err(StagedError::PlanForm { found, known: SCHEMA }),
            None => return Err(StagedError::Plan("it does not say its form".into())),
        }
        let bad = |what: &Value| StagedError::Plan(format!("`{what}` is no step"));
        let word =
            |key: &str| value[key].as_str().map(str::to_owned).ok_or_else(|| bad(&value[key]));
        let flag = |key: &str| value[key].as_bool().ok_or_else(|| bad(&value[key]));
        let ops = value["ops"].as_array().ok_or_else(|| bad(&value["ops"]))?;
        let steps: Result<Vec<_>, _> =
            ops.iter().map(|op| step(op).ok_or_else(|| bad(op))).collect();
        Ok(Record {
            id: word("id")?,
            stream: word("stream")?,
            whole: flag("whole")?,
            had_manifest: flag("had_manifest")?,
            steps: Cow::Owned(steps?),
        })
    }
}

fn op(step: &Step) -> Value {
    let (op, path) = (step.word(), step.path().as_str());
    let facts = |stamp: &Stamp| {
        let Stamp { size, modified, read_only, visibility } = stamp;
        json!([size, modified.0, read_only, visibility.map(Visibility::bits)])
    };
    match step {
        Step::CreateDirectory { path: _ } | Step::DeleteDirectory { path: _ } => {
            json!({ "op": op, "path": path })
        }
        Step::RenameCase { from, path: _, old } => {
            json!({ "op": op, "path": path, "from": from.as_str(), "old": facts(old) })
        }
        Step::Create { path: _, source, stamp } => {
            json!({ "op": op, "path": path, "source": source.as_str(), "new": facts(stamp) })
        }
        Step::Replace { path: _, source, stamp, old } => {
            json!({ "op": op, "path": path, "source": source.as_str(), "new": facts(stamp), "old": facts(old) })
        }
        Step::Touch { path: _, stamp, old } => {
            json!({ "op": op, "path": path, "new": facts(stamp), "old": facts(old) })
        }
        Step::MarkDirectory { path: _, marks, old } => {
            json!({ "op": op, "path": path, "new": marks.bits(), "old": old.bits() })
        }
        Step::Delete { path: _, old } => json!({ "op": op, "path": path, "old": facts(old) }),
    }
}

fn step(op: &Value) -> Option<Step> {
    let place = |key: &str| RelPath::parse(op[key].as_str()?).ok();
    let facts = |key: &str| {
        let [size, modified, read_only, rest @ ..] = op[key].as_array()?.as_slice() else {
            return None;
        };
        // Plans of earlier versions say nothing of it.
        let visibility = rest.first().and_then(Value::as_u64).and_then(|it| it.try_into().ok());
        Some(Stamp {
            size: size.as_u64()?,
            modified: Ticks(modified.as_i64()?),
            read_only: read_only.as_bool()?,
            visibility: visibility.map(Visibility::of_bits),
        })
    };
    let marks = |key: &str| Some(Attributes::from_bits(op[key].as_u64()?.try_into().ok()?));
    let path = place("path")?;
    Some(match op["op"].as_str()? {
        "mkdir" => Step::CreateDirectory { path },
        "rmdir" => Step::DeleteDirectory { path },
        "rename-case" => Step::RenameCase { from: place("from")?, path, old: facts("old")? },
        "add" => Step::Create { path, source: place("source")?, stamp: facts("new")? },
        "replace" => Step::Replace {
            path,
            source: place("source")?,
            stamp: facts("new")?,
            old: facts("old")?,
        },
        "touch" => Step::Touch { path, stamp: facts("new")?, old: facts("old")? },
        "attrib" => Step::MarkDirectory { path, marks: marks("new")?, old: marks("old")? },
        "delete" => Step::Delete { path, old: facts("old")? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::step::Step;
    use iisle_path::RelPath;
    use iisle_tree::folder::Attributes;
    use iisle_tree::{Stamp, Ticks, Visibility};

    #[test]
    fn every_step_is_read_as_it_was_written() {
        let path = |text: &str| RelPath::parse(text).unwrap();
        let hidden = Visibility { hidden: true, system: false };
        let stamp = |n: i64| Stamp {
            size: 7,
            modified: Ticks(n),
            read_only: n == 2,
            visibility: (n == 2).then_some(hidden),
        };
        let (old, new) = (stamp(1), stamp(2));
        let steps = vec![
            Step::CreateDirectory { path: path("a") },
            Step::RenameCase { from: path("X"), path: path("x"), old },
            Step::Create { path: path("a/\"q\""), source: path("A/q"), stamp: new },
            Step::Replace { path: path("é"), source: path("é"), stamp: new, old },
            Step::Touch { path: path("t"), stamp: new, old },
            Step::MarkDirectory {
                path: path("m"),
                marks: Attributes::READ_ONLY,
                old: Attributes::MARKS,
            },
            Step::Delete { path: path("d"), old },
            Step::DeleteDirectory { path: path("e") },
        ];
        let record = Record {
            id: "7".into(),
            stream: "main".into(),
            whole: false,
            had_manifest: true,
            steps: steps.into(),
        };
        let text = record.write();
        assert_eq!(text.lines().count(), 10);
        assert_eq!(Record::read(text.as_bytes()).unwrap(), record);
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        let empty = Record {
            id: "7".into(),
            stream: "main".into(),
            whole: false,
            had_manifest: false,
            steps: Vec::new().into(),
        };
        let good = empty.write();
        let head = good.split("\"ops\"").next().unwrap();
        for text in [
            &good[..good.len() - 3],
            "{}",
            "{\"schema\":2,\"id\":\"7\",\"ops\":[]}",
            &format!("{head}\"ops\":[{{\"op\":\"add\",\"path\":\"../x\"}}]}}"),
            &format!("{head}\"ops\":[{{\"op\":\"burn\",\"path\":\"x\"}}]}}"),
        ] {
            assert!(Record::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
