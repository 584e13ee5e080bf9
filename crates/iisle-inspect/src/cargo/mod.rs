//! A Rust package as the source of a publish.

mod package;

pub use package::CargoPackage;
