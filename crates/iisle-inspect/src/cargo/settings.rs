use std::collections::BTreeMap;

use serde::Deserialize;

/// What a package says to us, in `package.metadata.iisle` or `workspace.metadata.iisle`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CargoSettings {
    /// The program to publish.
    pub bin: Option<String>,
    /// Folders and files to publish beside it, relative to the package's folder.
    #[serde(default, rename = "static")]
    pub static_files: Vec<String>,
    /// Where to publish to, relative to the package's folder.
    pub publish_dir: Option<String>,
    /// A web.config to start from, relative to the package's folder.
    pub web_config: Option<String>,
    /// Environment variables for the program.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

impl CargoSettings {
    /// Reads the member `iisle` of a `metadata` table; without one there are no settings.
    pub(super) fn read(metadata: &serde_json::Value) -> Result<Self, serde_json::Error> {
        match metadata.get("iisle") {
            None => Ok(Self::default()),
            Some(settings) => Self::deserialize(settings),
        }
    }

    /// These settings, and where they say nothing, those of the workspace.
    #[must_use]
    pub(super) fn or(self, workspace: Self) -> Self {
        let own = self.static_files.is_empty();
        let mut environment = workspace.environment;
        environment.extend(self.environment);
        Self {
            bin: self.bin.or(workspace.bin),
            static_files: if own { workspace.static_files } else { self.static_files },
            publish_dir: self.publish_dir.or(workspace.publish_dir),
            web_config: self.web_config.or(workspace.web_config),
            environment,
        }
    }
}
