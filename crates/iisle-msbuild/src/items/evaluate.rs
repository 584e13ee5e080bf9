use std::cell::RefCell;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::expression::{self, Trouble};
use super::item::WorkItem;
use super::named::{Named, item_segments};
use super::store::Store;
use super::walk::{Excludes, Walk};
use super::{ITEM_ATTRIBUTES, links};
use crate::condition::{self, Allowed, References, Scope};
use crate::escape::{escape, unescape};
use crate::evaluator::{Deferred, Evaluation};
use crate::expression::{Doubt, Expander};
use crate::provenance::Said;
use crate::source::NodeId;
use crate::{EvaluateError, Item, ItemPasses, Place, Problem, Unsupported};

/// The passes over item definitions and items.
pub(super) struct ItemPass<'p, 'e> {
    pub(super) evaluation: &'p Evaluation<'e>,
    walk: Walk<'p>,
    pub(super) store: Store,
    unknown: Vec<Unsupported>,
    /// Conditions that mix `and` and `or`, by where they stand: many items share one.
    ambiguous: RefCell<Vec<Place>>,
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
            store: Store::new(nowhere, self.style, &self.project_dir),
            unknown: Vec::new(),
            ambiguous: RefCell::default(),
        };
        for definition in &definitions {
            pass.definitions(definition)?;
        }
        for group in &groups {
            pass.group(group)?;
        }
        let ItemPass { store, unknown, ambiguous, evaluation: _, walk: _ } = pass;
        self.unknown.extend(unknown);
        for place in ambiguous.into_inner() {
            self.warn_ambiguous(place);
        }
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
        expression::expand(self.store, text).unwrap_or_default()
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

    /// What the engine refuses too is an error; the rest is remembered as unknown.
    pub(super) fn trouble(
        &mut self,
        item_type: &str,
        trouble: Trouble,
        group: &Deferred,
        node: NodeId,
        text: &str,
    ) -> Result<(), EvaluateError> {
        match trouble {
            Trouble::NotEvaluated(what) => self.unknown.push(Unsupported {
                name: item_type.to_owned(),
                reason: format!("{what} is not evaluated"),
                place: Some(group.source.place(node)),
            }),
            Trouble::Refused(problem) => {
                let place = group.source.place_of(node, text);
                return Err(EvaluateError::new(*problem, Some(place)));
            }
        }
        Ok(())
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
            let place = group.source.attribute_place(node, "Condition");
            EvaluateError::new(Problem::Condition { condition, source }, Some(place))
        };
        let parsed = condition::parse(text, allowed).map_err(wrong)?;
        if parsed.is_ambiguous && !group.source.is_model {
            let place = group.source.attribute_place(node, "Condition");
            let mut ambiguous = self.ambiguous.borrow_mut();
            if !ambiguous.contains(&place) {
                ambiguous.push(place);
            }
        }
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
                Err(EvaluateError::new(problem, Some(group.source.place_of(node, text))))
            }
        }
    }

    fn definitions(&mut self, group: &Deferred) -> Result<(), EvaluateError> {
        let source = group.source.clone();
        if !self.condition(group, group.node, None, Allowed::Properties)?.0 {
            return Ok(());
        }
        for element in source.elements(group.node) {
            let item_type = source.name(element).to_owned();
            let allowed = Allowed::PropertiesAndMetadata;
            let mut known = self.store.text_item("");
            known.metadata = self.store.defaults(&item_type).to_vec();
            let named = Some((&known, item_type.as_str()));
            if !self.condition(group, element, named, allowed)?.0 {
                continue;
            }
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
                // What was defined so far is the metadata there is.
                let mut known = self.store.text_item("");
                known.metadata = self.store.defaults(&item_type).to_vec();
                let named = Some((&known, item_type.as_str()));
                if node != element && !self.condition(group, node, named, allowed)?.0 {
                    continue;
                }
                let value = expression::replace_metadata(&value, |_, name| {
                    known.own(name).unwrap_or_default().to_owned()
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
        if self.store.items(item_type).is_empty() {
            // The engine comes no further than to the properties in the text.
            let (expanded, doubts) = self.expand(group, node, text, true)?;
            self.doubt(item_type, &doubts, group, node);
            for part in expression::split(&expanded) {
                self.refuse_embedded(item_type, group, node, text, part)?;
            }
            return Ok(());
        }
        let named = self.named(group, node, item_type, text)?;
        if let Some(names) = source.attribute(node, "MatchOnMetadata") {
            return self.remove_by_metadata(group, node, item_type, names, &named);
        }
        let fits: Vec<bool> = self
            .store
            .items(item_type)
            .iter()
            .map(|item| {
                let segments = item_segments(&item.full);
                named.iter().any(|named| named.fits(item, &segments))
            })
            .collect();
        if operation == "Remove" {
            let mut fits = fits.into_iter();
            self.store.items_mut(item_type).retain(|_| !fits.next().unwrap_or(false));
            return Ok(());
        }
        if !fits.contains(&true) {
            return Ok(());
        }
        // Metadata may refer to the items of this type, as they were.
        let template = self.template(group, node, item_type)?;
        let mut items = self.store.items(item_type).to_vec();
        for (item, _) in items.iter_mut().zip(&fits).filter(|(_, fits)| **fits) {
            self.decorate(group, node, item_type, template.as_ref(), item)?;
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
                match expression::items(&self.store, part) {
                    Ok(items) => named.push(Named::Items(items)),
                    Err(trouble) => self.trouble(item_type, trouble, group, node, text)?,
                }
                continue;
            }
            self.refuse_embedded(item_type, group, node, text, part)?;
            named.push(Named::of(part, style, &self.evaluation.project_dir));
        }
        Ok(named)
    }

    /// Where items are listed, a reference stands alone between semicolons.
    fn refuse_embedded(
        &mut self,
        item_type: &str,
        group: &Deferred,
        node: NodeId,
        text: &str,
        part: &str,
    ) -> Result<(), EvaluateError> {
        if expression::is_reference(part) || !expression::holds_reference(part) {
            return Ok(());
        }
        let problem = Problem::EmbeddedReference { text: part.to_owned() };
        self.trouble(item_type, Trouble::Refused(Box::new(problem)), group, node, text)
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
        let project_dir = &self.evaluation.project_dir;
        let excludes = Excludes::of(&excluded, self.evaluation.style, project_dir);
        let said = Said::Written { source: source.clone(), kind: group.kind, node };
        let blank = |include: String, full: &str, recursive_dir: String| WorkItem {
            include,
            full: full.into(),
            metadata: Vec::new(),
            recursive_dir,
            defining: source.clone(),
            said: said.clone(),
        };
        // A search leaves out what it must not find; the others are compared as whole paths.
        let is_excluded = |item: &WorkItem| {
            let segments = item_segments(&item.full);
            excluded.iter().any(|named| named.fits(item, &segments))
        };
        let mut created = Vec::new();
        for named in named {
            match named {
                Named::Literal { include, full } => {
                    let item = blank(include, &full, String::new());
                    if !is_excluded(&item) {
                        created.push(item);
                    }
                }
                Named::Glob { .. } if self.evaluation.request.items == ItemPasses::Unlisted => {}
                Named::Glob { pattern, .. } => {
                    let project_dir = &self.evaluation.project_dir;
                    for found in self.walk.files(project_dir, &pattern, &excludes) {
                        let include = escape(&found.identity).into_owned();
                        created.push(blank(include, &found.full, found.recursive_dir));
                    }
                }
                Named::Items(items) => {
                    for item in items {
                        let mut copy = blank(item.include, &item.full, item.recursive_dir);
                        copy.metadata = item.metadata;
                        if !is_excluded(&copy) {
                            created.push(copy);
                        }
                    }
                }
            }
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
            self.decorate(group, node, item_type, template.as_ref(), item)?;
        }
        // `KeepDuplicates` counts only in targets.
        self.store.items_mut(item_type).extend(created);
        Ok(())
    }
}

impl Evaluation<'_> {
    fn is_below_project(&self, full: &str) -> bool {
        self.style.is_below(&self.project_dir, full)
    }
}

/// Whether a file lies in the project's folder.
pub(super) fn is_below_project(evaluation: &Evaluation<'_>, full: &str) -> bool {
    evaluation.is_below_project(full)
}
