use std::path::Path;

use iisle_sync::{Ending, Outcome, Totals};
use iisle_tree::{LocalTree, Tree};
use iisle_webdeploy::ParameterizedTree;

use super::place::Job;
use super::report::{DeployReport, DeployedContent, sum};
use super::request::DeployMode;
use super::run::Deployment;
use crate::Failure;
use crate::limited::limited;
use crate::staged::{Delivery, NoEntry, Site};
use crate::sync::{OfflineWish, StagedOptions, SyncOutcome, locked_line};
use crate::turn::AtWork;

impl Deployment<'_> {
    /// Executes the plans, one after the other, unless one of them must not be.
    pub(super) fn run(&mut self) -> DeployReport {
        let mut report = self.planned();
        let refused = self.jobs.iter().any(|job| !job.plan.refused.is_empty());
        if refused {
            report.outcome = SyncOutcome::Ended(Ending::Refused);
            report.failure = Some(self.refusal());
        }
        if refused || self.request.mode == DeployMode::DryRun {
            for job in &self.jobs {
                report.totals = sum(report.totals, job.plan.totals());
                report.kept.extend(job.plan.kept.clone());
            }
        } else {
            self.execute(&mut report);
        }
        report.drift = self.jobs.iter().flat_map(|job| job.drift.clone()).collect();
        let contents = self.jobs.iter();
        report.contents = contents
            .map(|job| DeployedContent { root: job.root.clone(), plan: job.plan.clone() })
            .collect();
        report
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
            busy: None,
            failure: None,
            seconds: 0.0,
        }
    }

    fn refusal(&self) -> Failure {
        let guards: Vec<_> = self.jobs.iter().flat_map(|job| &job.plan.refused).collect();
        let mut hints: Vec<String> = guards.iter().map(|guard| guard.hint().to_owned()).collect();
        hints.sort();
        hints.dedup();
        let causes = guards.iter().map(ToString::to_string).collect();
        Failure { causes, hints, ..Failure::new("the deployment is refused; nothing was changed") }
    }

    fn execute(&self, report: &mut DeployReport) {
        let mut ending = Ending::Unchanged;
        let mut verified = true;
        for job in &self.jobs {
            let (Some(tree), Some(destination)) = (&job.tree, &job.destination) else { continue };
            let (outcome, id) = match self.one(job, tree, destination) {
                Ok(done) => done,
                Err(NoEntry::Busy(other)) => {
                    report.outcome = SyncOutcome::Busy;
                    report.failure = Some(other.failure());
                    report.busy = Some(*other);
                    return;
                }
                Err(NoEntry::Failed(failure)) => {
                    report.failure = Some(failure);
                    ending = if ending == Ending::Done { Ending::Stopped } else { Ending::Failed };
                    break;
                }
            };
            if let Some(time) = outcome.offline {
                *report.offline.get_or_insert_default() += time;
            }
            verified = verified && (id.is_some() || job.plan.is_empty());
            report.deployment = report.deployment.take().or(id);
            report.totals = sum(report.totals, outcome.totals);
            let failure = failure(&job.root, &outcome);
            report.kept.extend(outcome.kept);
            report.locked.extend(outcome.locked);
            let changed = ending == Ending::Done;
            ending = match (ending, outcome.ending) {
                (ending, Ending::Unchanged) => ending,
                // What an earlier provider changed stays changed.
                (_, Ending::Failed | Ending::Locked) if changed => Ending::Stopped,
                (_, new) => new,
            };
            if failure.is_some() {
                report.failure = failure;
                break;
            }
        }
        report.outcome = SyncOutcome::Ended(ending);
        report.verified = ending == Ending::Done && verified;
    }

    /// Whether the folder of a provider lies in that of another one.
    fn is_inner(&self, job: &Job<'_>) -> bool {
        self.jobs.iter().any(|other| other.root != job.root && job.root.starts_with(&other.root))
    }

    /// Does the plan of one provider: a folder as a whole, a single file in one step anyway, and so
    /// what lies in the folder of another provider, which is no place for work folders.
    fn one(
        &self,
        job: &Job<'_>,
        tree: &ParameterizedTree<'_>,
        destination: &LocalTree,
    ) -> Result<(Outcome, Option<String>), NoEntry> {
        let limited = limited(tree, &self.request.bandwidth, self.context);
        let packed: &dyn Tree = limited.as_ref().map_or(tree, |limited| limited);
        let joined = job.joined.as_ref().map(|joined| joined.put_into(packed));
        let source: &dyn Tree = joined.as_ref().map_or(packed, |joined| joined);
        let threads = self.request.threads.unwrap_or_else(crate::staged::threads);
        if job.file_name.is_some() || job.plan.is_empty() || self.is_inner(job) {
            let monitor = self.context.monitor;
            let work = iisle_sync::Context { source, destination, monitor, threads };
            return Ok((iisle_sync::execute(&work, &job.plan), None));
        }
        let options = self.options();
        let mut site = Site::of(&job.root, &options)?;
        if site.begin(self.context)? {
            let failure = Failure::new("an earlier deployment had not ended and was taken back");
            return Err(failure.hint("run the same command again").into());
        }
        let origin = self.request.package.package.display().to_string();
        let delivery = Delivery {
            source,
            pristine: tree,
            origin: &origin,
            destination,
            threads,
            plan: &job.plan,
        };
        let (outcome, id) = site.execute(self.context, &options, &delivery);
        Ok((outcome, Some(id)))
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
    for error in &outcome.errors {
        failure.add_cause(error);
    }
    failure.hints.sort();
    failure.hints.dedup();
    Some(failure)
}
