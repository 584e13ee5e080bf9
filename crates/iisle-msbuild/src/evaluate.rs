use crate::{EvaluateError, Evaluated, ProjectFiles, Request};

/// Evaluates one project with one set of global properties.
///
/// # Errors
/// What the engine would refuse: see [`Problem`](crate::Problem). What it would accept but we
/// cannot know is no error: it is named by [`Evaluated::unknown`].
pub fn evaluate(files: &dyn ProjectFiles, request: &Request) -> Result<Evaluated, EvaluateError> {
    let read = files.read(&request.project);
    read.map(|_| Evaluated::default()).map_err(|source| {
        let file = request.project.clone();
        EvaluateError::new(crate::Problem::Read { file, source }, None)
    })
}
