use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use iisle_ops::{
    ApprovedPlan, Bandwidth, Basis, Compare, Digest, Extras, Hours, Marks, Plan, Stamp, Stream,
    SyncSettings, SyncStep as Step, Ticks, Visibility,
};
use iisle_path::RelPath;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::Head;
use super::inspect::time;
use super::sync::{WireKept, kept};

/// The form of a plan.
const SCHEMA: u64 = 1;
/// How exact the times of a plan are, in nanoseconds.
const TIME_STEP: u64 = 100;

/// A plan as reports show it: Appendix C of `spec/sync.md`.
#[derive(Serialize)]
pub(super) struct WirePlan<'a> {
    schema: u64,
    tool: &'static str,
    source: WireSource<'a>,
    destination: WireDestination<'a>,
    ops: Vec<WireStep<'a>>,
    kept: Vec<WireKept>,
    guards: Vec<String>,
    refused: Vec<String>,
    /// Absent where there is no telling.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs_offline: Option<bool>,
    bytes_to_stage: u64,
    space_needed: u64,
}

#[derive(Serialize)]
struct WireSource<'a> {
    kind: &'static str,
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree_hash: Option<String>,
}

#[derive(Serialize)]
struct WireDestination<'a> {
    path: Cow<'a, str>,
    /// In hexadecimal digits: these numbers have up to 64 bits, those of JSON 53.
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case_sensitive: Option<bool>,
    mtime_ns: u64,
}

#[derive(Serialize)]
struct WireStep<'a> {
    seq: usize,
    op: &'static str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    /// Of what was read for the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(flatten)]
    new: WireFacts,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<WireFacts>,
}

/// What is known of a file or, of a folder, its attributes by their letters.
#[derive(Default, Serialize)]
struct WireFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtime: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<String>,
}

impl WireFacts {
    fn of(stamp: &Stamp) -> Self {
        let Stamp { size, modified, read_only, visibility } = *stamp;
        Self {
            size: Some(size),
            mtime: Some(time(modified)),
            read_only,
            hidden: visibility.map(|it| it.hidden),
            system: visibility.map(|it| it.system),
            attributes: None,
        }
    }

    fn of_folder(marks: Marks) -> Self {
        Self { attributes: Some(marks.to_string()), ..Self::default() }
    }
}

impl<'a> WireStep<'a> {
    fn of(at: usize, step: &'a Step, digests: &BTreeMap<RelPath, Digest>) -> Self {
        let plain = || WireFacts { size: Some(step.size()), ..WireFacts::default() };
        let (new, old) = match step {
            Step::CreateDirectory { path: _ } | Step::DeleteDirectory { path: _ } => {
                (plain(), None)
            }
            Step::RenameCase { from: _, path: _, old } | Step::Delete { path: _, old } => {
                (plain(), Some(WireFacts::of(old)))
            }
            Step::Create { path: _, source: _, stamp } => (WireFacts::of(stamp), None),
            Step::Replace { path: _, source: _, stamp, old }
            | Step::Touch { path: _, stamp, old } => {
                (WireFacts::of(stamp), Some(WireFacts::of(old)))
            }
            Step::MarkDirectory { path: _, marks, old } => {
                let new = WireFacts { size: Some(0), ..WireFacts::of_folder(*marks) };
                (new, Some(WireFacts::of_folder(*old)))
            }
        };
        let from = match step {
            Step::RenameCase { from, .. } => Some(from.as_str()),
            _ => None,
        };
        let source = step.content().map(|(source, _)| source);
        Self {
            seq: at + 1,
            op: step.word(),
            path: step.path().as_str(),
            from,
            source: source.map(RelPath::as_str),
            hash: source.and_then(|source| digests.get(source)).map(ToString::to_string),
            new,
            old,
        }
    }
}

