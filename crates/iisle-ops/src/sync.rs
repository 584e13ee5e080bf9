//! `iisle sync`: make a folder equal to another.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use iisle_path::{NameRules, Patterns};
use iisle_sync::staged::{Direction, Verify};
use iisle_sync::{Compare, Ending, Extras, Kept, Locked, Plan, Policy, Step, Stream, Totals};
use iisle_tree::host::{self, Overlap};
use iisle_tree::workshop::Waits;
use iisle_tree::{LocalTree, Tree};

use crate::apply::Bound;
use crate::basis::Basis;
use crate::drift::{Drift, OnDrift};
use crate::interruptible::interruptible;
use crate::limited::{Bandwidth, limited};
use crate::shadow_copy::AppCopy;
use crate::staged::{self, Delivery, NoEntry, Site};
use crate::sync_failure::failure;
use crate::turn::AtWork;
use crate::{Context, Failure};

/// How a target folder is treated, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncSettings {
    /// What becomes of what only the destination has.
    pub extras: Extras,
    /// When two files are the same.
    pub compare: Compare,
    /// Patterns never touched, beside the built-in ones.
    pub protect: Vec<String>,
    /// Patterns of what is replaced and deleted all the same.
    pub unprotect: Vec<String>,
    /// When not empty, only what matches is synced.
    pub include: Vec<String>,
    /// What is left out on both sides.
    pub exclude: Vec<String>,
    /// Deletions that are not too many.
    pub max_delete: Option<u64>,
    /// Files that are written at the same time; `None` for one for each processor.
    pub threads: Option<NonZero<usize>>,
    /// How fast is copied.
    pub bandwidth: Bandwidth,
    /// The plan that somebody approved: no other is executed.
    pub bound: Option<Bound>,
}

impl SyncSettings {
    fn policy(&self) -> Result<Policy, Failure> {
        Ok(Policy {
            compare: self.compare,
            extras: self.extras,
            included: Patterns::parse(&self.include)?,
            excluded: Patterns::parse(&self.exclude)?,
            max_deletes: self.max_delete,
            unprotected: Patterns::parse(&self.unprotect)?,
            ..Policy::new(&self.protect)?
        })
    }
}

/// How far a sync goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncMode {
    /// Plan and execute.
    Execute,
    /// Plan and show.
    DryRun,
    /// Plan and answer whether there is anything to do.
    Check,
}

/// How changes get into the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// Everything is written beside the folder first and swapped in; when anything fails, or the
    /// machine stops, it is taken back.
    Staged(StagedOptions),
    /// File by file: each is old or new at every moment, the folder as a whole is not. Needs no room
    /// for a second copy, and no work folder. What the options say of an app and of held files is not
    /// looked at.
    InPlace(StagedOptions),
}

impl Engine {
    /// The options, whichever way it is.
    pub(crate) fn options(&self) -> &StagedOptions {
        let (Self::Staged(options) | Self::InPlace(options)) = self;
        options
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::Staged(StagedOptions::default())
    }
}

/// How a deployment as a whole is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedOptions {
    /// Whose files these are: a sync with [`Extras::Managed`] deletes only files of its own stream.
    pub stream: Stream,
    /// Whether the app is taken offline while files are swapped.
    pub offline: OfflineWish,
    /// How long the app may take to let go of its files; `None` for what its web.config says.
    pub offline_limit: Option<Duration>,
    /// What becomes of files that are held all the same.
    pub on_locked: OnLocked,
    /// How long is waited for a file that somebody holds for a moment.
    pub lock_limit: Duration,
    /// How new files are verified before any is swapped in; `None` to read them again up to 256 MiB, and
    /// on shares.
    pub verify: Option<Verify>,
    /// What becomes of files that were changed on the server.
    pub on_drift: OnDrift,
    /// How long is waited for another deployment that is at work there.
    pub wait: Duration,
    /// How a deployment is ended that an earlier run left amid its changes.
    pub recovery: Direction,
    /// The deployment that a rollback goes back to; `None` for the one before the last.
    pub back_to: Option<String>,
    /// What is done with folders whose names differ by upper and lower case.
    pub case_sensitive: CaseSensitive,
}

