//! Property functions: values, and the members that can be called on them.

mod error;
mod file_system;
mod hash;
mod instance;
mod intrinsic;
mod number;
mod pattern;
mod statics;
mod text;
mod time;
mod value;

pub use error::FunctionError;
pub(crate) use instance::{call_instance, call_plain};
pub(crate) use statics::{call_static, changes_by_itself, fixes_paths, static_type};
pub(crate) use value::{Arg, Failure, Value};

use std::path::Path;

use crate::paths::Style;
use crate::{Host, ProjectFiles, Request, SdkSource, sdk};

/// What functions may ask about the world.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) files: &'a dyn ProjectFiles,
    pub(crate) request: &'a Request,
    /// The project's folder, no trailing separator.
    pub(crate) project_dir: &'a str,
    /// Where the command was started.
    pub(crate) current_dir: &'a str,
    /// The folder of the SDK, `<dotnet>/sdk/<version>`.
    pub(crate) tools_dir: &'a str,
    /// The folder of the file the expression stands in, with trailing separator.
    pub(crate) this_dir: &'a str,
}

impl World<'_> {
    pub(crate) fn host(&self) -> Host {
        self.request.host
    }

    pub(crate) fn style(&self) -> Style {
        if self.host().is_windows() { Style::Windows } else { Style::Unix }
    }

    /// Whether a file or folder is there; with the built-in model also what it stands for.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let built_in = matches!(self.request.sdk, SdkSource::BuiltIn(_));
        built_in && sdk::toolset_file(self.style(), self.tools_dir, path).is_some()
            || self.files.entry(Path::new(path)).is_some()
    }

    pub(crate) fn environment(&self, name: &str) -> Option<&str> {
        let windows = self.host().is_windows();
        let same = |key: &str| key == name || windows && key.eq_ignore_ascii_case(name);
        self.request.environment.iter().find(|(key, _)| same(key)).map(|(_, value)| value.as_str())
    }
}
