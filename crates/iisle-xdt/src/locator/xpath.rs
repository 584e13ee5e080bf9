//! `XPath(expression)`: any path, from the document or from the element's name.

use super::Path;
use super::path::appended;
use crate::Code;
use crate::fault::Fault;

pub(super) fn path(
    parent: &Path,
    index: usize,
    step: &str,
    arguments: &[String],
) -> Result<Path, Fault> {
    let [expression] = arguments else {
        return Err(Fault::new(Code::WrongArgCount, ["XPath".to_owned(), "1".to_owned()]));
    };
    if expression.starts_with('/') {
        return Ok(Path::absolute(expression, index));
    }
    let mut path = parent.then(appended(step, expression), index);
    // The slash before a piece is not part of it, so a first `./` would stay there: the same.
    path.text = path.text.replace("/./", "/");
    Ok(path)
}
