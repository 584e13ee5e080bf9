//! Two releases of 60 files, and a site that holds the older one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

/// Path below the root → content; folders end in `/`.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// A folder with both releases and the site.
pub(super) struct Stage {
    program: PathBuf,
    root: PathBuf,
    /// What the site holds before.
    pub(super) old: Files,
    /// What it must hold in the end.
    pub(super) new: Files,
}

impl Stage {
    /// Writes the releases into `root`.
    pub(super) fn new(program: &Path, root: &Path) -> Result<Self> {
        let (mut old, mut new) = (Files::new(), Files::new());
        for (files, name) in [(&mut old, "old"), (&mut new, "new")] {
            for file in ["web.config", "App.dll", "App.exe", "App.deps.json", "appsettings.json"] {
                files.insert(file.to_owned(), format!("{file} {name}").into_bytes());
            }
            for n in 0..15 {
                files.insert(
                    format!("wwwroot/css/{n}.css"),
                    format!("{n} {name} ").repeat(200).into(),
                );
                files.insert(format!("same/{n}.txt"), n.to_string().into());
                files.insert(format!("{name}/only/{n}.js"), n.to_string().repeat(5000).into());
            }
            for n in 0..10 {
                files.insert(format!("more{name}/{n}"), n.to_string().into());
            }
        }
        for (files, name, second) in [(&old, "old", 0), (&new, "new", 60)] {
            for (path, content) in files {
                let changed = !path.starts_with("same/");
                write(&root.join(name).join(path), content, if changed { second } else { 0 })?;
            }
        }
        let stage = Self { program: program.to_owned(), root: root.to_owned(), old, new };
        stage.reset()?;
        Ok(stage)
    }

    /// The site as the older release was deployed.
    pub(super) fn reset(&self) -> Result<()> {
        let place = self.root.join("place");
        if place.is_dir() {
            std::fs::remove_dir_all(&place).context("cannot remove the site of the last round")?;
        }
        std::fs::create_dir_all(&place).context("cannot create the place of the site")?;
        let mut first = self.command(&["sync"], "old", &[]);
        let output = first.output().context("cannot start the program")?;
        if !output.status.success() {
            bail!(
                "the older release was not deployed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    pub(super) fn place(&self) -> PathBuf {
        self.root.join("place")
    }

    fn command(&self, words: &[&str], source: &str, more: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).arg(self.root.join(source)).arg(self.place().join("site")).args(more);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The deployment of the newer release.
    pub(super) fn deployment(&self) -> Command {
        let more = ["--delete", "--max-delete", "99", "--offline", "always"];
        self.command(&["sync"], "new", &more)
    }

    /// What takes the last deployment back.
    pub(super) fn rollback(&self) -> Command {
        self.command(&["sync"], "new", &["--rollback"])
    }

    /// What the site holds.
    pub(super) fn site(&self) -> Result<Files> {
        let mut files = Files::new();
        list(&self.place().join("site"), "", &mut files)?;
        Ok(files)
    }

    /// Whether nothing is left that a deployment needs only while it runs.
    pub(super) fn is_tidy(&self) -> bool {
        let work = self.place().join(".site.deploy");
        !["stage", "plan.next.json", "manifest.new", "page"]
            .iter()
            .any(|name| work.join(name).exists())
    }
}

fn write(path: &Path, content: &[u8], second: u64) -> Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(path)).context("cannot create a release")?;
    std::fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
    let file = std::fs::File::options().write(true).open(path)?;
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second))?;
    Ok(())
}

fn list(root: &Path, below: &str, files: &mut Files) -> Result<()> {
    let folder = root.join(below);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.insert(path.clone(), std::fs::read(root.join(&path))?);
        }
    }
    Ok(())
}
