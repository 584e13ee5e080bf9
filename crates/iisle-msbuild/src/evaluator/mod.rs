//! One evaluation: the passes over a project and everything it imports.

mod begin;
mod finish;
mod import;
mod sdks;
mod state;
mod walk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(crate) use state::{Deferred, Evaluation};

use crate::paths::Style;
use crate::source::Source;
use crate::{EvaluateError, Evaluated, ProjectFiles, Request};

/// Evaluates one project with one set of global properties.
///
/// # Errors
/// What the engine would refuse: see [`Problem`](crate::Problem). What it would accept but we
/// cannot know is no error: it is named by [`Evaluated::unknown`].
pub fn evaluate(files: &dyn ProjectFiles, request: &Request) -> Result<Evaluated, EvaluateError> {
    Evaluator::new(files).evaluate(request)
}

/// Evaluates many projects over the same files; each file is parsed once.
///
/// Files must not change while it lives.
pub struct Evaluator<'a> {
    files: &'a (dyn ProjectFiles + 'a),
    sources: Mutex<BTreeMap<String, Arc<Source>>>,
}

impl<'a> Evaluator<'a> {
    /// Begins with nothing parsed.
    pub fn new(files: &'a (dyn ProjectFiles + 'a)) -> Self {
        Self { files, sources: Mutex::new(BTreeMap::new()) }
    }

    /// Evaluates one project, as [`evaluate`] does.
    ///
    /// # Errors
    /// Those of [`evaluate`].
    pub fn evaluate(&self, request: &Request) -> Result<Evaluated, EvaluateError> {
        let style = if request.host.is_windows() { Style::Windows } else { Style::Unix };
        let mut evaluation = Evaluation::begin(self, request, style);
        evaluation.run()?;
        evaluation.finish()
    }
}
