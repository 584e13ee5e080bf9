use crate::Code;

/// Why something could not be done, on its way to becoming an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) arguments: Vec<String>,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: Code, arguments: impl IntoIterator<Item = String>) -> Self {
        Self { code, arguments: arguments.into_iter().collect(), detail: None, hint: None }
    }

    /// The end of the reference engine by an exception of that class.
    pub(crate) fn exception(class: &str) -> Self {
        Self::new(Code::Exception, [class.to_owned()])
    }

    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}
