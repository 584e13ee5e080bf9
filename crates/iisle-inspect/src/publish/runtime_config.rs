use std::collections::BTreeMap;

use serde_json::Value;

use super::Problem;

/// What a `*.runtimeconfig.json` says.
#[derive(Debug, Clone, PartialEq)]
pub struct RuntimeConfig {
    /// The file: a path below the root, or below the bundle it lies in.
    pub path: String,
    /// Whether it was read from inside the program.
    pub bundled: bool,
    /// `tfm`.
    pub tfm: Option<String>,
    /// `framework` and `frameworks`, in file order.
    pub frameworks: Vec<FrameworkReference>,
    /// `includedFrameworks`, in file order.
    pub included_frameworks: Vec<FrameworkReference>,
    /// `rollForward`, as written.
    pub roll_forward: Option<String>,
    /// `rollForwardOnNoCandidateFx`.
    pub roll_forward_on_no_candidate_fx: Option<i64>,
    /// `applyPatches`.
    pub apply_patches: Option<bool>,
    /// `configProperties`.
    pub config_properties: BTreeMap<String, Value>,
    /// Whether there is an object `runtimeOptions`.
    pub has_options: bool,
    /// Whether it is JSON in the eyes of the host; else `problems` says where not.
    pub is_json: bool,
    /// What the host refuses, first what it meets first.
    pub problems: Vec<Problem>,
    /// The low byte of the exit code of the current host when it refuses the file itself.
    pub exit: Option<u8>,
}

impl RuntimeConfig {
    /// Whether it asks for frameworks that must be installed.
    pub fn is_framework_dependent(&self) -> bool {
        !self.frameworks.is_empty()
    }

    /// Whether a reference of either kind names this framework.
    pub fn names_framework(&self, name: &str) -> bool {
        self.frameworks.iter().chain(&self.included_frameworks).any(|it| it.name == name)
    }
}

/// One framework that a runtimeconfig names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameworkReference {
    /// Such as `Microsoft.AspNetCore.App`.
    pub name: String,
    /// As written, such as `8.0.0`.
    pub version: String,
    /// `rollForward` of this reference alone, as written.
    pub roll_forward: Option<String>,
}