impl Default for StagedOptions {
    fn default() -> Self {
        Self {
            stream: Stream::default(),
            offline: OfflineWish::default(),
            offline_limit: None,
            on_locked: OnLocked::default(),
            lock_limit: Duration::from_secs(10),
            verify: None,
            on_drift: OnDrift::default(),
            wait: Duration::ZERO,
            recovery: Direction::default(),
            back_to: None,
            case_sensitive: CaseSensitive::default(),
        }
    }
}

/// What is done with folders of Windows whose names differ by upper and lower case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseSensitive {
    /// Nothing is changed in them: the rest of Windows takes two such names for one.
    #[default]
    Refused,
    /// Names are compared as they are written.
    Accepted,
}

impl CaseSensitive {
    /// The folder `tree` as names are compared there.
    pub(crate) fn of(self, tree: LocalTree) -> LocalTree {
        match self {
            Self::Refused => tree,
            Self::Accepted => tree.with_names(NameRules::Unix),
        }
    }
}

/// What becomes of files that somebody holds and does not let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnLocked {
    /// Nothing is changed.
    #[default]
    Fail,
    /// They are moved aside: running programs go on with the old ones until they are started anew.
    MoveAside,
}

/// Whether an app is taken offline while its files are swapped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OfflineWish {
    /// When a file that is to be changed is in use, or a program or a setting of a site is changed.
    #[default]
    WhenInUse,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRequest {
    /// The folder to copy from.
    pub source: PathBuf,
    /// The folder to change; created when missing.
    pub destination: PathBuf,
    /// How the destination is treated.
    pub settings: SyncSettings,
    /// How far to go.
    pub mode: SyncMode,
    /// How changes get there.
    pub engine: Engine,
}

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncOutcome {
    /// A dry run: the plan is in the report.
    Planned,
    /// Asked with [`SyncMode::Check`]: there would be something to do.
    Differs,
    /// As the execution says.
    Ended(Ending),
    /// What an earlier sync did was taken back, as asked.
    TakenBack,
    /// No sync was there that could be taken back, as asked.
    NothingToTakeBack,
    /// Another deployment is at work there; nothing was changed.
    Busy,
}

impl SyncOutcome {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Differs => "differs",
            Self::Ended(ending) => ending.word(),
            Self::TakenBack => "rolled-back",
            Self::NothingToTakeBack => Ending::Unchanged.word(),
            Self::Busy => "busy",
        }
    }

    /// The exit code it calls for.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Planned | Self::TakenBack | Self::NothingToTakeBack => 0,
            Self::Differs => 1,
            Self::Busy => 2,
            Self::Ended(ending) => ending.exit_code(),
        }
    }

    /// The exit code for those who asked to be told the outcomes apart by it.
    ///
    /// Source: `sync.md` §5.8, the last column; 3 for what stopped midway without a way back.
    pub fn code_by_outcome(self) -> u8 {
        match self {
            Self::Planned | Self::TakenBack | Self::NothingToTakeBack => 0,
            Self::Differs => 1,
            Self::Busy => 13,
            Self::Ended(ending) => match ending {
                Ending::Done | Ending::Unchanged => 0,
                Ending::Stopped => 3,
                Ending::Refused => 10,
                Ending::Failed => 11,
                Ending::Locked => 12,
                Ending::RolledBack => 14,
                Ending::OfflineLeft => 16,
            },
        }
    }
}

