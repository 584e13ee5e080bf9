use std::collections::BTreeSet;
use std::sync::Arc;

use super::Evaluator;
use crate::condition::{self, Decision, Scope};
use crate::expression::{Doubt, Expander};
use crate::functions::World;
use crate::paths::Style;
use crate::provenance::{Met, Said, Under};
use crate::source::{NodeId, Source};
use crate::table::Table;
use crate::{
    EvaluateError, ImportRecord, Place, Problem, Request, SdkVersion, SourceKind, Unsupported,
    Warning,
};

/// All values together may not take more.
const LARGEST_TOTAL: usize = 1 << 28;

/// A file with what it is to this project.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) source: Arc<Source>,
    pub(super) kind: SourceKind,
    /// Its folder, no trailing separator; the project's for the built-in model.
    pub(super) folder: Arc<str>,
}

/// An element of the item passes, met in the first pass.
#[derive(Debug, Clone)]
pub(crate) struct Deferred {
    pub(crate) source: Arc<Source>,
    pub(crate) kind: SourceKind,
    pub(crate) node: NodeId,
    pub(crate) doubts: Vec<Doubt>,
}

/// Everything an evaluation holds while it runs.
pub(crate) struct Evaluation<'e> {
    pub(super) evaluator: &'e Evaluator<'e>,
    pub(crate) request: &'e Request,
    pub(crate) style: Style,
    /// The project file, absolute.
    pub(super) project: String,
    pub(crate) project_dir: String,
    pub(super) current_dir: String,
    pub(super) tools_dir: String,
    pub(crate) table: Table,
    /// Lower-case names of global properties that files may not set.
    pub(super) fixed: BTreeSet<String>,
    pub(super) seen: BTreeSet<String>,
    pub(super) depth: usize,
    /// Doubts of the conditions we are inside of.
    pub(super) ambient: Vec<Doubt>,
    /// Conditions we are inside of.
    pub(super) under: Option<Arc<Under>>,
    pub(super) written_bytes: usize,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) unknown: Vec<Unsupported>,
    pub(super) imports: Vec<ImportRecord>,
    pub(super) trace: Vec<Met>,
    pub(crate) item_groups: Vec<Deferred>,
    pub(crate) item_definitions: Vec<Deferred>,
    pub(super) sdks: Vec<String>,
    pub(super) sdk_version: Option<SdkVersion>,
}

impl Evaluation<'_> {
    /// An expander for what stands in a file.
    pub(crate) fn expander<'s>(&'s self, source: &'s Source, this_dir: &'s str) -> Expander<'s> {
        let world = World {
            files: self.evaluator.files,
            request: self.request,
            project_dir: &self.project_dir,
            current_dir: &self.current_dir,
            tools_dir: &self.tools_dir,
            this_dir,
        };
        Expander::new(world, &self.table, &source.path)
    }

    /// Decides the condition of an element; `None` when it has none.
    pub(super) fn condition(
        &mut self,
        visit: &Visit,
        node: NodeId,
        folder: &str,
    ) -> Result<Option<Decision>, EvaluateError> {
        let Some(parsed) = visit.source.parsed_condition(node) else { return Ok(None) };
        let wrong = |source| {
            let condition = visit.source.condition(node).unwrap_or_default().to_owned();
            EvaluateError::new(
                Problem::Condition { condition, source },
                Some(visit.source.attribute_place(node, "Condition")),
            )
        };
        let parsed = parsed.map_err(wrong)?;
        if parsed.is_ambiguous && !visit.source.is_model {
            self.warn_ambiguous(visit.source.attribute_place(node, "Condition"));
        }
        let expander = self.expander(&visit.source, &visit.folder);
        let scope = Scope { expander: &expander, folder, references: None };
        condition::decide(&parsed, &scope).map(Some).map_err(wrong)
    }

    pub(crate) fn warn_ambiguous(&mut self, place: Place) {
        self.warnings.push(Warning {
            code: Some("MSB4130"),
            message: "the condition mixes `and` and `or` without parentheses".to_owned(),
            place: Some(place),
        });
    }

    /// Expands an attribute or a text to escaped text.
    pub(super) fn expand(
        &self,
        visit: &Visit,
        node: NodeId,
        text: &str,
        as_value: bool,
    ) -> Result<(String, Vec<Doubt>), EvaluateError> {
        let expander = self.expander(&visit.source, &visit.folder);
        let expanded = if as_value { expander.expand_value(text) } else { expander.expand(text) };
        match expanded {
            Ok(expanded) => Ok((expanded, expander.take_doubts())),
            Err(source) => {
                let expression = text.trim().to_owned();
                Err(EvaluateError::new(
                    Problem::Function { expression, source },
                    Some(visit.source.place_of(node, text)),
                ))
            }
        }
    }

    pub(super) fn said(visit: &Visit, node: NodeId) -> Said {
        Said::Written { source: visit.source.clone(), kind: visit.kind, node }
    }

    /// What makes a value doubtful, in words, with the line to blame.
    pub(crate) fn explain(
        &self,
        name: &str,
        doubts: &[Doubt],
        place: impl FnOnce() -> Place,
    ) -> Option<Unsupported> {
        let first = doubts.first()?;
        let name = name.to_owned();
        Some(match first {
            Doubt::Unsupported(reason) => {
                Unsupported { name, reason: reason.clone(), place: Some(place()) }
            }
            Doubt::Property(other) => {
                let cause = self.table.get(other).and_then(|entry| entry.doubt.as_ref());
                let reason = match cause {
                    Some(cause) if cause.reason.starts_with("depends on ") => cause.reason.clone(),
                    Some(cause) => format!("depends on `{other}`: {}", cause.reason),
                    None => format!("depends on `{other}`"),
                };
                let place = cause.and_then(|cause| cause.place.clone());
                Unsupported { name, reason, place }
            }
        })
    }

    /// Counts what values take and stops before memory runs out.
    pub(super) fn count(
        &mut self,
        value: &str,
        place: impl FnOnce() -> Place,
    ) -> Result<(), EvaluateError> {
        self.written_bytes += value.len();
        if self.written_bytes > LARGEST_TOTAL {
            let problem = Problem::TooLarge { limit: LARGEST_TOTAL };
            return Err(EvaluateError::new(problem, Some(place())));
        }
        Ok(())
    }
}
