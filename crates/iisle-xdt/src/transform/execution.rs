use iisle_xml::xpath::{XNode, XPathKind};

use super::Kind;
use crate::arguments::{mentions_prefix, split};
use crate::directive::Directive;
use crate::engine::{Engine, Nodes, evaluate, place_of};
use crate::fault::{Fault, Stop};
use crate::log::{Abandoned, in_transform};
use crate::options::Unmatched;
use crate::policy::{Bindings, DocumentElement, Failures};
use crate::target::Target;
use crate::{Code, Place};
use iisle_xml::Position;
use iisle_xml::xpath::Namespaces;

/// A transform at work on one node.
pub(crate) struct Execution<'e, 'a, T: Target> {
    pub(super) engine: &'e mut Engine<'a, T>,
    /// The index of the transform element.
    pub(super) index: usize,
    pub(super) directive: &'e Directive,
    /// All nodes it could work on.
    pub(super) targets: Nodes<T::Node>,
    /// The one it works on.
    pub(super) target: XNode<T::Node>,
    /// Where the `Transform` attribute stands.
    pub(super) position: Position,
}

/// Executes the transform of an element and tells what came of it.
///
/// # Errors
/// When an error ends the run.
pub(crate) fn execute<T: Target>(
    engine: &mut Engine<'_, T>,
    index: usize,
    kind: Kind,
    directive: &Directive,
    position: Position,
) -> Result<(), Abandoned> {
    let name =
        format!("{} (transform line {}, {})", directive.name, position.line, position.column);
    let mut has_begun = false;
    let done = match required(engine, index, kind, directive) {
        Ok(Some(targets)) => {
            has_begun = true;
            engine.log.trace(Code::Begin, [name.clone()]);
            on_targets(engine, index, kind, directive, position, targets)
        }
        Ok(None) => Ok(()),
        Err(stop) => Err(stop),
    };
    let failed = done.is_err();
    match done.map_err(|stop| stop.or_at(position)) {
        Ok(()) => {}
        Err(Stop::Fault(fault, place)) => engine.log.error(*fault, place)?,
        Err(Stop::Abandoned) => return Err(Abandoned),
    }
    match (has_begun, failed) {
        (true, false) => engine.log.trace(Code::End, [directive.name.clone()]),
        (true, true) => engine.log.trace(Code::EndWithError, [directive.name.clone()]),
        (false, _) => engine.log.info(Fault::new(Code::NotExecuted, [name])),
    }
    Ok(())
}

/// The nodes a transform works on; `None` when there are none, which was told.
fn required<T: Target>(
    engine: &mut Engine<'_, T>,
    index: usize,
    kind: Kind,
    directive: &Directive,
) -> Result<Option<Nodes<T::Node>>, Stop> {
    let targets = if kind.works_on_parent() {
        if engine.element(index).parent.is_none() && engine.policy.failures == Failures::Explained {
            return Err(Fault::new(Code::NoParent, [directive.name.clone()]).into());
        }
        parents(engine, index)?
    } else {
        engine.nodes(index)?
    };
    if !targets.is_empty() {
        return Ok(Some(targets));
    }
    let outermost = outermost_missing(engine, index, kind)?;
    let path = engine.path(outermost)?;
    let existed = engine.existed(&path, index)?;
    let code = if existed { Code::MatchRemoved } else { Code::NoMatch };
    let fault = Fault::new(code, [path.text.clone()]);
    let place = Some(place_of(engine.element(outermost)));
    if kind.works_on_parent() {
        return Err(Stop::Fault(Box::new(fault), place));
    }
    match engine.options.unmatched {
        Unmatched::Warn => engine.log.warning(fault, place),
        Unmatched::Fail => engine.log.error(fault, place)?,
    }
    Ok(None)
}