/// What came of a sync.
#[derive(Debug)]
pub struct SyncReport {
    /// The folder copied from, as given.
    pub source: PathBuf,
    /// The folder changed, as given.
    pub destination: PathBuf,
    /// How it ended.
    pub outcome: SyncOutcome,
    /// What was done; of a dry run, what would be.
    pub totals: Totals,
    /// What stays although it differs.
    pub kept: Vec<Kept>,
    /// Files that are in use.
    pub locked: Vec<Locked>,
    /// Files that were changed on the server since they were deployed.
    pub drift: Vec<Drift>,
    /// Tells the deployment from every other, when something was to be changed.
    pub deployment: Option<String>,
    /// How long the app was offline, if it was taken offline.
    pub offline: Option<Duration>,
    /// How long old and new files stood side by side, when they were swapped as a whole.
    pub swapping: Option<Duration>,
    /// How long was waited for files that somebody held.
    pub waits: Waits,
    /// The copy that the app runs from, if it does and programs were brought.
    pub copy: Option<AppCopy>,
    /// The plan, when it was asked for or refused.
    pub plan: Option<Plan>,
    /// What goes with that plan.
    pub basis: Option<Basis>,
    /// Who is at work there, when that kept it from beginning.
    pub busy: Option<AtWork>,
    /// Why it did not end well.
    pub failure: Option<Failure>,
    /// Steps that were not done.
    pub undone_steps: u64,
    /// How long it took.
    pub seconds: f64,
}

/// Syncs one folder to another.
///
/// # Errors
/// When nothing could be planned: a folder that is missing or cannot be listed, folders that
/// contain each other, a bad pattern. All else is told by the report.
pub fn sync(context: &Context<'_>, request: &SyncRequest) -> Result<SyncReport, Failure> {
    let started = Instant::now();
    let message = || {
        let (source, destination) = (request.source.display(), request.destination.display());
        format!("cannot sync `{source}` to `{destination}`")
    };
    match run(context, request) {
        Ok(mut report) => {
            report.seconds = started.elapsed().as_secs_f64();
            Ok(report)
        }
        Err(NoEntry::Busy(other)) => Ok(busy(request, *other, &message())),
        Err(NoEntry::Ended(ending, failure)) => {
            Ok(ended(request, ending, failure.context(message())))
        }
        Err(NoEntry::Failed(failure)) => Err(failure.context(message())),
    }
}

fn run(context: &Context<'_>, request: &SyncRequest) -> Result<SyncReport, NoEntry> {
    let SyncRequest { source, destination, settings, mode, engine } = request;
    let policy = Policy { tells_source: *mode != SyncMode::Execute, ..settings.policy()? };
    let tree = LocalTree::open(source)?;
    separate(source, destination)?;
    let options = engine.options();
    let target = options.case_sensitive.of(LocalTree::target(destination)?);
    let mut site = Site::of(destination, options)?;
    if *mode == SyncMode::Execute {
        site.settle(context)?;
    }
    let prepare = |site: &Site| {
        site.plan((&tree, &target), &policy, options, |policy, manifest| {
            let monitor = context.monitor;
            let [ours, theirs] = [&tree, &target].map(|tree| interruptible(tree, monitor));
            Ok(iisle_sync::prepare_managed(&ours, &theirs, policy, manifest, monitor)?)
        })
    };
    let hold = |planned: &mut staged::Planned| {
        settings.bound.iter().for_each(|bound| bound.hold(&mut planned.plan));
    };
    let mut planned_now = prepare(&site)?;
    // Where another plan was approved, nothing is begun.
    hold(&mut planned_now);
    let is_staged = matches!(engine, Engine::Staged(_));
    let goes_on = *mode == SyncMode::Execute
        && planned_now.plan.refused.is_empty()
        && !planned_now.plan.is_empty();
    if is_staged && goes_on && site.begin(context)? {
        // Somebody has begun and failed since we looked.
        planned_now = prepare(&site)?;
        hold(&mut planned_now);
    }
    if context.monitor.is_interrupted() {
        return Ok(interrupted(request));
    }
    let staged::Planned { plan, drift, joined, known } = planned_now;
    if let Some(message) = nothing_left(request, &tree, &plan) {
        context.monitor.warning(&message, None);
    }
    let limited = limited(&tree, &settings.bandwidth, context);
    let files: &dyn Tree = limited.as_ref().map_or(&tree, |limited| limited);
    let with_joined = joined.as_ref().map(|joined| joined.put_into(files));
    let written: &dyn Tree = with_joined.as_ref().map_or(files, |tree| tree);
    let threads = settings.threads.unwrap_or_else(staged::threads);
    let mut report = match mode {
        _ if !plan.refused.is_empty() => refused(request, plan),
        SyncMode::Execute if is_staged && !plan.is_empty() => {
            let origin = source.display().to_string();
            let delivery = Delivery {
                source: written,
                pristine: files,
                origin: &origin,
                destination: &target,
                threads,
                plan: &plan,
                known: known.as_ref(),
            };
            let (outcome, id) = site.execute(context, options, &delivery);
            let is_done = outcome.ending == Ending::Done;
            let copy = is_done.then(|| site.app_copy(context, options, &target, &plan)).flatten();
            SyncReport { deployment: Some(id), copy, ..executed(request, outcome) }
        }
        SyncMode::Execute => {
            site.enter("copy");
            executed(request, execute(context, written, &target, threads, &plan))
        }
        SyncMode::Check if plan.is_empty() => {
            planned(request, plan, SyncOutcome::Ended(Ending::Unchanged))
        }
        SyncMode::Check => planned(request, plan, SyncOutcome::Differs),
        SyncMode::DryRun => planned(request, plan, SyncOutcome::Planned),
    };
    report.drift = drift;
    if let Some(plan) = &report.plan {
        let goes_offline = is_staged && site.goes_offline(options, &target, plan)?;
        report.basis = Some(Basis::of(&target, Some(goes_offline)));
    }
    Ok(report)
}

