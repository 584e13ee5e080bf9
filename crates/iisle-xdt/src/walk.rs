use crate::directive::{Directive, likely};
use crate::engine::{Engine, Wanted, place_of};
use crate::fault::{Fault, Stop};
use crate::log::{Abandoned, in_transform};
use crate::policy::{Failures, Mistakes};
use crate::script::{ScriptAttribute, ScriptElement, XDT};
use crate::target::Target;
use crate::transform::{Kind, execute};
use crate::{Code, Status};

/// Why a run ends early.
#[derive(Debug)]
pub(crate) enum End {
    /// With that status; why was told.
    Status(Status),
    Abandoned,
}

impl From<Abandoned> for End {
    fn from(Abandoned: Abandoned) -> Self {
        Self::Abandoned
    }
}

impl<T: Target> Engine<'_, T> {
    /// Does everything the transform document says.
    pub(crate) fn run(&mut self) -> Result<(), End> {
        if !self.script.has_namespace() {
            self.tell_missing_namespace();
            return Ok(());
        }
        self.look_at_elements_of_the_namespace()?;
        if self.policy.mistakes == Mistakes::Told {
            self.tell_likely_mistakes();
        }
        self.walk().map_err(End::from)
    }

    /// Warns of elements that mean nothing, and refuses imports.
    fn look_at_elements_of_the_namespace(&mut self) -> Result<(), End> {
        for element in &self.script.elements {
            if !element.name.is_xdt() {
                continue;
            }
            if element.name.local() != "Import" {
                let fault = Fault::new(Code::UnknownXdtTag, [element.name.qualified.clone()]);
                self.log.warning(fault, Some(place_of(element)));
                continue;
            }
            let (fault, position) = import(element);
            self.log.error(fault, Some(in_transform(position)))?;
            self.log.fatal(Fault::exception("XmlTransformationException"), None);
            return Err(End::Status(Status::Failed));
        }
        Ok(())
    }

    /// Elements in document order; below one whose directive cannot be read, none.
    fn walk(&mut self) -> Result<(), Abandoned> {
        let mut is_skipped = vec![false; self.script.elements.len()];
        for index in 0..is_skipped.len() {
            let above = self.element(index).parent;
            if above.is_some_and(|above| is_skipped[above]) {
                is_skipped[index] = true;
                continue;
            }
            match self.visit(index) {
                Ok(()) => {}
                Err(Stop::Fault(fault, place)) => {
                    is_skipped[index] = true;
                    self.log.error(*fault, place.or(Some(place_of(self.element(index)))))?;
                }
                Err(Stop::Abandoned) => return Err(Abandoned),
            }
        }
        Ok(())
    }

    fn visit(&mut self, index: usize) -> Result<(), Stop> {
        let element = self.element(index);
        let Some(attribute) = element.xdt_attribute("Transform") else { return Ok(()) };
        let at = attribute.position;
        let directive = Directive::parse(&attribute.value).map_err(|fault| Stop::at(fault, at))?;
        let kind = Kind::named(&directive.name)
            .ok_or_else(|| self.unknown(&directive.name, Wanted::Transform, at))?;
        self.log.hushed = self.wants_hush(element)?;
        let done = execute(self, index, kind, &directive, at);
        self.log.hushed = false;
        done.map_err(Stop::from)
    }

    /// Whether an element wants its warnings as information.
    fn wants_hush(&mut self, element: &ScriptElement<T::Origin>) -> Result<bool, Stop> {
        if let Some(attribute) = element.xdt_attribute("SupressWarnings") {
            return boolean(attribute).map_err(|fault| match self.policy.failures {
                Failures::Exceptions => Fault::exception("FormatException").into(),
                Failures::Explained => Stop::at(fault, attribute.position),
            });
        }
        // Spelled right, it means nothing to the reference engine, so it is no error either.
        let meant = element.xdt_attribute("SuppressWarnings");
        let Some(attribute) = meant.filter(|_| self.policy.mistakes == Mistakes::Told) else {
            return Ok(false);
        };
        Ok(boolean(attribute).unwrap_or_else(|fault| {
            self.log.warning(fault, Some(in_transform(attribute.position)));
            false
        }))
    }

    /// Says that nothing is applied, and where a namespace looks as if it were meant.
    fn tell_missing_namespace(&mut self) {
        let fault = Fault::new(Code::NoXdtNamespace, []);
        let is_told = self.policy.mistakes == Mistakes::Told && !self.tell_near_namespaces();
        if !is_told {
            return self.log.info(fault);
        }
        let hint = format!("declare xmlns:xdt=\"{XDT}\" on the document element");
        let place = self.script.elements.first().map(place_of);
        self.log.warning(fault.with_hint(Some(hint)), place);
    }

    /// Warns of namespaces that are nearly the one of transforms; whether there are any.
    fn tell_near_namespaces(&mut self) -> bool {
        let mut are_there = false;
        let all = self.script.elements.iter().flat_map(|element| &element.attributes);
        for attribute in all.filter(|attribute| attribute.declares().is_some()) {
            let is_near = attribute.value != XDT
                && (likely(&attribute.value, [XDT]).is_some()
                    || attribute.value.to_lowercase().contains("xml-document-transform"));
            if is_near {
                are_there = true;
                let fault = Fault::new(Code::NamespaceMisspelled, [attribute.value.clone()])
                    .with_hint(Some(format!("the namespace of transforms is {XDT}")));
                self.log.warning(fault, Some(in_transform(attribute.position)));
            }
        }
        are_there
    }

    /// Warns of what is allowed and does nothing.
    fn tell_likely_mistakes(&mut self) {
        self.tell_near_namespaces();
        for (index, element) in self.script.elements.iter().enumerate() {
            for attribute in element.attributes.iter().filter(|attribute| attribute.name.is_xdt()) {
                let local = attribute.name.local();
                let fault = match local {
                    "Transform" | "SupressWarnings" | "SuppressWarnings" => continue,
                    "Locator" if self.has_transform_within(index) => continue,
                    "Locator" => Fault::new(Code::LocatorUnused, []),
                    _ => {
                        let known = ["Transform", "Locator", "SuppressWarnings"];
                        let hint =
                            likely(local, known).map(|name| format!("did you mean `{name}`?"));
                        let name = attribute.name.qualified.clone();
                        Fault::new(Code::UnknownXdtAttribute, [name]).with_hint(hint)
                    }
                };
                self.log.warning(fault, Some(in_transform(attribute.position)));
            }
        }
    }

    /// Whether an element or one below it has a transform.
    fn has_transform_within(&self, top: usize) -> bool {
        let elements = &self.script.elements;
        let is_within = |index: usize| {
            let mut above = std::iter::successors(Some(index), |at| elements[*at].parent);
            above.any(|at| at == top)
        };
        let within = (top..elements.len()).take_while(|index| is_within(*index));
        within.into_iter().any(|index| elements[index].xdt_attribute("Transform").is_some())
    }
}

