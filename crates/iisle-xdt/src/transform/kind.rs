use super::execution::Execution;
use super::{attributes, comment_out, insert, insert_beside, remove, replace, tokens};
use crate::fault::Stop;
use crate::target::Target;

/// A transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    CommentOut,
    Insert,
    InsertAfter,
    InsertBefore,
    InsertIfMissing,
    Remove,
    RemoveAll,
    RemoveAttributes,
    Replace,
    SetAttributes,
    SetTokenizedAttributes,
}

impl Kind {
    pub(crate) const NAMES: [(&'static str, Self); 11] = [
        ("CommentOut", Self::CommentOut),
        ("Insert", Self::Insert),
        ("InsertAfter", Self::InsertAfter),
        ("InsertBefore", Self::InsertBefore),
        ("InsertIfMissing", Self::InsertIfMissing),
        ("Remove", Self::Remove),
        ("RemoveAll", Self::RemoveAll),
        ("RemoveAttributes", Self::RemoveAttributes),
        ("Replace", Self::Replace),
        ("SetAttributes", Self::SetAttributes),
        ("SetTokenizedAttributes", Self::SetTokenizedAttributes),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Whether it works on the parent of what its element stands for; that it is missing is an
    /// error then, else a warning.
    pub(super) fn works_on_parent(self) -> bool {
        matches!(
            self,
            Self::Insert | Self::InsertAfter | Self::InsertBefore | Self::InsertIfMissing
        )
    }

    /// Whether it works on every node, not on the first only.
    pub(super) fn works_on_all(self) -> bool {
        matches!(
            self,
            Self::RemoveAll
                | Self::RemoveAttributes
                | Self::SetAttributes
                | Self::SetTokenizedAttributes
        )
    }

    pub(super) fn apply<T: Target>(self, execution: &mut Execution<'_, '_, T>) -> Result<(), Stop> {
        match self {
            Self::CommentOut => comment_out::apply(execution),
            Self::Insert => insert::apply(execution),
            Self::InsertAfter => insert_beside::apply(execution, insert_beside::Side::After),
            Self::InsertBefore => insert_beside::apply(execution, insert_beside::Side::Before),
            Self::InsertIfMissing => insert::apply_if_missing(execution),
            Self::Remove => remove::apply(execution),
            Self::RemoveAll => remove::apply_to_each(execution),
            Self::RemoveAttributes => attributes::remove(execution),
            Self::Replace => replace::apply(execution),
            Self::SetAttributes => attributes::set(execution),
            Self::SetTokenizedAttributes => tokens::set(execution),
        }
    }
}
