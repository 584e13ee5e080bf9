//! `iisle apply`: executes a plan that somebody has looked at, and no other.
//!
//! Source: `sync.md` SD-1.

use std::collections::BTreeMap;
use std::path::PathBuf;

use iisle_path::RelPath;
use iisle_report::Phase;
use iisle_sync::{Guard, Plan, Step, Stream};
use iisle_tree::digest::{Digest, of_files};
use iisle_tree::{LocalTree, host};

use crate::sync::{Engine, SyncMode, SyncReport, SyncRequest, SyncSettings, sync};
use crate::{Context, Failure};

/// More is no plan of ours.
const MAX_PLAN: u64 = 1 << 30;

/// A plan as it was when somebody looked at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovedPlan {
    /// Tells it from every other.
    pub id: String,
    /// The folder to copy from; absolute.
    pub source: PathBuf,
    /// The folder to change; absolute.
    pub destination: PathBuf,
    /// Whose files these are.
    pub stream: Stream,
    /// What it was made by.
    pub settings: SyncSettings,
    /// What is to be done.
    pub steps: Vec<Step>,
    /// What the files of the source hold that are written.
    pub digests: BTreeMap<RelPath, Digest>,
}

/// What to execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyRequest {
    /// The plan.
    pub plan: ApprovedPlan,
    /// How far to go.
    pub mode: SyncMode,
    /// How changes get into the destination.
    pub engine: Engine,
}

/// Notes a plan for later: what a dry run found, and what is in the files that would be written.
///
/// # Errors
/// When such a file cannot be read.
pub fn approve(
    context: &Context<'_>,
    id: String,
    request: &SyncRequest,
    plan: &Plan,
) -> Result<ApprovedPlan, Failure> {
    let full = |path: &PathBuf| crate::robocopy::absolute(path, context.current_dir);
    for path in [&request.source, &request.destination] {
        if full(path).to_str().is_none() {
            let problem = format!("`{}` is no valid Unicode, and a plan is text", path.display());
            return Err(Failure::new(problem).hint("sync without a plan, or rename the folder"));
        }
    }
    let source = full(&request.source);
    let digests = digests(context, &source, &plan.steps)?;
    Ok(ApprovedPlan {
        id,
        source,
        destination: full(&request.destination),
        stream: request.engine.options().stream.clone(),
        settings: request.settings.clone(),
        steps: plan.steps.clone(),
        digests,
    })
}

/// Executes the plan, unless source or destination are no longer what it was made from: the report
/// is then that of a refused sync and names what has changed.
///
/// # Errors
/// As [`sync`].
pub fn apply(context: &Context<'_>, request: &ApplyRequest) -> Result<SyncReport, Failure> {
    let ApplyRequest { plan, mode, engine } = request;
    let ApprovedPlan { id: _, source, destination, stream: _, settings, steps, digests: known } =
        plan;
    let message = || format!("cannot sync `{}` to `{}`", source.display(), destination.display());
    if let Some(foreign) = [source, destination].into_iter().find(|path| !path.is_absolute()) {
        let problem = format!("`{}` is no full path on this machine", foreign.display());
        return Err(Failure::new(problem + ": the plan was made on another one")
            .hint("make the plan where it is executed, with --plan-out")
            .context(message()));
    }
    let found = digests(context, source, steps).map_err(|error| error.context(message()))?;
    let other = known.iter().filter(|(path, digest)| found.get(*path) != Some(*digest));
    let stale = other.map(|(path, _)| Guard::StaleSource(path.clone())).collect();
    let bound = Bound { steps: steps.clone(), stale };
    let request = SyncRequest {
        source: source.clone(),
        destination: destination.clone(),
        settings: SyncSettings { bound: Some(bound), ..settings.clone() },
        mode: *mode,
        engine: engine.clone(),
    };
    sync(context, &request)
}

/// What a sync is bound to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bound {
    /// The steps that may be done: all of them and no other.
    pub steps: Vec<Step>,
    /// What speaks against it already.
    pub stale: Vec<Guard>,
}

