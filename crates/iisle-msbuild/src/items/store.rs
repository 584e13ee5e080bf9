use std::sync::Arc;

use indexmap::IndexMap;

use super::item::{Metadata, WorkItem};
use crate::Item;
use crate::escape::unescape;
use crate::paths::Style;
use crate::provenance::Said;
use crate::source::Source;

/// Items by type, and the metadata their types give by default.
pub(super) struct Store {
    /// By lower-case type; the name is as first written.
    items: IndexMap<String, (String, Vec<WorkItem>)>,
    defaults: IndexMap<String, Metadata>,
    /// What made-up items say they come from.
    nowhere: Arc<Source>,
    pub(super) style: Style,
    project_dir: String,
}

impl Store {
    pub(super) fn new(nowhere: Arc<Source>, style: Style, project_dir: &str) -> Self {
        let project_dir = project_dir.to_owned();
        Self { items: IndexMap::new(), defaults: IndexMap::new(), nowhere, style, project_dir }
    }

    /// The absolute path that an identity names.
    pub(super) fn full(&self, include: &str) -> Arc<str> {
        let plain = unescape(include);
        self.style.full(&self.project_dir, &self.style.fix(&plain)).into()
    }

    pub(super) fn items(&self, item_type: &str) -> &[WorkItem] {
        self.items.get(&item_type.to_ascii_lowercase()).map_or(&[], |(_, items)| items)
    }

    pub(super) fn items_mut(&mut self, item_type: &str) -> &mut Vec<WorkItem> {
        let entry = self.items.entry(item_type.to_ascii_lowercase());
        &mut entry.or_insert_with(|| (item_type.to_owned(), Vec::new())).1
    }

    pub(super) fn defaults(&self, item_type: &str) -> &[(Arc<str>, Arc<str>)] {
        self.defaults.get(&item_type.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn set_default(&mut self, item_type: &str, name: &str, value: Arc<str>) {
        let list = self.defaults.entry(item_type.to_ascii_lowercase()).or_default();
        match list.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => list.push((name.into(), value)),
        }
    }

    /// An item that is only a text.
    pub(super) fn text_item(&self, text: &str) -> WorkItem {
        WorkItem {
            include: text.to_owned(),
            full: self.full(text),
            metadata: Vec::new(),
            recursive_dir: String::new(),
            defining: self.nowhere.clone(),
            said: Said::Engine,
        }
    }

    pub(super) fn finish(self) -> IndexMap<String, (String, Vec<Item>)> {
        let visible = |key: &String| !key.starts_with("_model");
        self.items
            .into_iter()
            .filter(|(key, _)| visible(key))
            .map(|(key, (name, items))| {
                (key, (name, items.into_iter().map(WorkItem::finish).collect()))
            })
            .collect()
    }
}
