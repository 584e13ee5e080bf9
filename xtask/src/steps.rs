//! Steps with titles and durations; the first that fails ends the run.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything holds.
    Good,
    /// It could not be done here; the text says why, and what holds instead.
    Skipped(String),
    /// Something does not hold, or the step could not run.
    Failed(String),
}

/// The steps of a run and how they ended.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Outcome, Duration)>,
}

impl Steps {
    /// Runs a step unless an earlier one failed.
    pub(crate) fn run(&mut self, title: &str, work: impl FnOnce() -> Result<Outcome>) {
        if !self.is_good() {
            return;
        }
        println!("\n──── {title} {}", "─".repeat(72_usize.saturating_sub(title.len())));
        let started = Instant::now();
        let outcome = work().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let took = started.elapsed();
        println!("──── {title}: {}, {}", words(&outcome), seconds(took));
        self.done.push((title.to_owned(), outcome, took));
    }

    /// Whether no step failed so far.
    pub(crate) fn is_good(&self) -> bool {
        !self.done.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
    }

    /// One line for each step that ran.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        for (title, outcome, took) in &self.done {
            text.extend([format!("  {title:<10} {:>8}  {}\n", seconds(*took), words(outcome))]);
        }
        text
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Good => "good".to_owned(),
        Outcome::Skipped(why) => format!("skipped: {why}"),
        Outcome::Failed(why) => format!("FAILED: {why}"),
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn nothing_runs_after_a_failure_and_the_summary_names_it() {
        let mut steps = Steps::default();
        steps.run("one", || Ok(Outcome::Good));
        steps.run("two", || bail!("`x` failed"));
        steps.run("three", || panic!("ran after a failure"));
        assert!(!steps.is_good());
        let summary = steps.summary();
        assert!(summary.contains("good\n"), "{summary}");
        assert!(summary.contains("FAILED: `x` failed"), "{summary}");
        assert!(!summary.contains("three"), "{summary}");
    }

    #[test]
    fn a_skipped_step_fails_nothing() {
        let mut steps = Steps::default();
        steps.run("one", || Ok(Outcome::Skipped("not here".to_owned())));
        assert!(steps.is_good());
    }
}
