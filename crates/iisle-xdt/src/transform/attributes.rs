//! `SetAttributes` and `RemoveAttributes`.

use iisle_xml::xpath::{XNode, XPathKind};

use super::execution::Execution;
use crate::Code;
use crate::fault::{Fault, Stop};
use crate::log::in_source;
use crate::target::Target;

/// `SetAttributes`: the target gets the attributes of the copy.
pub(super) fn set<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    let copy = execution.copy()?;
    let list = named(execution, &XNode::Tree(copy))?;
    for attribute in &list {
        let (from, index) = own_attribute(attribute)?;
        let value = value(execution, from, index);
        let element = execution.target_element("NullReferenceException")?;
        execution.engine.target.set_attribute(element, from, index, &value)?;
        let name = qualified(execution, from, index);
        execution.trace(Code::SetAttribute, name);
    }
    told(execution, list.len());
    Ok(())
}

/// Says how many attributes were set.
pub(super) fn told<T: Target>(execution: &mut Execution<'_, '_, T>, count: usize) {
    if count > 0 {
        execution.trace(Code::SetAttributes, count.to_string());
    } else {
        execution.warn(Code::SetNothing, []);
    }
}

/// `RemoveAttributes`: the target loses its own.
pub(super) fn remove<T: Target>(execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
    let target = execution.target.clone();
    let list = named(execution, &target)?;
    let mut own = Vec::new();
    let mut names = Vec::new();
    let mut foreign = None;
    for attribute in &list {
        match own_attribute(attribute) {
            Ok((element, index)) => {
                names.push(qualified(execution, element, index));
                // An argument may lead to another element; its attributes stay.
                own.extend((XNode::Tree(element) == target).then_some(index));
            }
            Err(fault) => {
                foreign = Some(fault);
                break;
            }
        }
    }
    own.sort_unstable();
    if let XNode::Tree(element) = target {
        execution.engine.target.remove_attributes(element, &own)?;
    }
    for name in names {
        execution.trace(Code::RemovedAttribute, name);
    }
    if let Some(fault) = foreign {
        return Err(fault.into());
    }
    if list.is_empty() {
        // The reference engine looks for the file a node belongs to; the document belongs to none.
        if is_document(execution, &target) {
            return Err(execution.not_an_element("NullReferenceException").into());
        }
        let place = execution.target_position().map(in_source);
        execution.engine.log.warning(Fault::new(Code::RemoveNothing, []), place);
    } else {
        execution.trace(Code::RemovedAttributes, list.len().to_string());
    }
    Ok(())
}

fn is_document<T: Target>(execution: &Execution<'_, '_, T>, node: &XNode<T::Node>) -> bool {
    let target = &execution.engine.target;
    matches!(node, XNode::Tree(node) if target.kind(*node) == XPathKind::Root)
}

/// The attributes that the arguments name on a node, all of them without arguments; warns of each
/// argument that names none.
pub(super) fn named<T: Target>(
    execution: &mut Execution<'_, '_, T>,
    node: &XNode<T::Node>,
) -> Result<Vec<XNode<T::Node>>, Stop> {
    let arguments = execution.arguments();
    let path = match arguments.as_slice() {
        [] => "@*".to_owned(),
        arguments => format!("@{}", arguments.join("|@")),
    };
    let mut found = Vec::new();
    for argument in &arguments {
        let list = execution.evaluate(&format!("@{argument}"), node)?;
        if list.is_empty() {
            execution.warn(Code::ArgNoAttribute, [argument.clone()]);
        }
        found = list;
    }
    if arguments.len() == 1 {
        return Ok(found);
    }
    execution.evaluate(&path, node)
}

/// The element and index of an attribute; the reference engine dies of anything else.
pub(super) fn own_attribute<N: Copy>(node: &XNode<N>) -> Result<(N, usize), Fault> {
    match node {
        XNode::Attribute(element, index) => Ok((*element, *index)),
        XNode::Tree(_) | XNode::Namespace(..) => Err(Fault::exception("InvalidCastException")),
    }
}

pub(super) fn qualified<T: Target>(
    execution: &Execution<'_, '_, T>,
    element: T::Node,
    index: usize,
) -> String {
    let attribute = execution.engine.target.attribute(element, index);
    attribute.map(|attribute| attribute.name.qualified.to_owned()).unwrap_or_default()
}

pub(super) fn value<T: Target>(
    execution: &Execution<'_, '_, T>,
    element: T::Node,
    index: usize,
) -> String {
    let attribute = execution.engine.target.attribute(element, index);
    attribute.map(|attribute| attribute.value.into_owned()).unwrap_or_default()
}
