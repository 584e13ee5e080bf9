use std::path::{Path, PathBuf};

use iisle_tree::{TreeError, host, pointer};
use serde_json::{Value, json};

use super::folder::check_place;
use super::upkeep::Pointer;
use crate::Failure;

/// The file in the folder of the releases that says what a listing cannot.
const FILE: &str = ".releases.json";
/// The link in the folder that is the pointer unless another is named.
const USUAL_LINK: &str = "current";
/// More is no file of ours.
const MAX: u64 = 1 << 20;
const SCHEMA: u64 = 1;

/// What is known of the releases of a folder beside themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) pointer: Option<Pointer>,
    /// The release that the site was told last; a link knows better.
    pub(super) active: Option<String>,
}

impl State {
    /// What the folder says; `None` when it says nothing yet.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        check_place(folder)?;
        let place = folder.join(FILE);
        let bytes = match host::read(&place, MAX) {
            Ok(bytes) => bytes,
            Err(TreeError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let bad = |why: String| {
            Failure::new(why)
                .context(format!("`{}` cannot be understood", place.display()))
                .hint("remove it, and name the pointer once more")
        };
        let value: Value = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
        if value["schema"] != SCHEMA {
            return Err(bad(format!("its form is {}", value["schema"])));
        }
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let pointer = match (text("link"), text("site")) {
            (Some(link), _) => Some(Pointer::Link(PathBuf::from(link))),
            (None, Some(site)) => Some(Pointer::Site(site)),
            (None, None) => None,
        };
        Ok(Some(Self { pointer, active: text("active") }))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let mut value = json!({ "schema": SCHEMA });
        match &self.pointer {
            // The usual link is found wherever the folder is moved to.
            Some(Pointer::Link(link)) if *link == folder.join(USUAL_LINK) => {}
            Some(Pointer::Link(link)) => {
                let link = std::path::absolute(link).unwrap_or_else(|_| link.clone());
                value["link"] = json!(link.to_string_lossy());
            }
            Some(Pointer::Site(site)) => {
                value["site"] = json!(site);
                value["active"] = json!(self.active);
            }
            None => {}
        }
        Ok(host::write_atomic(&folder.join(FILE), format!("{value:#}\n").as_bytes())?)
    }

    /// The pointer, or the link `current` in the folder.
    pub(super) fn pointer_or_default(&self, folder: &Path) -> Pointer {
        self.pointer.clone().unwrap_or_else(|| Pointer::Link(folder.join(USUAL_LINK)))
    }

    /// The release that the pointer leads to.
    pub(super) fn active(&self, folder: &Path) -> Result<Option<String>, Failure> {
        let link = match self.pointer_or_default(folder) {
            Pointer::Site(_) => return Ok(self.active.clone()),
            Pointer::Link(link) => link,
        };
        let stored = pointer::read(&link).map_err(|error| {
            Failure::from(error)
                .hint("move it away, or name another link: iisle sync SRC LINK --releases DIR")
        })?;
        let Some(target) = stored else { return Ok(None) };
        let leads_to = link.parent().unwrap_or_else(|| Path::new("")).join(target);
        let name = leads_to.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_ours =
            |name: &String| host::same_file(&leads_to, &folder.join(name)).unwrap_or(false);
        Ok(name.filter(is_ours))
    }
}

/// What the link holds: a relative path where it lies in the folder, so that all of it can be moved.
pub(super) fn target(link: &Path, folder: &Path, name: &str) -> PathBuf {
    if link.parent().is_some_and(|parent| parent == folder) {
        return PathBuf::from(name);
    }
    let place = folder.join(name);
    std::path::absolute(&place).unwrap_or(place)
}
