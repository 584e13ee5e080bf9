//! Who said what, held as references into the files until somebody asks for words.

use std::sync::Arc;

use crate::escape::unescape;
use crate::source::{NodeId, Source};
use crate::{Assignment, Origin, Place, SourceKind};

/// Who gave a value.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    Global,
    Environment,
    Engine,
    /// An element of a file, or of the model.
    Written {
        source: Arc<Source>,
        kind: SourceKind,
        node: NodeId,
    },
}

impl Said {
    /// Whether the built-in model says it.
    pub(crate) fn is_model(&self) -> bool {
        matches!(self, Self::Written { source, .. } if source.is_model)
    }

    /// As [`Origin::is_explicit`].
    pub(crate) fn is_explicit(&self) -> bool {
        match self {
            Self::Global => true,
            Self::Written { source, kind, .. } => !source.is_model && *kind != SourceKind::Sdk,
            Self::Environment | Self::Engine => false,
        }
    }

    /// As [`Origin::place`].
    pub(crate) fn place(&self) -> Option<Place> {
        match self {
            Self::Written { source, node, .. } if !source.is_model => Some(source.place(*node)),
            Self::Written { .. } | Self::Global | Self::Environment | Self::Engine => None,
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Global => Origin::Global,
            Self::Environment => Origin::Environment,
            Self::Engine => Origin::Engine,
            Self::Written { source, kind, node } => {
                let place = source.place(*node);
                if source.is_model {
                    Origin::BuiltInModel { place }
                } else {
                    Origin::File { place, kind: *kind }
                }
            }
        }
    }
}

/// The conditions something stands under, from the inside out.
#[derive(Debug)]
pub(crate) struct Under {
    pub(crate) outer: Option<Arc<Self>>,
    pub(crate) source: Arc<Source>,
    pub(crate) node: NodeId,
}

/// An assignment that was met.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    pub(crate) source: Arc<Source>,
    pub(crate) kind: SourceKind,
    pub(crate) node: NodeId,
    /// The escaped value; `None` when it was not taken.
    pub(crate) value: Option<Box<str>>,
    pub(crate) under: Option<Arc<Under>>,
}

impl Met {
    pub(crate) fn property(&self) -> &str {
        self.source.name(self.node)
    }

    pub(crate) fn assignment(&self) -> Assignment {
        let mut conditions: Vec<&str> = self.source.condition(self.node).into_iter().collect();
        let mut under = self.under.as_deref();
        while let Some(frame) = under {
            conditions.extend(frame.source.condition(frame.node));
            under = frame.outer.as_deref();
        }
        let conditions: Vec<&str> = conditions.into_iter().rev().map(str::trim).collect();
        let said = Said::Written { source: self.source.clone(), kind: self.kind, node: self.node };
        Assignment {
            property: self.property().to_owned(),
            value: match &self.value {
                Some(value) => unescape(value).into_owned(),
                None => self.source.value(self.node).into_owned(),
            },
            origin: said.origin(),
            condition: (!conditions.is_empty()).then(|| conditions.join(" and ")),
            taken: self.value.is_some(),
        }
    }
}
