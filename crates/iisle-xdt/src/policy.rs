use iisle_xml::xpath::Dialect;

/// Where the engine itself decides differently in the two modes. What the documents decide
/// (layout, encoding, spelling) is the business of the [`Target`](crate::target::Target)s.
///
/// Identifiers such as X09 are those of the deviations that safe mode has from the reference
/// engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// How arguments are split and predicates told from bare conditions (X10).
    pub(crate) arguments: Arguments,
    /// How `Match` writes values into an expression (X09).
    pub(crate) literals: Literals,
    /// Which prefixes expressions in arguments know (X05, X14).
    pub(crate) bindings: Bindings,
    /// Which namespaces the steps of a path are in (X17).
    pub(crate) steps: Steps,
    /// How impossible wishes fail (X08).
    pub(crate) failures: Failures,
    /// Whose XPath it is.
    pub(crate) dialect: Dialect,
    /// What becomes of the wish to remove the document element (X13).
    pub(crate) document_element: DocumentElement,
    /// Whether likely mistakes are told (X12).
    pub(crate) mistakes: Mistakes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// Split at commas outside round parentheses; a single argument is not trimmed.
    Plain,
    /// Commas inside quotes and brackets of any kind do not split; all are trimmed.
    Balanced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literals {
    /// Between apostrophes, as they are.
    Verbatim,
    /// As literals that mean the value, whatever quotes it holds.
    Quoted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bindings {
    /// None.
    None,
    /// Those of the transform element.
    Element,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steps {
    /// One set of bindings for a whole path: that of its last step.
    Last,
    /// Each step goes by the bindings of its own transform element.
    Own,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failures {
    /// With the class of the exception the reference engine dies of.
    Exceptions,
    /// With what is wrong; unknown tokens stay, with a warning.
    Explained,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentElement {
    /// It goes like any other.
    Removable,
    /// It stays: an error.
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistakes {
    /// Not a word.
    Silent,
    /// Warnings and hints.
    Told,
}

impl Policy {
    /// As the reference engine has it.
    pub(crate) const COMPATIBLE: Self = Self {
        arguments: Arguments::Plain,
        literals: Literals::Verbatim,
        bindings: Bindings::None,
        steps: Steps::Last,
        failures: Failures::Exceptions,
        dialect: Dialect::DotNet,
        document_element: DocumentElement::Removable,
        mistakes: Mistakes::Silent,
    };

    /// Without its faults.
    pub(crate) const SAFE: Self = Self {
        arguments: Arguments::Balanced,
        literals: Literals::Quoted,
        bindings: Bindings::Element,
        steps: Steps::Own,
        failures: Failures::Explained,
        dialect: Dialect::Standard,
        document_element: DocumentElement::Kept,
        mistakes: Mistakes::Told,
    };
}
