//! The reference engine's way with documents: what its reader keeps of a file, what its tree holds,
//! and how its writer lays a changed tree out, faults included.
//!
//! Source: the behavior of `Microsoft.Web.XmlTransform` over `XmlDocument`, `XmlTextReader` and
//! `XmlTextWriter` of .NET, found out by running them.

mod bytes;
mod chars;
mod charset;
mod copy;
mod dictionary;
mod doctype;
mod document;
mod elements;
mod format;
mod gaps;
mod layout;
mod line_reader;
mod lines;
mod reader;
mod reference;
mod start_tag;
mod tag_finder;
mod tree;
mod view;
mod writer;

pub(crate) use document::CompatibleTarget;
