use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;

use super::expression::{self, NotEvaluated};
use super::item::WorkItem;
use super::named::{Named, segments};
use super::store::Store;
use super::walk::Walk;
use super::{ITEM_ATTRIBUTES, links};
use crate::condition::{self, Allowed, References, Scope};
use crate::escape::{escape, unescape};
use crate::evaluator::{Deferred, Evaluation};
use crate::expression::{Doubt, Expander};
use crate::glob::Glob;
use crate::provenance::Said;
use crate::source::NodeId;
use crate::{EvaluateError, Item, ItemPasses, Problem, Unsupported};

/// The passes over item definitions and items.
pub(super) struct ItemPass<'p, 'e> {
    pub(super) evaluation: &'p Evaluation<'e>,
    walk: Walk<'p>,
    pub(super) store: Store,
    unknown: Vec<Unsupported>,
}

impl Evaluation<'_> {
    /// Evaluates what the first pass left for later.
    pub(crate) fn evaluate_items(
        &mut self,
    ) -> Result<IndexMap<String, (String, Vec<Item>)>, EvaluateError> {
        let mut definitions = std::mem::take(&mut self.item_definitions);
        let mut groups = std::mem::take(&mut self.item_groups);
        let only_errors = self.request.items == ItemPasses::Unlisted;
        if only_errors {
            // The model has none.
            definitions.retain(|group| !group.source.is_model);
            groups.retain(|group| !group.source.is_model);
        }
        let Some(first) = groups.first().or(definitions.first()) else {
            return Ok(IndexMap::new());
        };
        let nowhere = first.source.clone();
        let mut pass = ItemPass {
            walk: Walk::new(self.files(), self.style),
            evaluation: self,
            store: Store::new(nowhere),
            unknown: Vec::new(),
        };
        for definition in &definitions {
            pass.definitions(definition)?;
        }
        for group in &groups {
            pass.group(group)?;
        }
        let ItemPass { store, unknown, evaluation: _, walk: _ } = pass;
        self.unknown.extend(unknown);
        Ok(if only_errors { IndexMap::new() } else { store.finish() })
    }
}

/// The references of one item, or of none.
struct ItemReferences<'r> {
    store: &'r Store,
    style: crate::paths::Style,
    item: Option<(&'r WorkItem, &'r str)>,
}

impl References for ItemReferences<'_> {
    fn metadata(&self, text: &str) -> String {
        match self.item {
            Some((item, item_type)) if text.contains("%(") => {
                expression::metadata(text, item, item_type, self.style)
            }
            _ => text.to_owned(),
        }
    }

    fn items(&self, text: &str) -> String {
        if !text.contains("@(") {
            return text.to_owned();
        }
        expression::expand(self.store, self.style, text).unwrap_or_default()
    }
}

impl ItemPass<'_, '_> {
    pub(super) fn doubt(
        &mut self,
        item_type: &str,
        doubts: &[Doubt],
        group: &Deferred,
        node: NodeId,
    ) {
        let place = || group.source.place(node);
        if let Some(doubt) = self.evaluation.explain(item_type, doubts, place) {
            self.unknown.push(doubt);
        }
    }

    pub(super) fn not_evaluated(
        &mut self,
        item_type: &str,
        what: &NotEvaluated,
        group: &Deferred,
        node: NodeId,
    ) {
        self.unknown.push(Unsupported {
            name: item_type.to_owned(),
            reason: format!("{} is not evaluated", what.0),
            place: Some(group.source.place(node)),
        });
    }

