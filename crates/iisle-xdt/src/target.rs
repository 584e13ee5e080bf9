use iisle_xml::Position;
use iisle_xml::xpath::XPathTree;

use crate::fault::Fault;
use crate::log::Log;
use crate::options::Hyphens;
use crate::{Input, Status};

/// The document that is transformed, together with the transform document whose elements are
/// copied into it.
///
/// XPath runs over it through [`XPathTree`]. The engine never changes anything but through these
/// operations, and hands each node it was given by XPath to at most one operation that takes it
/// away. Nodes stay valid when they are taken out of the document: paths that were computed
/// before still count them.
///
/// Where an operation meets a kind of node it cannot be done on (text into which something is
/// inserted, the document that is removed), the target says how that fails.
pub(crate) trait Target: XPathTree {
    /// An element of the transform document.
    type Origin: Copy;

    /// The document as it was read. Asked for only when a path matches nothing, so it may be made
    /// then.
    fn original(&self) -> &Self;

    /// The name that events give: the qualified name of an element, else a word such as `#text`.
    fn display_name(&self, n: Self::Node) -> String;

    /// Where the element's name stands in the source; `None` for what is no element. Of a copy, a
    /// place near where it stands in the transform document.
    fn element_position(&self, n: Self::Node) -> Option<Position>;

    /// Where the name of an attribute stands; see [`Target::element_position`].
    fn attribute_position(&self, n: Self::Node, index: usize) -> Option<Position>;

    /// A deep copy of a transform element, in no tree yet: without attributes of the transform
    /// namespace and without declarations of namespaces, on every element of it.
    ///
    /// XPath's attribute steps are evaluated on it before it goes anywhere.
    fn copy(&mut self, origin: Self::Origin) -> Result<Self::Node, Fault>;

    /// Puts a copy behind the last child of `parent`.
    fn append(&mut self, parent: Self::Node, copy: Self::Node) -> Result<(), Fault>;

    /// Puts a copy before an element.
    fn insert_before(&mut self, sibling: Self::Node, copy: Self::Node) -> Result<(), Fault>;

    /// Puts a copy behind an element.
    fn insert_after(&mut self, sibling: Self::Node, copy: Self::Node) -> Result<(), Fault>;

    /// Puts a copy where `old` stands, which may be the document element.
    fn replace(&mut self, old: Self::Node, copy: Self::Node) -> Result<(), Fault>;

    /// Takes a node, and all below it, out of the tree.
    fn remove(&mut self, n: Self::Node) -> Result<(), Fault>;

    /// Puts a comment with its markup in the place of a node. What the markup has that no comment
    /// can hold is told in the log.
    fn comment_out(&mut self, n: Self::Node, hyphens: Hyphens, log: &mut Log) -> Result<(), Fault>;

    /// Gives `element` the attribute at `index` of the element `from`, a copy: replaces the value
    /// of the one of that name, or adds it behind the others. `value` stands for its value.
    fn set_attribute(
        &mut self,
        element: Self::Node,
        from: Self::Node,
        index: usize,
        value: &str,
    ) -> Result<(), Fault>;

    /// Removes attributes of an element by their indexes, which are ascending.
    fn remove_attributes(&mut self, element: Self::Node, indexes: &[usize]) -> Result<(), Fault>;

    /// The document as bytes.
    ///
    /// # Errors
    /// Why it cannot be written down; the bytes are then those the reference engine would have
    /// left in the file.
    fn into_bytes(self) -> Result<Vec<u8>, Unwritable>;
}

/// Why a document cannot be written down.
#[derive(Debug)]
pub(crate) struct Unwritable {
    /// What the event says.
    pub(crate) fault: Fault,
    /// What would have been left in the file; `None` in safe mode, where nothing is touched.
    pub(crate) left: Option<Vec<u8>>,
}

/// Why a document cannot be read.
///
/// Each kind of target has a function `read(source: &[u8], transform: &[u8])` that gives the
/// target and the [`Script`](crate::script::Script) of the transform document, or this.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Which of the two.
    pub(crate) input: Input,
    /// [`Status::Malformed`], or [`Status::Failed`] for what is not the document's fault.
    pub(crate) status: Status,
    /// What the event says.
    pub(crate) fault: Fault,
    /// Where, if it has a place.
    pub(crate) position: Option<Position>,
}
