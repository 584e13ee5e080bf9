//! `Replace`: the first node gives way to the copy.

use super::execution::Execution;
use crate::Code;
use crate::fault::Stop;
use crate::target::Target;

pub(super) fn apply<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    execution.expect_no_arguments();
    execution.expect_one_target();
    let name = execution.target_name();
    let copy = execution.copy()?;
    let old = execution.target_node("NullReferenceException")?;
    execution.engine.target.replace(old, copy)?;
    execution.trace(Code::Replaced, name);
    Ok(())
}