    fn expander<'s>(&'s self, group: &'s Deferred, folder: &'s str) -> Expander<'s> {
        self.evaluation.expander(&group.source, folder)
    }

    fn folder(&self, group: &Deferred) -> String {
        let style = self.evaluation.style;
        style.directory(&group.source.path).unwrap_or_default().to_owned()
    }

    /// Decides a condition; `item` is the one whose metadata it may name.
    pub(super) fn condition(
        &self,
        group: &Deferred,
        node: NodeId,
        item: Option<(&WorkItem, &str)>,
        allowed: Allowed,
    ) -> Result<(bool, Vec<Doubt>), EvaluateError> {
        let Some(text) = group.source.condition(node) else { return Ok((true, Vec::new())) };
        let wrong = |source| {
            let condition = text.to_owned();
            let place = group.source.place(node);
            EvaluateError::new(Problem::Condition { condition, source }, Some(place))
        };
        let parsed = condition::parse(text, allowed).map_err(wrong)?;
        let folder = self.folder(group);
        let expander = self.expander(group, &folder);
        let references = ItemReferences { store: &self.store, style: self.evaluation.style, item };
        let scope = Scope {
            expander: &expander,
            folder: &self.evaluation.project_dir,
            references: Some(&references),
        };
        let decision = condition::decide(&parsed, &scope).map_err(wrong)?;
        Ok((decision.value, decision.doubts))
    }

    pub(super) fn expand(
        &self,
        group: &Deferred,
        node: NodeId,
        text: &str,
        as_value: bool,
    ) -> Result<(String, Vec<Doubt>), EvaluateError> {
        let folder = self.folder(group);
        let expander = self.expander(group, &folder);
        let expanded = if as_value { expander.expand_value(text) } else { expander.expand(text) };
        match expanded {
            Ok(expanded) => Ok((expanded, expander.take_doubts())),
            Err(source) => {
                let problem = Problem::Function { expression: text.trim().to_owned(), source };
                Err(EvaluateError::new(problem, Some(group.source.place(node))))
            }
        }
    }

    fn definitions(&mut self, group: &Deferred) -> Result<(), EvaluateError> {
        let source = group.source.clone();
        if !self.condition(group, group.node, None, Allowed::Properties)?.0 {
            return Ok(());
        }
        for element in source.elements(group.node) {
            if !self.condition(group, element, None, Allowed::All)?.0 {
                continue;
            }
            let item_type = source.name(element).to_owned();
            let mut given: Vec<(String, String, NodeId)> = Vec::new();
            for (name, value) in source.attributes(element) {
                if !ITEM_ATTRIBUTES.contains(&name) {
                    given.push((name.to_owned(), value.to_owned(), element));
                }
            }
            for child in source.elements(element) {
                given.push((
                    source.name(child).to_owned(),
                    source.value(child).into_owned(),
                    child,
                ));
            }
            for (name, value, node) in given {
                if node != element && !self.condition(group, node, None, Allowed::All)?.0 {
                    continue;
                }
                let known = self.store.defaults(&item_type).to_vec();
                let value = expression::replace_metadata(&value, |_, name| {
                    let found = known.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                    found.map(|(_, value)| value.to_string()).unwrap_or_default()
                });
                let (value, doubts) = self.expand(group, node, &value, false)?;
                self.doubt(&item_type, &doubts, group, node);
                self.store.set_default(&item_type, &name, value.into());
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &Deferred) -> Result<(), EvaluateError> {
        let source = group.source.clone();
        let (taken, mut doubts) =
            self.condition(group, group.node, None, Allowed::PropertiesAndItems)?;
        doubts.extend(group.doubts.iter().cloned());
        for element in source.elements(group.node) {
            let item_type = source.name(element).to_owned();
            self.doubt(&item_type, &doubts, group, element);
            if !taken {
                continue;
            }
            let (taken, doubts) =
                self.condition(group, element, None, Allowed::PropertiesAndItems)?;
            self.doubt(&item_type, &doubts, group, element);
            if taken {
                self.element(group, element, &item_type)?;
            }
        }
        Ok(())
    }

    fn element(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
    ) -> Result<(), EvaluateError> {
        let source = group.source.clone();
        if source.is_model && item_type == links::MARKER {
            links::apply(&mut self.store, self.evaluation, source.attribute(node, "Include"));
            return Ok(());
        }
        if let Some(include) = source.attribute(node, "Include") {
            return self.include(group, node, item_type, include);
        }
        let (operation, text) = match source.attribute(node, "Remove") {
            Some(remove) => ("Remove", remove),
            None => ("Update", source.attribute(node, "Update").unwrap_or_default()),
        };
        let named = self.named(group, node, item_type, text)?;
        if let Some(names) = source.attribute(node, "MatchOnMetadata") {
            return self.remove_by_metadata(group, node, item_type, names, &named);
        }
        let fits: Vec<bool> = self
            .store
            .items(item_type)
            .iter()
            .map(|item| {
                let segments = segments(&item.full);
                named.iter().any(|named| named.fits(item, &segments))
            })
            .collect();
        if operation == "Remove" {
            let mut fits = fits.into_iter();
            self.store.items_mut(item_type).retain(|_| !fits.next().unwrap_or(false));
            return Ok(());
        }
        let mut items = std::mem::take(self.store.items_mut(item_type));
        for (item, _) in items.iter_mut().zip(&fits).filter(|(_, fits)| **fits) {
            self.set_metadata(group, node, item_type, item)?;
        }
        *self.store.items_mut(item_type) = items;
        Ok(())
    }

    /// Removes the items that share the values of these metadata with one of the named ones.
    ///
    /// Source: dotnet/msbuild, `MetadataTrie`.
    fn remove_by_metadata(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        names: &str,
        named: &[Named],
    ) -> Result<(), EvaluateError> {
        let style = self.evaluation.style;
        let (names, doubts) = self.expand(group, node, names, false)?;
        self.doubt(item_type, &doubts, group, node);
        let options = group.source.attribute(node, "MatchOnMetadataOptions").unwrap_or_default();
        let (options, _) = self.expand(group, node, options, false)?;
        let project_dir = &self.evaluation.project_dir;
        let comparable = |value: String| {
            let value = unescape(&value).into_owned();
            match options.to_ascii_lowercase().as_str() {
                "caseinsensitive" => value.to_lowercase(),
                "pathlike" if !value.is_empty() => style.full(project_dir, &style.fix(&value)),
                _ => value,
            }
        };
        let names: Vec<&str> =
            names.split(';').map(str::trim).filter(|name| !name.is_empty()).collect();
        let key = |item: &WorkItem| -> Option<Vec<String>> {
            let value = |name: &&str| {
                Some(comparable(item.value(name, style))).filter(|value| !value.is_empty())
            };
            names.iter().map(value).collect()
        };
        let keys: BTreeSet<Vec<String>> = named
            .iter()
            .flat_map(|named| match named {
                Named::Items(items) => items.as_slice(),
                Named::Literal { .. } | Named::Glob { .. } => &[],
            })
            .filter_map(key)
            .collect();
        let keep: Vec<bool> = self
            .store
            .items(item_type)
            .iter()
            .map(|item| key(item).is_none_or(|key| !keys.contains(&key)))
            .collect();
        let mut keep = keep.into_iter();
        self.store.items_mut(item_type).retain(|_| keep.next().unwrap_or(true));
        Ok(())
    }

    /// Reads a list of literals, globs and references.
    fn named(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        text: &str,
    ) -> Result<Vec<Named>, EvaluateError> {
        let style = self.evaluation.style;
        let (expanded, doubts) = self.expand(group, node, text, true)?;
        self.doubt(item_type, &doubts, group, node);
        let mut named = Vec::new();
        for part in expression::split(&expanded) {
            if expression::is_reference(part) {
                match expression::items(&self.store, style, part) {
                    Ok(items) => named.push(Named::Items(items)),
                    Err(what) => self.not_evaluated(item_type, &what, group, node),
                }
                continue;
            }
            let joined = match expression::expand(&self.store, style, part) {
                Ok(joined) => joined,
                Err(what) => {
                    self.not_evaluated(item_type, &what, group, node);
                    continue;
                }
            };
            for part in joined.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                named.push(Named::of(part, style, &self.evaluation.project_dir));
            }
        }
        Ok(named)
    }

    fn include(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        text: &str,
    ) -> Result<(), EvaluateError> {
        let source = group.source.clone();
        let named = self.named(group, node, item_type, text)?;
        let excluded = match source.attribute(node, "Exclude") {
            Some(exclude) => self.named(group, node, item_type, exclude)?,
            None => Vec::new(),
        };
        let globs: Vec<Glob> = excluded
            .iter()
            .filter_map(|named| match named {
                Named::Glob { whole, .. } => Some(whole.clone()),
                Named::Literal { .. } | Named::Items(_) => None,
            })
            .collect();
        let said = Said::Written { source: source.clone(), kind: group.kind, node };
        let blank = |include: String, full: &str, recursive_dir: String| WorkItem {
            include,
            full: full.into(),
            metadata: Vec::new(),
            recursive_dir,
            defining: source.clone(),
            said: said.clone(),
        };
        let mut created = Vec::new();
        for named in named {
            match named {
                Named::Literal { include, full } => {
                    created.push(blank(include, &full, String::new()));
                }
                Named::Glob { .. } if self.evaluation.request.items == ItemPasses::Unlisted => {}
                Named::Glob { pattern, .. } => {
                    let project_dir = &self.evaluation.project_dir;
                    for found in self.walk.files(project_dir, &pattern, &globs) {
                        let include = escape(&found.identity).into_owned();
                        created.push(blank(include, &found.full, found.recursive_dir));
                    }
                }
                Named::Items(items) => {
                    for item in items {
                        let plain = unescape(&item.include).into_owned();
                        let style = self.evaluation.style;
                        let full = style.full(&self.evaluation.project_dir, &style.fix(&plain));
                        let mut copy = blank(item.include, &full, item.recursive_dir);
                        copy.metadata = item.metadata;
                        created.push(copy);
                    }
                }
            }
        }
        if !excluded.is_empty() {
            created.retain(|item| {
                let segments = segments(&item.full);
                !excluded.iter().any(|named| named.fits(item, &segments))
            });
        }
        self.keep_metadata(group, node, &mut created)?;
        let defaults = self.store.defaults(item_type).to_vec();
        let template = self.template(group, node, item_type)?;
        for item in &mut created {
            for (name, value) in &defaults {
                if item.own(name).is_none() {
                    item.set(name, value.clone());
                }
            }
            match &template {
                Some(template) => {
                    for (name, value) in template {
                        item.set(name, value.clone());
                    }
                }
                None => self.set_metadata(group, node, item_type, item)?,
            }
        }
        let keeps = source.attribute(node, "KeepDuplicates").unwrap_or_default();
        let (keeps, _) = self.expand(group, node, keeps, false)?;
        let items = self.store.items_mut(item_type);
        for item in created {
            let is_known = keeps.eq_ignore_ascii_case("false")
                && items.iter().any(|other| {
                    other.include.eq_ignore_ascii_case(&item.include)
                        && other.metadata == item.metadata
                });
            if !is_known {
                items.push(item);
            }
        }
        Ok(())
    }
}

impl Evaluation<'_> {
    fn is_below_project(&self, full: &str) -> bool {
        Path::new(full).starts_with(&self.project_dir)
    }
}

/// Whether a file lies in the project's folder.
pub(super) fn is_below_project(evaluation: &Evaluation<'_>, full: &str) -> bool {
    evaluation.is_below_project(full)
}