/// The nodes children are inserted into. Of an element without parent there is not even a list,
/// which the reference engine does not expect.
fn parents<T: Target>(engine: &mut Engine<'_, T>, index: usize) -> Result<Nodes<T::Node>, Stop> {
    let none = match engine.policy.failures {
        Failures::Exceptions => Err(Fault::exception("NullReferenceException").into()),
        Failures::Explained => Ok(Nodes::from([])),
    };
    engine.parents(index)?.map_or(none, Ok)
}

/// The outermost element above a missing one that is missing as well.
fn outermost_missing<T: Target>(
    engine: &mut Engine<'_, T>,
    index: usize,
    kind: Kind,
) -> Result<usize, Stop> {
    let mut at = index;
    while let Some(above) = engine.element(at).parent {
        let is_missing = if kind.works_on_parent() {
            // What has no path to a parent is taken to be there.
            !engine.parent_path(above)?.text.is_empty() && parents(engine, above)?.is_empty()
        } else {
            engine.nodes(above)?.is_empty()
        };
        if !is_missing {
            break;
        }
        at = above;
    }
    Ok(at)
}

fn on_targets<T: Target>(
    engine: &mut Engine<'_, T>,
    index: usize,
    kind: Kind,
    directive: &Directive,
    position: Position,
    targets: Nodes<T::Node>,
) -> Result<(), Stop> {
    let path = engine.path(index)?;
    engine.log.trace(Code::Xpath, [path.text.clone()]);
    let Some(first) = targets.first().cloned() else { return Ok(()) };
    let mut execution = Execution { engine, index, directive, targets, target: first, position };
    if !kind.works_on_all() {
        return execution.apply(kind);
    }
    execution.engine.copy(index)?;
    for target in execution.targets.iter().cloned().collect::<Vec<_>>() {
        execution.target = target;
        match execution.apply(kind) {
            Ok(()) => {}
            // The reference engine loses the place here, and goes on with the next node.
            Err(Stop::Fault(fault, place)) => {
                let place = match execution.engine.policy.failures {
                    Failures::Exceptions => place,
                    Failures::Explained => place.or(Some(execution.place())),
                };
                execution.engine.log.error(*fault, place)?;
            }
            Err(Stop::Abandoned) => return Err(Stop::Abandoned),
        }
    }
    Ok(())
}

impl<T: Target> Execution<'_, '_, T> {
    fn apply(&mut self, kind: Kind) -> Result<(), Stop> {
        let mut arguments = vec![self.target_name()];
        if let Some(Position { line, column }) = self.target_position() {
            arguments.extend([line.to_string(), column.to_string()]);
        }
        self.engine.log.trace(Code::ApplyTo, arguments);
        kind.apply(self)
    }

    /// The place of the `Transform` attribute.
    pub(super) fn place(&self) -> Place {
        in_transform(self.position)
    }

    /// A warning at the `Transform` attribute.
    pub(super) fn warn(&mut self, code: Code, arguments: impl IntoIterator<Item = String>) {
        let place = self.place();
        self.engine.log.warning(Fault::new(code, arguments), Some(place));
    }

    pub(super) fn trace(&mut self, code: Code, argument: String) {
        self.engine.log.trace(code, [argument]);
    }

    /// The name events give of what is worked on.
    pub(super) fn target_name(&self) -> String {
        match &self.target {
            XNode::Tree(node) => self.engine.target.display_name(*node),
            XNode::Attribute(node, index) => {
                let attribute = self.engine.target.attribute(*node, *index);
                attribute.map(|attribute| attribute.name.qualified.to_owned()).unwrap_or_default()
            }
            XNode::Namespace(_, prefix) if prefix.is_empty() => "xmlns".to_owned(),
            XNode::Namespace(_, prefix) => format!("xmlns:{prefix}"),
        }
    }

    /// Where in the source what is worked on stands.
    pub(super) fn target_position(&self) -> Option<Position> {
        match &self.target {
            XNode::Tree(node) => self.engine.target.element_position(*node),
            XNode::Attribute(node, index) => self.engine.target.attribute_position(*node, *index),
            XNode::Namespace(..) => None,
        }
    }

