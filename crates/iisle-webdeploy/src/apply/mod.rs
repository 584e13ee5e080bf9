//! What parameters do to files: the kinds `XmlFile`, `TextFile` and `TextFilePosition`.

mod as_written;
mod decode;
mod find;
mod fragment;
mod outside;
mod reach;
mod text_file;
mod text_position;
mod xml_encoding;
mod xml_file;
mod xml_writer;

pub use outside::{NoFiles, ValueFiles};
pub use text_position::{PositionError, PositionMode, TextPosition};

pub(crate) use outside::{OutsideError, outside_text, outside_value};
pub(crate) use text_file::{Rewritten, replace_in_text};
pub(crate) use text_position::put_at;
pub(crate) use xml_file::change_xml;
