//! This repository as cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::process;

/// The workspace: its folder, its packages and theirs.
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
}

impl Workspace {
    /// Asks cargo; the manifest of this program tells where the workspace is.
    pub(crate) fn load() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .other_options(["--locked".to_owned()])
            .exec()
            .context("cannot read the workspace (is Cargo.lock up to date?)")?;
        Ok(Self { metadata })
    }

    /// The folder of the workspace.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The folder of everything built.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// Our packages, by name.
    pub(crate) fn members(&self) -> Vec<&Package> {
        let mut members = self.metadata.workspace_packages();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        members
    }

    /// The cargo that runs this program, in the root of the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(self.root());
        command
    }

    /// Tracked files and those that would be by `git add -A`, relative to the root, sorted.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let mut git = Command::new("git");
        git.current_dir(self.root());
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let list = process::capture(&mut git)?;
        let mut files: Vec<PathBuf> =
            list.split('\0').filter(|f| !f.is_empty()).map(PathBuf::from).collect();
        // A file that was deleted and not yet committed is still listed.
        files.retain(|file| self.root().join(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }
}