/// What a person should know when patterns leave nothing of the source to sync.
fn nothing_left(request: &SyncRequest, source: &LocalTree, plan: &Plan) -> Option<String> {
    let SyncSettings { include, exclude, .. } = &request.settings;
    let is_file = |step: &Step| {
        matches!(
            step,
            Step::Create { .. }
                | Step::Replace { .. }
                | Step::Touch { .. }
                | Step::RenameCase { .. }
        )
    };
    let is_narrowed = !include.is_empty() || !exclude.is_empty();
    if !is_narrowed || plan.unchanged_files > 0 || plan.steps.iter().any(is_file) {
        return None;
    }
    // Where there is nothing at all, it is not the patterns.
    source.snapshot().ok().filter(|found| !found.files.is_empty())?;
    let option = |name: &str, patterns: &[String]| {
        let patterns: Vec<_> = patterns.iter().map(|one| format!("{name} `{one}`")).collect();
        (!patterns.is_empty()).then(|| patterns.join(", "))
    };
    let options = [option("--include", include), option("--exclude", exclude)];
    let options = options.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some(format!("no file of `{}` is left to sync: check {options}", request.source.display()))
}

/// Refuses folders of which one is, or lies in, the other.
pub(crate) fn separate(source: &Path, destination: &Path) -> Result<(), Failure> {
    let problem = match host::overlap(source, destination)? {
        Overlap::Apart => return Ok(()),
        Overlap::Same => "source and destination are the same folder",
        Overlap::SecondInside => "the destination lies inside the source",
        Overlap::FirstInside => "the source lies inside the destination",
    };
    Err(Failure::new(problem).hint("choose a destination outside the source"))
}

fn report(request: &SyncRequest, outcome: SyncOutcome, totals: Totals) -> SyncReport {
    SyncReport {
        source: request.source.clone(),
        destination: request.destination.clone(),
        outcome,
        totals,
        kept: Vec::new(),
        locked: Vec::new(),
        drift: Vec::new(),
        deployment: None,
        offline: None,
        swapping: None,
        waits: Waits::default(),
        copy: None,
        plan: None,
        basis: None,
        busy: None,
        failure: None,
        undone_steps: 0,
        seconds: 0.0,
    }
}

