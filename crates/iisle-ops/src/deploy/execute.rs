use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use iisle_sync::{Ending, Outcome, StepError, Totals};
use iisle_tree::{Tree, host};

use super::group::Group;
use super::plan::in_order;
use super::report::{DeployReport, DeployedContent, sum};
use super::request::DeployMode;
use super::run::Deployment;
use super::single::{self, Before};
use crate::Failure;
use crate::basis::Basis;
use crate::limited::limited;
use crate::shadow_copy::AppCopy;
use crate::staged::{Delivery, NoEntry};
use crate::sync::{OfflineWish, StagedOptions, SyncOutcome};
use crate::sync_failure::{add_errors, locked_line};
use crate::turn::AtWork;

impl Deployment<'_> {
    /// Executes the plans, one after the other, unless one of them must not be.
    pub(super) fn run(&mut self) -> DeployReport {
        let mut report = self.planned();
        let refused = self.groups.iter().any(|group| !group.plan.refused.is_empty());
        if refused {
            report.outcome = SyncOutcome::Ended(Ending::Refused);
            report.failure = Some(self.refusal());
        }
        if refused || self.request.mode == DeployMode::DryRun {
            for group in &self.groups {
                report.totals = sum(report.totals, group.totals());
                report.kept.extend(group.plan.kept.clone());
            }
        } else {
            match self.begin() {
                Ok(()) => self.execute(&mut report),
                Err(NoEntry::Busy(other)) => return self.busy(*other),
                Err(NoEntry::Ended(ending, failure)) => {
                    report.outcome = SyncOutcome::Ended(ending);
                    report.failure = Some(failure);
                }
                Err(NoEntry::Failed(failure)) => {
                    report.outcome = SyncOutcome::Ended(Ending::Failed);
                    report.failure = Some(failure);
                }
            }
        }
        report.drift = self.groups.iter().flat_map(|group| group.drift.clone()).collect();
        let is_only_planned = refused || self.request.mode == DeployMode::DryRun;
        let content = |group: &Group<'_>| DeployedContent {
            root: group.root.clone(),
            plan: group.plan.clone(),
            basis: is_only_planned.then(|| self.basis(group)),
        };
        report.contents = self.groups.iter().map(content).collect();
        report
    }

    /// What goes with the plan of a group that is only shown.
    fn basis(&self, group: &Group<'_>) -> Basis {
        let goes_offline = match &group.site {
            None => Some(false),
            Some(site) => site.goes_offline(&self.options(), &group.destination, &group.plan).ok(),
        };
        Basis::of(&group.destination, goes_offline)
    }

    /// The report when an earlier deployment at a target cannot be ended.
    pub(super) fn ended(&self, ending: Ending, failure: Failure) -> DeployReport {
        let outcome = SyncOutcome::Ended(ending);
        DeployReport { outcome, failure: Some(failure), ..self.planned() }
    }

    /// The report when another deployment is at work at a target.
    pub(super) fn busy(&self, other: AtWork) -> DeployReport {
        DeployReport {
            outcome: SyncOutcome::Busy,
            failure: Some(other.failure()),
            busy: Some(other),
            ..self.planned()
        }
    }

    /// The report of a deployment that was given up before anything was done.
    pub(super) fn interrupted(&self) -> DeployReport {
        DeployReport {
            outcome: SyncOutcome::Ended(Ending::RolledBack),
            failure: Some(Failure::new("it was interrupted; nothing was changed")),
            ..self.planned()
        }
    }

    /// The report of a deployment that has done nothing so far.
    fn planned(&self) -> DeployReport {
        DeployReport {
            package: self.request.package.package.clone(),
            form: self.package.form(),
            contents: Vec::new(),
            outcome: SyncOutcome::Planned,
            totals: Totals::default(),
            kept: Vec::new(),
            locked: Vec::new(),
            parameters: Vec::new(),
            providers: Vec::new(),
            warnings: Vec::new(),
            deployment: None,
            verified: false,
            drift: Vec::new(),
            offline: None,
            swapping: None,
            copies: Vec::new(),
            busy: None,
            failure: None,
            seconds: 0.0,
        }
    }

    fn refusal(&self) -> Failure {
        let guards: Vec<_> = self.groups.iter().flat_map(|group| &group.plan.refused).collect();
        let mut hints: Vec<String> = guards.iter().map(|guard| guard.hint().to_owned()).collect();
        hints.sort();
        hints.dedup();
        let causes = guards.iter().map(ToString::to_string).collect();
        Failure { causes, hints, ..Failure::new("the deployment is refused; nothing was changed") }
    }

    /// Locks all folders before anything is changed in one of them.
    fn begin(&mut self) -> Result<(), NoEntry> {
        let context = self.context;
        for group in in_order(&mut self.groups) {
            if let Some(site) = group.site.as_mut().filter(|_| !group.plan.is_empty())
                && site.begin(context)?
            {
                let failure = Failure::new(
                    "another deployment has ended, or was taken back, since this one was planned",
                );
                return Err(failure.hint("run the same command again").into());
            }
        }
        Ok(())
    }

    fn execute(&self, report: &mut DeployReport) {
        let mut ending = Ending::Unchanged;
        let mut changed: Vec<usize> = Vec::new();
        let mut before = BTreeMap::new();
        // Single files have no journal: they come last.
        let (mut order, files): (Vec<_>, Vec<_>) =
            (0..self.groups.len()).partition(|number| self.groups[*number].site.is_some());
        order.extend(files);
        for number in order {
            let (outcome, id) = self.one(number, &mut before);
            if let Some(time) = outcome.offline {
                *report.offline.get_or_insert_default() += time;
            }
            if let Some(time) = outcome.swapping {
                *report.swapping.get_or_insert_default() += time;
            }
            let failure = failure(&self.groups[number].root, &outcome);
            report.kept.extend(outcome.kept);
            report.locked.extend(outcome.locked);
            if let Some(mut failure) = failure {
                ending = outcome.ending;
                report.totals = sum(report.totals, outcome.totals);
                if !changed.is_empty() {
                    report.deployment = None;
                    report.totals = outcome.totals;
                    if !self.take_back(&changed, &mut before, &mut failure) {
                        ending = Ending::Stopped;
                    } else if ending == Ending::Failed {
                        ending = Ending::RolledBack;
                    }
                }
                report.failure = Some(failure);
                break;
            }
            report.totals = sum(report.totals, outcome.totals);
            if outcome.ending == Ending::Done {
                ending = Ending::Done;
                changed.push(number);
                report.deployment = report.deployment.take().or(id);
            }
        }
        if ending == Ending::Done {
            report.copies = changed.iter().filter_map(|number| self.app_copy(*number)).collect();
        }
        report.outcome = SyncOutcome::Ended(ending);
        let is_whole = |number: &usize| self.groups[*number].site.is_some();
        report.verified = ending == Ending::Done && changed.iter().all(is_whole);
    }

    /// Whether an app that runs from a copy of its files has come to have what was deployed.
    fn app_copy(&self, number: usize) -> Option<AppCopy> {
        let Group { site, destination, plan, .. } = &self.groups[number];
        site.as_ref()?.app_copy(self.context, &self.options(), destination, plan)
    }

    /// Takes back what was deployed to other folders before one failed, and says so; whether
    /// everything is again as it was.
    fn take_back(
        &self,
        changed: &[usize],
        before: &mut BTreeMap<usize, Before>,
        failure: &mut Failure,
    ) -> bool {
        let mut all = true;
        for number in changed.iter().rev() {
            let group = &self.groups[*number];
            let root = group.root.display();
            let taken_back: Result<(), Box<dyn Error>> = match (&group.site, before.remove(number))
            {
                (Some(site), _) => site.take_back().map_err(Into::into),
                (None, Some(before)) => before.put_back(&group.destination).map_err(Into::into),
                (None, None) => Ok(()),
            };
            let cause = match taken_back {
                Ok(()) => format!("what was deployed to `{root}` before is taken back"),
                Err(error) => {
                    all = false;
                    failure.add_cause(error.as_ref());
                    format!("what was deployed to `{root}` before cannot be taken back")
                }
            };
            failure.causes.push(cause);
        }
        all
    }

    /// Does the plan for one folder, as a whole; of single files each in one step, and puts what
    /// they were to `before`.
    fn one(
        &self,
        number: usize,
        before: &mut BTreeMap<usize, Before>,
    ) -> (Outcome, Option<String>) {
        let Group { root, source, destination, site, plan, drift: _, joined, is_empty_and_new } =
            &self.groups[number];
        let monitor = self.context.monitor;
        let threads = self.request.threads.unwrap_or_else(crate::staged::threads);
        let limited = limited(source, &self.request.bandwidth, self.context);
        let pristine: &dyn Tree = limited.as_ref().map_or(source, |limited| limited);
        let with_joined = joined.as_ref().map(|joined| joined.put_into(pristine));
        let source: &dyn Tree = with_joined.as_ref().map_or(pristine, |tree| tree);
        match site.as_ref().filter(|_| !plan.is_empty()) {
            None => {
                let work = iisle_sync::Context { source, destination, monitor, threads };
                let (mut outcome, kept) = match site {
                    Some(_) => (iisle_sync::execute(&work, plan), None),
                    None => single::execute(&work, destination, root, plan),
                };
                before.extend(kept.map(|kept| (number, kept)));
                if *is_empty_and_new {
                    match host::create_dir_all(root) {
                        Ok(()) => {
                            outcome.ending = Ending::Done;
                            outcome.totals.created_directories += 1;
                        }
                        Err(error) => {
                            outcome.ending = Ending::Failed;
                            outcome.errors.push(StepError::Destination(error));
                        }
                    }
                }
                (outcome, None)
            }
            Some(site) => {
                let origin = self.request.package.package.display().to_string();
                let origin = origin.as_str();
                let delivery =
                    Delivery { source, pristine, origin, destination, threads, plan, known: None };
                let (outcome, id) = site.execute(self.context, &self.options(), &delivery);
                (outcome, Some(id))
            }
        }
    }

    /// How providers are deployed.
    pub(super) fn options(&self) -> StagedOptions {
        let offline = if self.request.rules.app_offline {
            OfflineWish::Always
        } else {
            self.request.staged.offline
        };
        StagedOptions { offline, ..self.request.staged.clone() }
    }
}

/// What a person is told when an execution did not end well.
fn failure(root: &Path, outcome: &iisle_sync::Outcome) -> Option<Failure> {
    let root = root.display();
    let mut failure = match outcome.ending {
        Ending::Done | Ending::Unchanged => return None,
        Ending::Refused => Failure::new(format!("the deployment to `{root}` is refused")),
        Ending::Locked => Failure::new(format!(
            "files of `{root}` are in use; nothing was changed"
        ))
        .hint(
            "stop the app, or let --enable-rule AppOffline do it, and run the same command again",
        ),
        Ending::Failed => {
            Failure::new(format!("cannot begin to write to `{root}`; nothing was changed"))
        }
        Ending::Stopped => Failure::new(format!("cannot finish writing to `{root}`"))
            .hint("every file is old or new; run the same command again to continue"),
        Ending::RolledBack => Failure::new(format!(
            "cannot finish writing to `{root}`; everything there is again as it was"
        )),
        Ending::OfflineLeft => {
            Failure::new(format!("cannot finish writing to `{root}`, nor take it back"))
                .hint("run the same command again to complete it")
        }
    };
    failure.causes.extend(outcome.locked.iter().map(locked_line));
    add_errors(&mut failure, &outcome.errors);
    Some(failure)
}
