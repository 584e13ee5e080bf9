use indexmap::IndexMap;

use crate::evaluator::Evaluation;
use crate::{EvaluateError, Item};

impl Evaluation<'_> {
    pub(crate) fn evaluate_items(
        &mut self,
    ) -> Result<IndexMap<String, (String, Vec<Item>)>, EvaluateError> {
        Ok(IndexMap::new())
    }
}
