//! What one binary is: format, processor, managed or native, the host inside it.

mod model;

pub use model::{
    Assembly, Bundle, BundleFile, BundleFileType, Format, Host, HostKind, Image, ImageKind,
    LookAlike, Machine, NativeCode, ReadyToRun, RunsAs, Subsystem, TargetOs,
};