impl Bound {
    /// Refuses `plan` when it is not the one that it is bound to.
    pub(crate) fn hold(&self, plan: &mut Plan) {
        plan.refused.extend(self.stale.iter().cloned());
        if plan.steps == self.steps {
            return;
        }
        let wanted = by_path(&self.steps);
        let found = by_path(&plan.steps);
        let paths = wanted.keys().chain(found.keys());
        let mut differing: Vec<_> =
            paths.filter(|path| wanted.get(*path) != found.get(*path)).copied().collect();
        differing.sort_unstable();
        differing.dedup();
        plan.refused.extend(differing.into_iter().map(|path| Guard::StalePlan(path.clone())));
    }
}

fn by_path(steps: &[Step]) -> BTreeMap<&RelPath, Vec<&Step>> {
    let mut paths: BTreeMap<&RelPath, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        paths.entry(step.path()).or_default().push(step);
    }
    paths
}

/// The digests of the files that steps write. One that is gone has none.
fn digests(
    context: &Context<'_>,
    source: &std::path::Path,
    steps: &[Step],
) -> Result<BTreeMap<RelPath, Digest>, Failure> {
    let written = steps.iter().filter_map(Step::content);
    let (files, sizes): (Vec<RelPath>, Vec<u64>) =
        written.map(|(path, stamp)| (path.clone(), stamp.size)).unzip();
    let tree = LocalTree::open(source)?;
    let monitor = context.monitor;
    monitor.begin(Phase::Hash, Some(files.len() as u64), Some(sizes.iter().sum()));
    let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
    let found = of_files(&tree, &files, &progress);
    monitor.end(Phase::Hash);
    let mut digests = BTreeMap::new();
    for (path, digest) in files.into_iter().zip(found) {
        match digest {
            Ok(digest) => drop(digests.insert(path, digest)),
            Err(iisle_tree::TreeError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(digests)
}

/// The bytes of a file that holds a plan.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn read_plan(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    Ok(host::read(path, MAX_PLAN)?)
}

/// Writes a file that holds a plan.
///
/// # Errors
/// When it cannot be written; what stood there stays.
pub fn write_plan(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    Ok(host::write_atomic(path, bytes)?)
}

#[cfg(test)]
mod tests {
    use super::{ApplyRequest, apply, approve};
    use crate::Extras;
    use crate::sync::{Engine, SyncMode, SyncReport, SyncRequest, SyncSettings, sync};
    use crate::testing::in_context;
    use iisle_tree::host;
    use std::path::PathBuf;

    struct Stage(tempfile::TempDir);

    impl Stage {
        fn new() -> Self {
            let stage = Self(tempfile::tempdir().unwrap());
            stage.put("src/new.txt", "new");
            stage.put("src/changed.txt", "changed");
            stage.put("src/same.txt", "same");
            stage.put("dst/changed.txt", "old");
            stage.put("dst/extra.txt", "extra");
            stage
        }

        fn at(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }

        fn put(&self, path: &str, text: &str) {
            let place = self.at(path);
            host::create_dir_all(place.parent().unwrap()).unwrap();
            host::write_atomic(&place, text.as_bytes()).unwrap();
        }

        fn plan(&self) -> ApplyRequest {
            self.plan_with(&[])
        }

        fn plan_with(&self, unprotect: &[&str]) -> ApplyRequest {
            let settings = SyncSettings {
                extras: Extras::Delete,
                max_delete: Some(100),
                unprotect: unprotect.iter().map(|pattern| (*pattern).to_owned()).collect(),
                ..SyncSettings::default()
            };
            let request = SyncRequest {
                source: self.at("src"),
                destination: self.at("dst"),
                settings,
                mode: SyncMode::DryRun,
                engine: Engine::default(),
            };
            in_context(|context| {
                let plan = sync(context, &request).unwrap().plan.unwrap();
                let plan = approve(context, "id".into(), &request, &plan).unwrap();
                ApplyRequest { plan, mode: SyncMode::Execute, engine: Engine::default() }
            })
        }

        fn apply(request: &ApplyRequest) -> SyncReport {
            in_context(|context| apply(context, request)).unwrap()
        }
    }

    // SD-1
    #[test]
    fn a_plan_is_executed_as_it_was_made() {
        let stage = Stage::new();
        let request = stage.plan();
        assert_eq!((request.plan.steps.len(), request.plan.digests.len()), (4, 3));
        let report = Stage::apply(&request);
        assert_eq!(report.outcome.word(), "done");
        assert_eq!(host::read(&stage.at("dst/changed.txt"), 10).unwrap(), b"changed");
        assert!(!host::exists(&stage.at("dst/extra.txt")));
    }

    // SD-24
    #[test]
    fn a_plan_leaves_alone_what_the_site_lists() {
        let stage = Stage::new();
        stage.put("dst/.deployignore", "*.txt\n");
        let request = stage.plan();
        assert_eq!(request.plan.steps.len(), 2, "only what is missing is created");
        assert_eq!(Stage::apply(&request).outcome.word(), "done");
        assert!(host::exists(&stage.at("dst/extra.txt")));
        assert!(host::exists(&stage.at("dst/.deployignore")));
        // Whoever takes it out of what is protected means it.
        let request = stage.plan_with(&["/extra.txt", ".deployignore"]);
        assert_eq!(request.plan.steps.len(), 2);
        assert_eq!(Stage::apply(&request).outcome.word(), "done");
        assert!(!host::exists(&stage.at("dst/extra.txt")));
        assert!(!host::exists(&stage.at("dst/.deployignore")));
    }

    // SD-1
    #[test]
    fn a_plan_is_refused_when_anything_it_is_about_has_changed() {
        for (path, text) in [
            ("src/new.txt", "other"),
            ("src/more.txt", "x"),
            ("dst/new.txt", "there"),
            ("dst/changed.txt", "edited"),
            ("dst/extra.txt", "edited"),
        ] {
            let stage = Stage::new();
            let request = stage.plan();
            stage.put(path, text);
            let report = Stage::apply(&request);
            assert_eq!(report.outcome.word(), "refused", "{path}");
            let name = path.rsplit('/').next().unwrap();
            let said = report.failure.unwrap().causes.concat();
            assert!(said.contains(name), "{path}: {said}");
            assert!(host::exists(&stage.at("dst/extra.txt")), "{path}");
            assert!(!host::exists(&stage.at(".dst.deploy")), "nothing was begun: {path}");
        }
    }

    // SD-1
    #[test]
    fn a_plan_for_another_machine_is_refused_by_its_path() {
        let stage = Stage::new();
        let foreign = if cfg!(windows) { "/srv/shop" } else { r"C:\sites\shop" };
        for is_source in [true, false] {
            let mut request = stage.plan();
            let place =
                if is_source { &mut request.plan.source } else { &mut request.plan.destination };
            *place = PathBuf::from(foreign);
            let failure = in_context(|context| apply(context, &request)).unwrap_err();
            assert!(failure.causes.concat().contains(&format!("`{foreign}`")), "{failure:?}");
            assert_eq!(failure.hints.len(), 1);
        }
    }

    #[test]
    fn other_bytes_of_one_size_and_time_are_noticed() {
        let stage = Stage::new();
        let mut request = stage.plan();
        let digest = request.plan.digests.values_mut().next().unwrap();
        *digest = iisle_tree::digest::Digest::of(b"other");
        assert_eq!(Stage::apply(&request).outcome.word(), "refused");
    }

    #[test]
    fn what_the_plan_is_not_about_may_change() {
        let stage = Stage::new();
        stage.put("dst/logs/a.log", "1");
        let request = stage.plan();
        stage.put("dst/logs/a.log", "2");
        stage.put("dst/App_Data/upload.png", "x");
        assert_eq!(Stage::apply(&request).outcome.word(), "done");
        assert!(host::exists(&stage.at("dst/App_Data/upload.png")));
    }

    #[test]
    fn a_plan_is_applied_once() {
        let stage = Stage::new();
        let request = stage.plan();
        assert_eq!(Stage::apply(&request).outcome.word(), "done");
        assert_eq!(Stage::apply(&request).outcome.word(), "refused");
    }
}