impl<'a> WirePlan<'a> {
    /// `kind` is what the source is: `dir` or `zip`.
    pub(super) fn of(
        plan: &'a Plan,
        basis: Option<&Basis>,
        (kind, source): (&'static str, &'a Path),
        destination: &'a Path,
    ) -> Self {
        let none = BTreeMap::new();
        let digests = basis.map_or(&none, |basis| &basis.digests);
        let steps = plan.steps.iter().enumerate();
        let refused: Vec<_> = plan.refused.iter().map(ToString::to_string).collect();
        Self {
            schema: SCHEMA,
            tool: Head::TOOL,
            source: WireSource {
                kind,
                path: source.to_string_lossy(),
                tree_hash: plan.tree_hash.map(|hash| hash.to_string()),
            },
            destination: WireDestination {
                path: destination.to_string_lossy(),
                volume: basis.and_then(|basis| basis.volume).map(|volume| format!("{volume:x}")),
                case_sensitive: basis.map(|basis| basis.is_case_sensitive),
                mtime_ns: TIME_STEP,
            },
            ops: steps.map(|(at, step)| WireStep::of(at, step, digests)).collect(),
            kept: kept(&plan.kept),
            guards: refused.clone(),
            refused,
            needs_offline: basis.and_then(|basis| basis.goes_offline),
            bytes_to_stage: plan.bytes_to_write(),
            space_needed: plan.space_needed(),
        }
    }
}

/// The file that `sync --plan-out` writes: a plan, and what is needed to make it once more.
#[derive(Serialize)]
pub(crate) struct PlanFile<'a> {
    #[serde(flatten)]
    plan: WirePlan<'a>,
    id: &'a str,
    stream: &'a str,
    settings: Value,
}

impl<'a> PlanFile<'a> {
    pub(crate) fn of(approved: &'a ApprovedPlan, plan: &'a Plan, basis: Option<&Basis>) -> Self {
        let ApprovedPlan { id, source, destination, stream, settings, steps: _, digests: _ } =
            approved;
        Self {
            plan: WirePlan::of(plan, basis, ("dir", source), destination),
            id,
            stream: stream.as_str(),
            settings: written(settings),
        }
    }
}

fn written(settings: &SyncSettings) -> Value {
    let SyncSettings {
        extras,
        compare,
        protect,
        unprotect,
        include,
        exclude,
        max_delete,
        threads,
        bandwidth,
        bound: _,
    } = settings;
    let Bandwidth { usual, hours } = bandwidth;
    let hours: Vec<Value> = hours
        .iter()
        .map(|Hours { from, until, rate }| {
            json!({ "from_minute": from, "until_minute": until, "bytes_per_second": rate })
        })
        .collect();
    json!({
        "extras": extras_word(*extras),
        "compare": compare_word(*compare),
        "protect": protect,
        "unprotect": unprotect,
        "include": include,
        "exclude": exclude,
        "max_delete": max_delete,
        "threads": threads,
        "bytes_per_second": usual,
        "hours": hours,
    })
}

fn extras_word(extras: Extras) -> &'static str {
    match extras {
        Extras::Keep => "keep",
        Extras::Managed => "managed",
        Extras::Delete => "delete",
    }
}

fn compare_word(compare: Compare) -> &'static str {
    match compare {
        Compare::Stamps => "stamps",
        Compare::Contents => "contents",
    }
}

