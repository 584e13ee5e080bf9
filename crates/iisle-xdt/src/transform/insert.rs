//! `Insert` and `InsertIfMissing`: the copy becomes the last child of the first parent.

use super::execution::Execution;
use crate::Code;
use crate::fault::Stop;
use crate::target::Target;

pub(super) fn apply<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    execution.expect_no_arguments();
    append(execution)
}

pub(super) fn apply_if_missing<T: Target>(
    execution: &mut Execution<'_, '_, T>,
) -> Result<(), Stop> {
    execution.expect_no_arguments();
    if execution.engine.nodes(execution.index)?.is_empty() { append(execution) } else { Ok(()) }
}

fn append<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    let copy = execution.copy()?;
    let parent = execution.target_node("InvalidOperationException")?;
    execution.engine.target.append(parent, copy)?;
    let name = execution.copy_name(copy);
    execution.trace(Code::Inserted, name);
    Ok(())
}
