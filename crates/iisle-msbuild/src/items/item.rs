use std::sync::Arc;

use crate::Item;
use crate::escape::{escape, unescape};
use crate::paths::Style;
use crate::provenance::Said;
use crate::source::Source;

/// Names and escaped values, in the order they were set first.
pub(super) type Metadata = Vec<(Arc<str>, Arc<str>)>;

/// An item while the evaluation runs.
#[derive(Debug, Clone)]
pub(super) struct WorkItem {
    /// Escaped.
    pub(super) include: String,
    /// The absolute path, escapes decoded.
    pub(super) full: Arc<str>,
    pub(super) metadata: Metadata,
    pub(super) recursive_dir: String,
    pub(super) defining: Arc<Source>,
    pub(super) said: Said,
}

impl WorkItem {
    /// The escaped value of a custom metadata name.
    pub(super) fn own(&self, name: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    pub(super) fn set(&mut self, name: &Arc<str>, value: Arc<str>) {
        match self.metadata.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.metadata.push((name.clone(), value)),
        }
    }

    /// The escaped value of any metadata name; empty when it has none.
    pub(super) fn value(&self, name: &str, style: Style) -> String {
        match self.own(name) {
            Some(value) => value.to_owned(),
            None => self.well_known(name, style).map_or(String::new(), |v| escape(&v).into_owned()),
        }
    }

    fn well_known(&self, name: &str, style: Style) -> Option<String> {
        let defining = &self.defining.path;
        let identity = unescape(&self.include);
        computed(style, name, &identity, &self.full, &self.recursive_dir, defining)
    }

    pub(super) fn finish(self) -> Item {
        let metadata = self
            .metadata
            .into_iter()
            .map(|(name, value)| (name.to_string(), unescape(&value).into_owned()));
        Item {
            identity: unescape(&self.include).into_owned(),
            full_path: self.full.to_string(),
            metadata: metadata.collect(),
            origin: self.said.origin(),
            recursive_dir: self.recursive_dir,
            defining_file: self.defining.file.clone(),
        }
    }
}

/// The metadata that follows from the identity.
pub(crate) fn computed(
    style: Style,
    name: &str,
    identity: &str,
    full: &str,
    recursive_dir: &str,
    defining: &str,
) -> Option<String> {
    let folder_of = |path: &str| {
        let folder = style.directory(path).unwrap_or_default();
        let folder = style.normalized(folder);
        if folder.is_empty() { String::new() } else { style.with_trailing_separator(&folder) }
    };
    Some(match name.to_ascii_lowercase().as_str() {
        "fullpath" => full.to_owned(),
        "rootdir" => full[..style.root_len(full)].to_owned(),
        "filename" => style.stem(identity).to_owned(),
        "extension" => style.extension(identity).to_owned(),
        "relativedir" => folder_of(identity),
        "directory" => {
            let folder = folder_of(full);
            folder[style.root_len(full).min(folder.len())..].to_owned()
        }
        "recursivedir" => recursive_dir.to_owned(),
        "identity" => identity.to_owned(),
        "definingprojectfullpath" => defining.to_owned(),
        "definingprojectdirectory" => folder_of(defining),
        "definingprojectname" => style.stem(defining).to_owned(),
        "definingprojectextension" => style.extension(defining).to_owned(),
        _ => return None,
    })
}
