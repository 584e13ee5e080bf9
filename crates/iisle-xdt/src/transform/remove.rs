//! `Remove` and `RemoveAll`: nodes go.

use super::execution::Execution;
use crate::Code;
use crate::fault::Stop;
use crate::target::Target;

pub(super) fn apply<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    execution.expect_one_target();
    apply_to_each(execution)
}

pub(super) fn apply_to_each<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    execution.expect_no_arguments();
    let node = execution.target_node("NullReferenceException")?;
    execution.spare_document_element(node)?;
    let name = execution.target_name();
    execution.engine.target.remove(node)?;
    execution.trace(Code::Removed, name);
    Ok(())
}