    /// The element that is worked on.
    ///
    /// # Errors
    /// `class` is the exception the reference engine dies of when it is no element.
    pub(super) fn target_element(&self, class: &str) -> Result<T::Node, Fault> {
        match &self.target {
            XNode::Tree(node) if self.engine.target.kind(*node) == XPathKind::Element => Ok(*node),
            _ => Err(self.not_an_element(class)),
        }
    }

    /// The node that is worked on, whatever it is, as long as it is one of the tree.
    ///
    /// # Errors
    /// See [`Self::target_element`].
    pub(super) fn target_node(&self, class: &str) -> Result<T::Node, Fault> {
        match (&self.target, self.engine.policy.failures) {
            (XNode::Tree(node), Failures::Exceptions) => Ok(*node),
            // What cannot be done with comments and texts, the target refuses.
            (XNode::Tree(node), Failures::Explained)
                if self.engine.target.kind(*node) != XPathKind::Root =>
            {
                Ok(*node)
            }
            _ => self.target_element(class),
        }
    }

    pub(super) fn not_an_element(&self, class: &str) -> Fault {
        if self.engine.policy.failures == Failures::Exceptions {
            return Fault::exception(class);
        }
        let what = match &self.target {
            XNode::Attribute(..) => "an attribute",
            XNode::Namespace(..) => "a namespace",
            XNode::Tree(node) => match self.engine.target.kind(*node) {
                XPathKind::Root => "the document",
                XPathKind::Text => "text",
                XPathKind::Comment => "a comment",
                XPathKind::ProcessingInstruction => "a processing instruction",
                XPathKind::Element | XPathKind::Nothing => "something else",
            },
        };
        Fault::new(Code::NotAnElement, [what.to_owned()])
    }

    /// Refuses to take the document element away, where that is the rule.
    pub(super) fn spare_document_element(&self, node: T::Node) -> Result<(), Fault> {
        let target = &self.engine.target;
        let is_document_element = || {
            target.kind(node) == XPathKind::Element
                && target.parent(node).is_some_and(|above| target.kind(above) == XPathKind::Root)
        };
        match self.engine.policy.document_element {
            DocumentElement::Kept if is_document_element() => {
                Err(Fault::new(Code::DocumentElement, [self.directive.name.clone()]))
            }
            _ => Ok(()),
        }
    }

    /// Warns of arguments where there should be none.
    pub(super) fn expect_no_arguments(&mut self) {
        if self.directive.arguments.is_some() {
            self.warn(Code::ArgsIgnored, [self.directive.name.clone()]);
        }
    }

    /// Warns where more nodes match than are worked on.
    pub(super) fn expect_one_target(&mut self) {
        if self.targets.len() > 1 {
            self.warn(Code::FirstOnly, [self.directive.name.clone()]);
        }
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        let text = self.directive.arguments.as_deref();
        text.map(|text| split(text, self.engine.policy.arguments)).unwrap_or_default()
    }

    /// What an expression in an argument selects at a node.
    pub(super) fn evaluate(
        &self,
        text: &str,
        context: &XNode<T::Node>,
    ) -> Result<Vec<XNode<T::Node>>, Stop> {
        let Engine { policy, target, .. } = &*self.engine;
        let none = Namespaces::new();
        let namespaces = match policy.bindings {
            // Not even the prefix that is always bound.
            Bindings::None if mentions_prefix(text, "xml") => {
                return Err(Fault::exception("XPathException").into());
            }
            Bindings::None => &none,
            Bindings::Element => &self.engine.element(self.index).bindings.namespaces,
        };
        evaluate(target, text, context, namespaces, policy.dialect)
    }

    /// The copy of the transform element.
    pub(super) fn copy(&mut self) -> Result<T::Node, Stop> {
        self.engine.copy(self.index)
    }

    /// The name events give of the copy.
    pub(super) fn copy_name(&self, copy: T::Node) -> String {
        self.engine.target.name(copy).qualified.to_owned()
    }
}
