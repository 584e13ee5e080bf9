use crate::{Options, Outcome};

/// Applies a transform to a document.
///
/// `source` and `transform` are whole files. Nothing is ever written: the outcome holds the bytes.
/// Never fails otherwise than by the [`Status`](crate::Status) of the outcome.
///
/// Source: the behavior of `Microsoft.Web.XmlTransform`; in safe mode with the deviations that the
/// crate's modules name.
pub fn transform(source: &[u8], transform: &[u8], options: &Options) -> Outcome {
    todo!("{} {} {options:?}", source.len(), transform.len())
}
