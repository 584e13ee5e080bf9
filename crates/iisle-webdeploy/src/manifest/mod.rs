//! The tree of providers: archive.xml and the manifest it is made from.

mod write;

pub(crate) use write::{DECLARATION, archive_xml, source_manifest};
