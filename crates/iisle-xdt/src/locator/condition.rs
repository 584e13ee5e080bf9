//! `Condition(expression)`: the element's name, and a predicate.

use super::Path;
use crate::Code;
use crate::arguments::predicate;
use crate::fault::Fault;
use crate::policy::Policy;

pub(super) fn path(
    parent: &Path,
    index: usize,
    step: String,
    arguments: &[String],
    policy: Policy,
) -> Result<Path, Fault> {
    let [condition] = arguments else {
        return Err(Fault::new(Code::WrongArgCount, ["Condition".to_owned(), "1".to_owned()]));
    };
    Ok(parent.then(step + &predicate(condition, policy.arguments), index))
}
