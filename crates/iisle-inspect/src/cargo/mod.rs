//! A Rust package as the source of a publish.
//!
//! Reads what `cargo metadata` and `cargo build --message-format=json` print and what configuration
//! files say; running cargo and finding the files is the caller's part. Start with [`read`].

mod config;
mod messages;
mod package;
mod settings;
mod target;

pub use messages::executable;
pub use package::{CargoError, CargoPackage, CargoRequest, read};
pub use settings::CargoSettings;
pub use target::rid_of;
