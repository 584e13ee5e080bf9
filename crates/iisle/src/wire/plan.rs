use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use iisle_ops::{
    ApprovedPlan, Bandwidth, Basis, Compare, Digest, Extras, Hours, Marks, Plan, Stamp, Stream,
    SyncSettings, SyncStep as Step, Ticks, Visibility,
};
use iisle_path::RelPath;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Head;
use super::inspect::time;
use super::sync::kept;

/// The form of a plan.
const SCHEMA: u64 = 1;
/// How exact the times of a plan are, in nanoseconds.
const TIME_STEP: u64 = 100;

/// A plan as reports show it: Appendix C of `spec/sync.md`.
pub(super) struct WirePlan<'a> {
    pub(super) plan: &'a Plan,
    pub(super) basis: Option<&'a Basis>,
    /// `dir` or `zip`.
    pub(super) kind: &'static str,
    pub(super) source: &'a Path,
    pub(super) destination: &'a Path,
}

impl WirePlan<'_> {
    /// Its members. Of what the files hold, `hash` tells what was read.
    pub(super) fn members(&self) -> Value {
        let Self { plan, basis, kind, source, destination } = self;
        let none = BTreeMap::new();
        let digests = basis.map_or(&none, |basis| &basis.digests);
        let ops = plan.steps.iter().enumerate().map(|(at, step)| op(at + 1, step, digests));
        let refused: Vec<_> = plan.refused.iter().map(ToString::to_string).collect();
        let mut source = json!({ "kind": kind, "path": source.to_string_lossy() });
        let mut destination =
            json!({ "path": destination.to_string_lossy(), "mtime_ns": TIME_STEP });
        if let Some(basis) = basis {
            source["tree_hash"] = basis.tree_hash.to_string().into();
            destination["case_sensitive"] = basis.is_case_sensitive.into();
            // Numbers of volumes have up to 64 bits, numbers of JSON 53.
            destination["volume"] = json!(basis.volume.map(|volume| format!("{volume:x}")));
        }
        json!({
            "schema": SCHEMA,
            "tool": Head::TOOL,
            "source": source,
            "destination": destination,
            "ops": ops.collect::<Vec<_>>(),
            "kept": kept(&plan.kept),
            "guards": refused,
            "refused": refused,
            "needs_offline": basis.and_then(|basis| basis.goes_offline),
            "bytes_to_stage": plan.bytes_to_write(),
            "space_needed": plan.space_needed(),
        })
    }
}

/// The file that `sync --plan-out` writes: a plan, and what is needed to make it once more.
pub(crate) fn plan_file(approved: &ApprovedPlan, plan: &Plan, basis: Option<&Basis>) -> Value {
    let ApprovedPlan { id, source, destination, stream, settings, steps: _, digests: _ } = approved;
    let mut file = WirePlan { plan, basis, kind: "dir", source, destination }.members();
    file["id"] = id.as_str().into();
    file["stream"] = stream.as_str().into();
    file["settings"] = written(settings);
    file
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

fn op(seq: usize, step: &Step, digests: &BTreeMap<RelPath, Digest>) -> Value {
    let mut op =
        json!({ "seq": seq, "op": step.word(), "path": step.path().as_str(), "size": step.size() });
    let new = |op: &mut Value, stamp: &Stamp| {
        if let (Value::Object(op), Value::Object(facts)) = (op, facts(stamp)) {
            op.extend(facts);
        }
    };
    match step {
        Step::CreateDirectory { path: _ } | Step::DeleteDirectory { path: _ } => {}
        Step::RenameCase { from, path: _, old } => {
            op["from"] = json!(from.as_str());
            op["old"] = facts(old);
        }
        Step::Create { path: _, source: _, stamp } => new(&mut op, stamp),
        Step::Replace { path: _, source: _, stamp, old } | Step::Touch { path: _, stamp, old } => {
            new(&mut op, stamp);
            op["old"] = facts(old);
        }
        Step::MarkDirectory { path: _, marks, old } => {
            op["attributes"] = json!(marks.to_string());
            op["old"] = attributes(*old);
        }
        Step::Delete { path: _, old } => op["old"] = facts(old),
    }
    if let Some((source, _)) = step.content() {
        op["source"] = json!(source.as_str());
        if let Some(digest) = digests.get(source) {
            op["hash"] = json!(digest.to_string());
        }
    }
    op
}

/// The attributes of a folder, by their letters.
fn attributes(marks: Marks) -> Value {
    json!({ "attributes": marks.to_string() })
}

fn facts(stamp: &Stamp) -> Value {
    let Stamp { size, modified, read_only, visibility } = *stamp;
    let mut facts = Map::new();
    facts.insert("size".into(), json!(size));
    facts.insert("mtime".into(), json!(time(modified)));
    if read_only {
        facts.insert("read_only".into(), json!(true));
    }
    if let Some(Visibility { hidden, system }) = visibility {
        facts.insert("hidden".into(), json!(hidden));
        facts.insert("system".into(), json!(system));
    }
    Value::Object(facts)
}

/// Reads what [`plan_file`] wrote.
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
    use super::{approved_plan, plan_file};
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
            tree_hash: Digest::of(b"a list"),
            volume: Some(u64::MAX),
            is_case_sensitive: false,
            goes_offline: None,
            digests: approved.digests.clone(),
        };
        let plan = Plan { steps: approved.steps.clone(), ..Plan::default() };
        plan_file(&approved, &plan, Some(&basis))
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
