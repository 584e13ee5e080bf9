use iisle_xml::{Document, Limits, XmlError};

use super::Safe;
use crate::code::Code;
use crate::fault::Fault;
use crate::script::Script;
use crate::target::Unreadable;
use crate::{Input, Status};

/// Reads both documents: as what their byte order marks say, else as what they declare, else as
/// UTF-8 (X02). Source and declaration must agree, because others will read the result.
pub(crate) fn read(
    source: &[u8],
    transform: &[u8],
) -> Result<(Safe, Script<iisle_xml::NodeId>), Unreadable> {
    let document = Document::parse(source).map_err(|error| unreadable(Input::Source, &error))?;
    if let Some(conflict) = document.encoding_conflict() {
        return Err(unreadable(Input::Source, conflict));
    }
    let transform = Document::parse_marked(transform, &Limits::default())
        .map_err(|error| unreadable(Input::Transform, &error))?;
    let script = Script::of(&transform);
    Ok((Safe::new(document, transform), script))
}

fn unreadable(input: Input, error: &XmlError) -> Unreadable {
    let status = match error {
        XmlError::UnknownEncoding { .. }
        | XmlError::EncodingMismatch { .. }
        | XmlError::ExternalEntity { .. }
        | XmlError::TooLarge { .. }
        | XmlError::TooDeep { .. }
        | XmlError::ExpansionTooLarge { .. } => Status::Failed,
        _ => Status::Malformed,
    };
    let code = match status {
        Status::Malformed => Code::NotWellFormed,
        _ => Code::Unreadable,
    };
    let fault = Fault::new(code, []).with_detail(error.to_string());
    Unreadable { input, status, fault, position: error.position() }
}
