use std::sync::Arc;

use super::ITEM_ATTRIBUTES;
use super::evaluate::ItemPass;
use super::expression;
use super::item::{Metadata, WorkItem};
use crate::EvaluateError;
use crate::condition::Allowed;
use crate::evaluator::Deferred;
use crate::source::NodeId;

impl ItemPass<'_, '_> {
    pub(super) fn keep_metadata(
        &self,
        group: &Deferred,
        node: NodeId,
        items: &mut [WorkItem],
    ) -> Result<(), EvaluateError> {
        for (attribute, keeps) in [("KeepMetadata", true), ("RemoveMetadata", false)] {
            let Some(names) = group.source.attribute(node, attribute) else { continue };
            let (names, _) = self.expand(group, node, names, false)?;
            let listed = |name: &str| names.split(';').any(|n| n.trim().eq_ignore_ascii_case(name));
            for item in items.iter_mut() {
                item.metadata.retain(|(name, _)| listed(name) == keeps);
            }
        }
        Ok(())
    }

    /// The metadata of an element in order: attributes, then child elements.
    fn given(group: &Deferred, node: NodeId) -> Vec<(Arc<str>, String, NodeId)> {
        let source = &group.source;
        let attributes = source
            .attributes(node)
            .filter(|(name, _)| !ITEM_ATTRIBUTES.contains(name))
            .map(|(name, value)| (expression::shared(name), value.to_owned(), node));
        let children = source.elements(node).map(|child| {
            (expression::shared(source.name(child)), source.value(child).into_owned(), child)
        });
        attributes.chain(children).collect()
    }

    /// Metadata that is the same for every item; `None` when it depends on the item.
    pub(super) fn template(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
    ) -> Result<Option<Metadata>, EvaluateError> {
        let given = Self::given(group, node);
        let depends = given.iter().any(|(_, value, at)| {
            value.contains("%(")
                || *at != node && group.source.condition(*at).is_some_and(|c| c.contains("%("))
        });
        if depends {
            return Ok(None);
        }
        let mut template = Vec::new();
        for (name, value, at) in given {
            if at != node && !self.condition(group, at, None, Allowed::All)?.0 {
                continue;
            }
            let value = self.metadata_value(group, at, item_type, &value)?;
            template.push((name, value.into()));
        }
        Ok(Some(template))
    }

    fn metadata_value(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        text: &str,
    ) -> Result<String, EvaluateError> {
        let (value, doubts) = self.expand(group, node, text, true)?;
        self.doubt(item_type, &doubts, group, node);
        if !value.contains("@(") {
            return Ok(value);
        }
        match expression::expand(&self.store, &value) {
            Ok(value) => Ok(value),
            Err(trouble) => {
                self.trouble(item_type, trouble, group, node, text)?;
                Ok(String::new())
            }
        }
    }

    /// Gives an item the metadata of an element, from the template when there is one.
    pub(super) fn decorate(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        template: Option<&Metadata>,
        item: &mut WorkItem,
    ) -> Result<(), EvaluateError> {
        let Some(template) = template else {
            return self.set_metadata(group, node, item_type, item);
        };
        for (name, value) in template {
            item.set(name, value.clone());
        }
        Ok(())
    }

    fn set_metadata(
        &mut self,
        group: &Deferred,
        node: NodeId,
        item_type: &str,
        item: &mut WorkItem,
    ) -> Result<(), EvaluateError> {
        let style = self.evaluation.style;
        for (name, value, at) in Self::given(group, node) {
            if at != node {
                let (taken, doubts) =
                    self.condition(group, at, Some((item, item_type)), Allowed::All)?;
                self.doubt(item_type, &doubts, group, at);
                if !taken {
                    continue;
                }
            }
            let value = expression::metadata(&value, item, item_type, style);
            let value = self.metadata_value(group, at, item_type, &value)?;
            item.set(&name, value.into());
        }
        Ok(())
    }
}