fn planned(request: &SyncRequest, plan: Plan, outcome: SyncOutcome) -> SyncReport {
    let totals = plan.totals();
    SyncReport { kept: plan.kept.clone(), plan: Some(plan), ..report(request, outcome, totals) }
}

fn refused(request: &SyncRequest, plan: Plan) -> SyncReport {
    let reasons: Vec<_> = plan.refused.iter().map(ToString::to_string).collect();
    let mut hints: Vec<String> = Vec::new();
    for guard in &plan.refused {
        if hints.iter().all(|h| h != guard.hint()) {
            hints.push(guard.hint().to_owned());
        }
    }
    let destination = request.destination.display();
    let failure = Failure {
        causes: reasons,
        hints,
        ..Failure::new(format!("the sync to `{destination}` is refused"))
    };
    let undone_steps = plan.steps.len() as u64;
    let outcome = SyncOutcome::Ended(Ending::Refused);
    SyncReport { failure: Some(failure), undone_steps, ..planned(request, plan, outcome) }
}

/// The report of a sync that was given up before there was a plan.
fn interrupted(request: &SyncRequest) -> SyncReport {
    let destination = request.destination.display();
    let message = format!("the sync to `{destination}` was interrupted; nothing was changed");
    let outcome = SyncOutcome::Ended(Ending::RolledBack);
    SyncReport {
        failure: Some(Failure::new(message)),
        ..report(request, outcome, Totals::default())
    }
}

/// The report of a sync that an earlier one keeps from beginning, or from being taken back.
fn ended(request: &SyncRequest, ending: Ending, failure: Failure) -> SyncReport {
    let outcome = SyncOutcome::Ended(ending);
    SyncReport { failure: Some(failure), ..report(request, outcome, Totals::default()) }
}

/// The report of a sync that another one keeps from beginning.
pub(crate) fn busy(request: &SyncRequest, other: AtWork, message: &str) -> SyncReport {
    let outcome = SyncOutcome::Busy;
    let failure = other.failure().context(message);
    SyncReport {
        failure: Some(failure),
        busy: Some(other),
        ..report(request, outcome, Totals::default())
    }
}

/// Takes back what the last sync to `request.destination` did, ended or not.
///
/// The source and everything else in the request are not looked at.
///
/// # Errors
/// When something cannot be taken back, because the system fails or somebody changed a file since.
pub fn rollback(context: &Context<'_>, request: &SyncRequest) -> Result<SyncReport, Failure> {
    let started = Instant::now();
    let message = || format!("cannot take back the sync to `{}`", request.destination.display());
    let options = request.engine.options();
    let (outcome, copy) = match staged::rollback(context, &request.destination, options) {
        Ok(found) => found,
        Err(NoEntry::Busy(other)) => return Ok(busy(request, *other, &message())),
        Err(NoEntry::Ended(ending, failure)) => {
            return Ok(ended(request, ending, failure.context(message())));
        }
        Err(NoEntry::Failed(failure)) => return Err(failure.context(message())),
    };
    let seconds = started.elapsed().as_secs_f64();
    Ok(SyncReport { copy, seconds, ..report(request, outcome, Totals::default()) })
}

fn execute(
    context: &Context<'_>,
    source: &dyn Tree,
    destination: &LocalTree,
    threads: NonZero<usize>,
    plan: &Plan,
) -> iisle_sync::Outcome {
    let work = iisle_sync::Context { source, destination, monitor: context.monitor, threads };
    iisle_sync::execute(&work, plan)
}

fn executed(request: &SyncRequest, outcome: iisle_sync::Outcome) -> SyncReport {
    let failure = failure(request, &outcome);
    SyncReport {
        kept: outcome.kept,
        locked: outcome.locked,
        offline: outcome.offline,
        swapping: outcome.swapping,
        waits: outcome.waits,
        undone_steps: outcome.undone.len() as u64,
        failure,
        ..report(request, SyncOutcome::Ended(outcome.ending), outcome.totals)
    }
}
