//! The tree of providers: archive.xml and the manifest it is made from.

mod read;
mod write;

pub use read::{Manifest, ManifestError, Provider};

pub(crate) use write::{DECLARATION, archive_xml, source_manifest};
