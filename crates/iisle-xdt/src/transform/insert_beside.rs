//! `InsertBefore(path)` and `InsertAfter(path)`: the copy goes beside the element a path leads to,
//! seen from the first parent.

use iisle_xml::xpath::{XNode, XPathKind};

use super::execution::Execution;
use crate::Code;
use crate::fault::{Fault, Stop};
use crate::policy::Failures;
use crate::target::Target;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

pub(super) fn apply<T: Target>(
    execution: &mut Execution<'_, '_, T>,
    side: Side,
) -> Result<(), Stop> {
    let sibling = sibling(execution)?;
    let target = &execution.engine.target;
    let is_topmost =
        target.parent(sibling).is_none_or(|above| target.kind(above) == XPathKind::Root);
    if is_topmost && execution.engine.policy.failures == Failures::Explained {
        return Err(Fault::new(Code::NoParent, [execution.directive.name.clone()]).into());
    }
    let copy = execution.copy()?;
    match side {
        Side::Before => execution.engine.target.insert_before(sibling, copy)?,
        Side::After => execution.engine.target.insert_after(sibling, copy)?,
    }
    let name = execution.copy_name(copy);
    execution.trace(Code::Inserted, name);
    Ok(())
}

/// The element that the argument leads to.
fn sibling<T: Target>(execution: &Execution<'_, '_, T>) -> Result<T::Node, Stop> {
    let name = || [execution.directive.name.clone()];
    let arguments = execution.arguments();
    let [path] = arguments.as_slice() else {
        let code = match arguments.len() {
            0 => Code::InsertNeedsXpath,
            _ => Code::InsertTooManyArgs,
        };
        return Err(Fault::new(code, name()).into());
    };
    let found = execution.evaluate(path, &execution.target)?;
    match found.first() {
        None => Err(Fault::new(Code::NoMatch, [path.clone()]).into()),
        Some(XNode::Tree(node)) if execution.engine.target.kind(*node) == XPathKind::Element => {
            Ok(*node)
        }
        Some(_) => Err(Fault::new(Code::SiblingNotElement, [path.clone()]).into()),
    }
}
