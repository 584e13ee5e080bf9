//! Copies of transform elements: their markup is written down and read again, as the reference
//! engine does it, so that all its peculiarities show.

use super::reader::{XMLNS, read_fragment};
use super::tree::{Id, Kind, Tree};
use super::writer::outer_xml;
use crate::fault::Fault;
use crate::script::XDT;

/// Copies an element of one tree into another, where it stands nowhere yet.
///
/// # Errors
/// An entity in it has no meaning in its markup alone.
pub(super) fn copy(from: &Tree, element: Id, to: &mut Tree) -> Result<Id, Fault> {
    let markup = outer_xml(from, element).map_err(|_| Fault::exception("ArgumentException"))?;
    let start = from.element(element).map(|element| element.position);
    let copied = start.and_then(|start| read_fragment(&markup, to, start).ok().flatten());
    let copied = copied.ok_or_else(|| Fault::exception("XmlException"))?;
    strip(to, copied);
    Ok(copied)
}

/// Takes away what belongs to the transform: directives and declarations of namespaces, and the
/// prefixes of attributes.
fn strip(tree: &mut Tree, top: Id) {
    let mut left = vec![top];
    while let Some(id) = left.pop() {
        left.extend(tree.children(id).filter(|child| tree.kind(*child) == Kind::Element));
        let Some(element) = tree.element_mut(id) else { continue };
        element
            .attributes
            .retain(|attribute| !matches!(attribute.namespace.as_deref(), Some(XDT | XMLNS)));
        for attribute in &mut element.attributes {
            let local = attribute.local().to_owned();
            attribute.name = local.into();
        }
    }
}
