use iisle_path::RelPath;
use iisle_tree::Stamp;
use iisle_tree::folder::Attributes;

/// One change of the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A directory that is missing.
    CreateDirectory {
        /// Its path at the destination.
        path: RelPath,
    },
    /// A file in other letters than the source has it.
    RenameCase {
        /// Its path at the destination now.
        from: RelPath,
        /// Its path afterwards.
        path: RelPath,
        /// What it is now.
        old: Stamp,
    },
    /// A file that is missing.
    Create {
        /// Its path at the destination.
        path: RelPath,
        /// Its path in the source.
        source: RelPath,
        /// What it will be.
        stamp: Stamp,
    },
    /// A file that differs.
    Replace {
        /// Its path at the destination.
        path: RelPath,
        /// Its path in the source.
        source: RelPath,
        /// What it will be.
        stamp: Stamp,
        /// What it is now.
        old: Stamp,
    },
    /// A file with the right content and the wrong time.
    Touch {
        /// Its path at the destination.
        path: RelPath,
        /// What it will be.
        stamp: Stamp,
        /// What it is now.
        old: Stamp,
    },
    /// A directory with other attributes than that of the source, or a new one that has any.
    MarkDirectory {
        /// Its path at the destination.
        path: RelPath,
        /// Those of [`MARKS`](Attributes::MARKS) that it will have.
        marks: Attributes,
        /// Those that it has now; none when it is new.
        old: Attributes,
    },
    /// A file that the source does not have.
    Delete {
        /// Its path at the destination.
        path: RelPath,
        /// What it is now.
        old: Stamp,
    },
    /// A directory that the source does not have and that is empty by then.
    DeleteDirectory {
        /// Its path at the destination.
        path: RelPath,
    },
}

impl Step {
    /// The path at the destination that it is about, as it is called afterwards.
    pub fn path(&self) -> &RelPath {
        match self {
            Self::CreateDirectory { path }
            | Self::RenameCase { path, from: _, old: _ }
            | Self::Create { path, source: _, stamp: _ }
            | Self::Replace { path, source: _, stamp: _, old: _ }
            | Self::Touch { path, stamp: _, old: _ }
            | Self::MarkDirectory { path, marks: _, old: _ }
            | Self::Delete { path, old: _ }
            | Self::DeleteDirectory { path } => path,
        }
    }

    /// Bytes of the file it writes or deletes.
    pub fn size(&self) -> u64 {
        match self {
            Self::CreateDirectory { path: _ }
            | Self::MarkDirectory { path: _, marks: _, old: _ }
            | Self::DeleteDirectory { path: _ } => 0,
            Self::Create { path: _, source: _, stamp }
            | Self::Replace { path: _, source: _, stamp, old: _ }
            | Self::Touch { path: _, stamp, old: _ } => stamp.size,
            Self::RenameCase { from: _, path: _, old } | Self::Delete { path: _, old } => old.size,
        }
    }

    /// Where the new content of a file comes from and what it will be, if it brings any.
    pub fn content(&self) -> Option<(&RelPath, Stamp)> {
        match self {
            Self::Create { path: _, source, stamp }
            | Self::Replace { path: _, source, stamp, old: _ } => Some((source, *stamp)),
            Self::Touch { path: _, stamp: _, old: _ }
            | Self::MarkDirectory { path: _, marks: _, old: _ }
            | Self::CreateDirectory { path: _ }
            | Self::RenameCase { from: _, path: _, old: _ }
            | Self::Delete { path: _, old: _ }
            | Self::DeleteDirectory { path: _ } => None,
        }
    }

    /// The word for it in plans and event streams.
    ///
    /// Source: `sync.md` Appendix C; `rmdir` is the counterpart of its `mkdir`, and `attrib` is what sets
    /// attributes on Windows.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CreateDirectory { path: _ } => "mkdir",
            Self::RenameCase { from: _, path: _, old: _ } => "rename-case",
            Self::Create { path: _, source: _, stamp: _ } => "add",
            Self::Replace { path: _, source: _, stamp: _, old: _ } => "replace",
            Self::Touch { path: _, stamp: _, old: _ } => "touch",
            Self::MarkDirectory { path: _, marks: _, old: _ } => "attrib",
            Self::Delete { path: _, old: _ } => "delete",
            Self::DeleteDirectory { path: _ } => "rmdir",
        }
    }
}

/// Whether `path` is called `web.config`, at any depth.
pub(crate) fn is_web_config(path: &RelPath) -> bool {
    path.file_name().eq_ignore_ascii_case("web.config")
}

/// Whether `path` is the page that stops an application while it is there.
pub fn is_offline_page(path: &RelPath) -> bool {
    path.as_str().eq_ignore_ascii_case("app_offline.htm")
}

/// The place of a step in the order of work: all steps of one stage are done before the next.
///
/// A first `web.config` comes before everything, because without it the server hands out the
/// other files; an existing one is replaced last, because that restarts the app.
///
/// Source: `sync.md` SD-15.
pub(crate) fn stage(step: &Step) -> u8 {
    let path = step.path();
    let root_config = path.is_top_level() && is_web_config(path);
    match step {
        Step::Create { path: _, source: _, stamp: _ } if root_config => FIRST_CONFIG,
        Step::CreateDirectory { path: _ } => 1,
        Step::RenameCase { from: _, path: _, old: _ } => 2,
        Step::Create { path: _, source: _, stamp: _ } => 3,
        Step::Replace { path: _, source: _, stamp: _, old: _ }
        | Step::Touch { path: _, stamp: _, old: _ } => {
            if root_config {
                ROOT_CONFIG
            } else {
                4 + class(path)
            }
        }
        Step::MarkDirectory { path: _, marks: _, old: _ } => MARKS,
        Step::Delete { path: _, old: _ } => DELETES,
        Step::DeleteDirectory { path: _ } => DELETES + 1,
    }
}

/// The stage of a root `web.config` that is missing so far.
pub(crate) const FIRST_CONFIG: u8 = 0;
/// The stage of the attributes of directories, after all that is written into these.
const MARKS: u8 = 19;
/// The stage of an existing root `web.config`.
pub(crate) const ROOT_CONFIG: u8 = 20;
/// The first stage that deletes.
pub(crate) const DELETES: u8 = 21;

/// Files that others refer to come before those that refer to them.
fn class(path: &RelPath) -> u8 {
    let name = path.file_name().to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match () {
        () if name == "web.config" => 7,
        () if name.starts_with("appsettings") && ends(&[".json"]) => 6,
        () if ends(&[".runtimeconfig.json"]) => 5,
        () if ends(&[".deps.json"]) => 4,
        () if ends(&[".exe"]) => 3,
        () if ends(&[".dll"]) => 2,
        () if ends(&[".pdb", ".xml"]) => 1,
        () => 0,
    }
}
