//! What one binary is: format, processor, managed or native, the host inside it.

mod bundle;
mod elf;
mod host;
mod inspect;
mod macho;
mod metadata;
mod model;
mod part;
mod pe;
mod source;
mod text;

pub use inspect::inspect_image;
pub use model::{
    Assembly, Bundle, BundleFile, BundleFileType, Format, Host, HostKind, Image, ImageKind,
    LookAlike, Machine, NativeCode, ReadyToRun, RunsAs, Subsystem, TargetOs,
};
pub(crate) use part::Part;
pub(crate) use text::find_texts;
