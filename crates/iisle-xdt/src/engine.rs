use std::collections::BTreeSet;
use std::rc::Rc;

use iisle_xml::Position;
use iisle_xml::xpath::{Dialect, Namespaces, XNode, XPath};

use crate::directive::{Directive, likely};
use crate::fault::{Fault, Stop};
use crate::locator::{Locator, Path};
use crate::log::{Log, in_transform};
use crate::names::{DEFAULT_LOCATOR, TYPES, full_name};
use crate::policy::{Mistakes, Policy, Steps};
use crate::script::{Script, ScriptElement};
use crate::target::Target;
use crate::transform::Kind;
use crate::{Code, Options, Place};

/// What a run works with: the transform's elements, the document, and what was found out of them.
pub(crate) struct Engine<'a, T: Target> {
    pub(crate) script: &'a Script<T::Origin>,
    pub(crate) options: &'a Options,
    pub(crate) policy: Policy,
    pub(crate) target: T,
    pub(crate) log: Log,
    contexts: Vec<Context<T::Node>>,
}

/// What is known of a transform element once it was asked for, and kept: later changes of the
/// document do not change it.
struct Context<N> {
    path: Option<Rc<Path>>,
    nodes: Option<Nodes<N>>,
    parents: Option<Nodes<N>>,
    copy: Option<N>,
}

/// Nodes of the document, in its order.
pub(crate) type Nodes<N> = Rc<[XNode<N>]>;

impl<'a, T: Target> Engine<'a, T> {
    pub(crate) fn new(
        script: &'a Script<T::Origin>,
        target: T,
        policy: Policy,
        options: &'a Options,
    ) -> Self {
        let none = || Context { path: None, nodes: None, parents: None, copy: None };
        let contexts = script.elements.iter().map(|_| none()).collect();
        let log = Log::new(options.on_error);
        Self { script, options, policy, target, log, contexts }
    }

