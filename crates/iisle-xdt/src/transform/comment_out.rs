//! `CommentOut`: the first node becomes a comment with its markup.

use super::execution::Execution;
use crate::Code;
use crate::fault::{Fault, Stop};
use crate::policy::Failures;
use crate::target::Target;
use iisle_xml::xpath::XNode;

pub(super) fn apply<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    let is_in_tree = matches!(execution.target, XNode::Tree(_));
    if !is_in_tree && execution.engine.policy.failures == Failures::Exceptions {
        return Err(Fault::new(Code::CommentOutDocument, []).into());
    }
    let node = execution.target_node("NullReferenceException")?;
    execution.spare_document_element(node)?;
    let name = execution.target_name();
    let engine = &mut *execution.engine;
    engine.target.comment_out(node, engine.options.hyphens, &mut engine.log)?;
    execution.trace(Code::CommentedOut, name);
    Ok(())
}