/// The value of an attribute that says yes or no.
fn boolean(attribute: &ScriptAttribute) -> Result<bool, Fault> {
    match attribute.value.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(Code::NotBoolean, [attribute.value.clone()])),
    }
}

/// Why an `Import` is refused, and where.
fn import<O>(element: &ScriptElement<O>) -> (Fault, iisle_xml::Position) {
    let mut has_namespace = false;
    let (mut assembly, mut path) = (false, false);
    for attribute in &element.attributes {
        match attribute.name.qualified.as_str() {
            "assembly" => assembly = true,
            "namespace" => has_namespace = true,
            "path" => path = true,
            name => {
                let fault = Fault::new(Code::ImportUnknownAttribute, [name.to_owned()]);
                return (fault, attribute.position);
            }
        }
    }
    let fault = match (assembly, path, has_namespace) {
        (true, true, _) => Fault::new(Code::ImportConflict, []),
        (false, false, _) => Fault::new(Code::ImportNoTarget, []),
        (_, _, false) => Fault::new(Code::ImportNoNamespace, []),
        (_, _, true) => {
            let hint = "use the built-in transforms: Insert, InsertIfMissing, InsertBefore, InsertAfter, Replace, Remove, RemoveAll, SetAttributes, RemoveAttributes, CommentOut";
            Fault::new(Code::ImportUnsupported, []).with_hint(Some(hint.to_owned()))
        }
    };
    (fault, element.position)
}
