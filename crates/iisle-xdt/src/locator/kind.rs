use super::{Path, condition, match_attributes, xpath};
use crate::arguments::split;
use crate::directive::Directive;
use crate::fault::Fault;
use crate::policy::Policy;
use crate::script::{DEFAULT_NAMESPACE, ScriptElement};

/// A kind of locator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locator {
    /// By name only.
    Name,
    Condition,
    Match,
    XPath,
}

impl Locator {
    /// All but the one that has no name of its own.
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("Condition", Self::Condition), ("Match", Self::Match), ("XPath", Self::XPath)];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::NAMES.iter();
        all.find(|(known, _)| *known == name).map(|(_, locator)| *locator)
    }

    /// The path of an element below a parent's path.
    pub(crate) fn path<O>(
        self,
        parent: &Path,
        index: usize,
        element: &ScriptElement<O>,
        directive: Option<&Directive>,
        policy: Policy,
    ) -> Result<Path, Fault> {
        let text = directive.and_then(|directive| directive.arguments.as_deref());
        let arguments = text.map(|text| split(text, policy.arguments)).unwrap_or_default();
        let step = step(element);
        match self {
            Self::Name => Ok(parent.then(step, index)),
            Self::Condition => condition::path(parent, index, step, &arguments, policy),
            Self::Match => match_attributes::path(parent, index, step, &arguments, element, policy),
            Self::XPath => xpath::path(parent, index, &step, &arguments),
        }
    }

    /// Whether the path of what it locates is the path of the parent as well.
    pub(crate) fn is_its_own_parent(self) -> bool {
        self == Self::XPath
    }
}

/// The step of an element: its name as written, the default namespace by a prefix of its own.
fn step<O>(element: &ScriptElement<O>) -> String {
    let name = &element.name;
    if name.namespace.is_some() && name.prefix().is_none() {
        format!("{DEFAULT_NAMESPACE}:{}", name.local())
    } else {
        name.qualified.clone()
    }
}
