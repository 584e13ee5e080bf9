//! New files: what they are to say, whether the module takes it, and their bytes.

mod check;
mod settings;
mod write;

pub use check::{SettingsError, SettingsNotice};
pub use settings::{ApplicationInitialization, Place, Settings, ShadowCopy};
pub use write::generate;

pub(crate) use settings::{STDOUT_LOG_FILE, quoted_dll};
pub(crate) use write::is_xml_char;