    pub(crate) fn element(&self, index: usize) -> &'a ScriptElement<T::Origin> {
        &self.script.elements[index]
    }

    /// The path of an element.
    pub(crate) fn path(&mut self, index: usize) -> Result<Rc<Path>, Stop> {
        if let Some(path) = &self.contexts[index].path {
            return Ok(Rc::clone(path));
        }
        let path = Rc::new(self.build_path(index)?);
        self.contexts[index].path = Some(Rc::clone(&path));
        Ok(path)
    }

    fn build_path(&mut self, index: usize) -> Result<Path, Stop> {
        let element = self.element(index);
        let above = self.path_above(index)?;
        let (locator, directive) = self.locator(index)?;
        let path = locator.path(&above, index, element, directive.as_ref(), self.policy);
        path.map_err(|fault| Stop::at(fault, element.position))
    }

    /// The path of the parent element; empty without one.
    fn path_above(&mut self, index: usize) -> Result<Rc<Path>, Stop> {
        match self.element(index).parent {
            Some(parent) => self.path(parent),
            None => Ok(Rc::default()),
        }
    }

    /// The path of what children are inserted into.
    pub(crate) fn parent_path(&mut self, index: usize) -> Result<Rc<Path>, Stop> {
        let above = self.path_above(index)?;
        let (locator, _) = self.locator(index)?;
        if locator.is_its_own_parent() { self.build_path(index).map(Rc::new) } else { Ok(above) }
    }

    fn locator(&self, index: usize) -> Result<(Locator, Option<Directive>), Stop> {
        let Some(attribute) = self.element(index).xdt_attribute("Locator") else {
            return Ok((Locator::Name, None));
        };
        let directive = Directive::parse(&attribute.value)
            .map_err(|fault| Stop::at(fault, attribute.position))?;
        match Locator::named(&directive.name) {
            Some(locator) => Ok((locator, Some(directive))),
            None if directive.name == DEFAULT_LOCATOR && self.policy == Policy::COMPATIBLE => {
                Ok((Locator::Name, None))
            }
            None => Err(self.unknown(&directive.name, Wanted::Locator, attribute.position)),
        }
    }

    /// Why a name is not what is wanted in its place.
    pub(crate) fn unknown(&self, name: &str, wanted: Wanted, position: Position) -> Stop {
        let transforms: Vec<&str> = Kind::NAMES.iter().map(|(name, _)| *name).collect();
        let locators: Vec<&str> = Locator::NAMES.iter().map(|(name, _)| *name).collect();
        let (kind, names, other_kind, others) = match wanted {
            Wanted::Transform => ("Transform", transforms, "Locator", locators),
            Wanted::Locator => ("Locator", locators, "Transform", transforms),
        };
        let is_other = others.contains(&name);
        let fault = if is_other || TYPES.contains(&name) {
            Fault::new(Code::WrongKind, [full_name(name), kind.to_owned()])
        } else {
            Fault::new(Code::UnknownType, [name.to_owned(), kind.to_owned()])
        };
        let hint = match self.policy.mistakes {
            Mistakes::Silent => None,
            Mistakes::Told if is_other => {
                Some(format!("`{name}` belongs into the attribute `{other_kind}`"))
            }
            Mistakes::Told => likely(name, names).map(|right| format!("did you mean `{right}`?")),
        };
        Stop::at(fault.with_hint(hint), position)
    }

    /// The nodes an element stands for.
    pub(crate) fn nodes(&mut self, index: usize) -> Result<Nodes<T::Node>, Stop> {
        if let Some(nodes) = &self.contexts[index].nodes {
            return Ok(Rc::clone(nodes));
        }
        let path = self.path(index)?;
        let nodes: Nodes<T::Node> = self.select(&self.target, &path, index)?.into();
        self.contexts[index].nodes = Some(Rc::clone(&nodes));
        Ok(nodes)
    }

    /// The nodes children are inserted into; `None` for an element without parent.
    pub(crate) fn parents(&mut self, index: usize) -> Result<Option<Nodes<T::Node>>, Stop> {
        if let Some(nodes) = &self.contexts[index].parents {
            return Ok(Some(Rc::clone(nodes)));
        }
        if self.element(index).parent.is_none() {
            return Ok(None);
        }
        let path = self.parent_path(index)?;
        let nodes: Nodes<T::Node> = self.select(&self.target, &path, index)?.into();
        self.contexts[index].parents = Some(Rc::clone(&nodes));
        Ok(Some(nodes))
    }

    /// Whether a path matched in the document as it was read.
    pub(crate) fn existed(&self, path: &Path, index: usize) -> Result<bool, Stop> {
        Ok(!self.select(self.target.original(), path, index)?.is_empty())
    }

    /// The copy of a transform element.
    pub(crate) fn copy(&mut self, index: usize) -> Result<T::Node, Stop> {
        if let Some(copy) = self.contexts[index].copy {
            return Ok(copy);
        }
        let copy = self.target.copy(self.element(index).origin)?;
        self.contexts[index].copy = Some(copy);
        Ok(copy)
    }

    /// What a path selects. `index` is the element it is for, whose namespaces it is written in.
    fn select(&self, tree: &T, path: &Path, index: usize) -> Result<Vec<XNode<T::Node>>, Stop> {
        let bindings = &self.element(index).bindings;
        let document = XNode::Tree(tree.document());
        let dialect = self.policy.dialect;
        let differs = |element: usize| {
            let own = &self.element(element).bindings;
            !Rc::ptr_eq(own, bindings) && !own.agree_with(bindings)
        };
        let stepwise = self.policy.steps == Steps::Own
            && path.pieces.iter().any(|piece| differs(piece.element));
        if !stepwise {
            return evaluate(tree, &path.text, &document, &bindings.namespaces, dialect);
        }
        let mut found = vec![document];
        for piece in &path.pieces {
            let namespaces = &self.element(piece.element).bindings.namespaces;
            let mut next = Vec::new();
            let mut seen = BTreeSet::new();
            for context in &found {
                for node in evaluate(tree, &piece.text, context, namespaces, dialect)? {
                    let is_new = match &node {
                        XNode::Tree(node) => seen.insert(*node),
                        other => !next.contains(other),
                    };
                    if is_new {
                        next.push(node);
                    }
                }
            }
            found = next;
        }
        Ok(found)
    }
}

/// What a directive's name should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Transform,
    Locator,
}

/// What an expression selects at a node.
pub(crate) fn evaluate<T: Target>(
    tree: &T,
    text: &str,
    context: &XNode<T::Node>,
    namespaces: &Namespaces,
    dialect: Dialect,
) -> Result<Vec<XNode<T::Node>>, Stop> {
    let path = XPath::parse_as(text, dialect);
    let selected = path.and_then(|path| path.select(tree, context, namespaces));
    selected.map_err(|error| {
        let detail = format!("{error} (character {} of `{text}`)", error.column());
        Stop::from(Fault::exception("XPathException").with_detail(detail))
    })
}

/// The place of a transform element.
pub(crate) fn place_of<O>(element: &ScriptElement<O>) -> Place {
    in_transform(element.position)
}