/// Reads a [`PlanFile`].
///
/// # Errors
/// What is wrong with it.
pub(crate) fn approved_plan(bytes: &[u8]) -> Result<ApprovedPlan, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match &value["schema"] {
        Value::Null => {
            return Err("`schema` is missing, which all have that `--plan-out` writes".to_owned());
        }
        form if *form != SCHEMA => {
            return Err(format!("its form is {form}, and {SCHEMA} is known"));
        }
        _ => {}
    }
    if value["guards"].as_array().is_some_and(|guards| !guards.is_empty()) {
        return Err(format!("it was refused when it was made: {}", value["guards"]));
    }
    let text = |value: &Value, name: &str| {
        value.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` is missing"))
    };
    let ops = value["ops"].as_array().ok_or("`ops` is missing")?;
    let mut digests = BTreeMap::new();
    let mut steps = Vec::with_capacity(ops.len());
    for op in ops {
        let (step, digest) = read_op(op).ok_or_else(|| format!("`{op}` is no step"))?;
        digests.extend(digest);
        steps.push(step);
    }
    Ok(ApprovedPlan {
        id: text(&value["id"], "id")?,
        source: PathBuf::from(text(&value["source"]["path"], "source.path")?),
        destination: PathBuf::from(text(&value["destination"]["path"], "destination.path")?),
        stream: match value["stream"].as_str() {
            None => Stream::default(),
            Some(name) => Stream::parse(name).map_err(|error| error.to_string())?,
        },
        settings: read_settings(&value["settings"]).ok_or("`settings` cannot be understood")?,
        steps,
        digests,
    })
}

fn read_settings(value: &Value) -> Option<SyncSettings> {
    let list = |name: &str| -> Option<Vec<String>> {
        value[name].as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let extras = [Extras::Keep, Extras::Managed, Extras::Delete];
    let compare = [Compare::Stamps, Compare::Contents];
    Some(SyncSettings {
        extras: extras.into_iter().find(|extras| value["extras"] == extras_word(*extras))?,
        compare: compare.into_iter().find(|rule| value["compare"] == compare_word(*rule))?,
        protect: list("protect")?,
        unprotect: list("unprotect")?,
        include: list("include")?,
        exclude: list("exclude")?,
        max_delete: value["max_delete"].as_u64(),
        threads: value["threads"]
            .as_u64()
            .and_then(|threads| usize::try_from(threads).ok())
            .and_then(NonZero::new),
        bandwidth: Bandwidth {
            usual: value["bytes_per_second"].as_u64(),
            hours: value["hours"].as_array()?.iter().map(read_hours).collect::<Option<_>>()?,
        },
        bound: None,
    })
}

fn read_hours(value: &Value) -> Option<Hours> {
    let minute = |name: &str| u16::try_from(value[name].as_u64()?).ok();
    let (from, until) = (minute("from_minute")?, minute("until_minute")?);
    Some(Hours { from, until, rate: value["bytes_per_second"].as_u64() })
}

fn read_op(op: &Value) -> Option<(Step, Option<(RelPath, Digest)>)> {
    let place = |name: &str| RelPath::parse(op[name].as_str()?).ok();
    let path = place("path")?;
    let old = || read_facts(&op["old"]);
    let written = || -> Option<(RelPath, Stamp, (RelPath, Digest))> {
        let source = place("source")?;
        let digest = Digest::parse(op["hash"].as_str()?)?;
        Some((source.clone(), read_facts(op)?, (source, digest)))
    };
    Some(match op["op"].as_str()? {
        "mkdir" => (Step::CreateDirectory { path }, None),
        "rmdir" => (Step::DeleteDirectory { path }, None),
        "rename-case" => (Step::RenameCase { from: place("from")?, path, old: old()? }, None),
        "add" => {
            let (source, stamp, digest) = written()?;
            (Step::Create { path, source, stamp }, Some(digest))
        }
        "replace" => {
            let (source, stamp, digest) = written()?;
            (Step::Replace { path, source, stamp, old: old()? }, Some(digest))
        }
        "touch" => (Step::Touch { path, stamp: read_facts(op)?, old: old()? }, None),
        "attrib" => {
            let (marks, old) = (read_marks(op)?, read_marks(&op["old"])?);
            (Step::MarkDirectory { path, marks, old }, None)
        }
        "delete" => (Step::Delete { path, old: old()? }, None),
        _ => return None,
    })
}

fn read_marks(value: &Value) -> Option<Marks> {
    Marks::from_letters(value["attributes"].as_str()?).ok()
}

fn read_facts(value: &Value) -> Option<Stamp> {
    let at: Timestamp = value["mtime"].as_str()?.parse().ok()?;
    let nanoseconds = at.as_nanosecond();
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?;
    let visibility = value["hidden"]
        .as_bool()
        .map(|hidden| Visibility { hidden, system: value["system"].as_bool().unwrap_or(false) });
    Some(Stamp {
        visibility,
        size: value["size"].as_u64()?,
        modified: Ticks::from_unix(seconds, rest),
        read_only: value["read_only"].as_bool().unwrap_or(false),
    })
}

#[cfg(test)]
mod tests {
    use super::{PlanFile, approved_plan};
    use iisle_ops::{
        ApprovedPlan, Bandwidth, Basis, Digest, Extras, Hours, Marks, Plan, Stamp, Stream,
        SyncSettings, SyncStep as Step, Ticks, Visibility,
    };
    use iisle_path::RelPath;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn plan() -> ApprovedPlan {
        let stamp = |ticks, read_only| Stamp {
            size: 7,
            modified: Ticks(ticks),
            read_only,
            visibility: read_only.then_some(Visibility { hidden: true, system: false }),
        };
        let (old, new) = (stamp(133_500_000_000_000_001, true), stamp(-5, false));
        let source = path("a/B.txt");
        let steps = vec![
            Step::CreateDirectory { path: path("a") },
            Step::RenameCase { from: path("x"), path: path("X"), old },
            Step::Create { path: path("a/b.txt"), source: source.clone(), stamp: new },
            Step::Replace { path: path("c"), source: source.clone(), stamp: old, old: new },
            Step::Touch { path: path("d"), stamp: new, old },
            Step::MarkDirectory { path: path("m"), marks: Marks::READ_ONLY, old: Marks::MARKS },
            Step::Delete { path: path("e"), old },
            Step::DeleteDirectory { path: path("f") },
        ];
        let settings = SyncSettings {
            extras: Extras::Delete,
            protect: vec!["/uploads/".into()],
            unprotect: vec!["*.db".into()],
            bandwidth: Bandwidth {
                usual: None,
                hours: vec![Hours { from: 1320, until: 60, rate: Some(1) }],
            },
            max_delete: Some(3),
            ..SyncSettings::default()
        };
        let digests = [(source, Digest::of(b"x"))].into_iter().collect();
        ApprovedPlan {
            id: "id".into(),
            source: "/s".into(),
            destination: "/d".into(),
            stream: Stream::parse("docs").unwrap(),
            settings,
            steps,
            digests,
        }
    }

    fn document() -> Value {
        let approved = plan();
        let basis = Basis {
            volume: Some(u64::MAX),
            is_case_sensitive: false,
            goes_offline: None,
            digests: approved.digests.clone(),
        };
        let tree_hash = Some(Digest::of(b"a list"));
        let plan = Plan { steps: approved.steps.clone(), tree_hash, ..Plan::default() };
        json!(PlanFile::of(&approved, &plan, Some(&basis)))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let document = document();
        assert_eq!(document["ops"][0]["seq"], 1);
        assert!(document["ops"][2]["hash"].as_str().unwrap().starts_with("sha256:"));
        assert_eq!(document["source"]["tree_hash"], Digest::of(b"a list").to_string());
        let place = json!({ "path": "/d", "volume": "ffffffffffffffff", "case_sensitive": false, "mtime_ns": 100 });
        assert_eq!(document["destination"], place);
        let read = approved_plan(document.to_string().as_bytes()).unwrap();
        assert_eq!(read, plan());
    }

    #[test]
    fn what_is_no_plan_is_told() {
        let document = document();
        let broken = |pointer: &str| {
            let mut document = document.clone();
            *document.pointer_mut(pointer).unwrap() = "?".into();
            approved_plan(document.to_string().as_bytes()).unwrap_err()
        };
        for pointer in ["/schema", "/ops", "/ops/1/old", "/ops/2/hash", "/ops/4/mtime", "/settings"]
        {
            assert!(!broken(pointer).is_empty(), "{pointer}");
        }
        assert!(approved_plan(b"{").is_err());
        assert!(approved_plan(b"{}").unwrap_err().contains("`--plan-out`"));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(text in "\\PC{0,80}") {
            drop(approved_plan(text.as_bytes()));
            let inside = format!("{{\"schema\":1,\"ops\":[{text}]}}");
            drop(approved_plan(inside.as_bytes()));
        }
    }
}
