use std::sync::Arc;

use super::state::{Deferred, Evaluation, Visit};
use crate::expression::Doubt;
use crate::provenance::{Met, Said, Under};
use crate::source::NodeId;
use crate::{EvaluateError, Traced};

impl Evaluation<'_> {
    /// Walks a file in document order: properties and imports; items are remembered.
    pub(super) fn walk(&mut self, visit: &Visit) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        let root = source.root();
        if let Some(names) = source.attribute(root, "TreatAsLocalProperty") {
            let (names, _) = self.expand(visit, root, names, false)?;
            for name in names.split(';') {
                self.fixed.remove(&name.trim().to_ascii_lowercase());
            }
        }
        self.default_targets(visit)?;
        let sdks = self.sdk_references(visit)?;
        for sdk in &sdks {
            self.import_sdk(visit, root, sdk, "Sdk.props")?;
        }
        for node in source.elements(root) {
            self.walk_element(visit, node)?;
        }
        for sdk in &sdks {
            self.import_sdk(visit, root, sdk, "Sdk.targets")?;
        }
        Ok(())
    }

    /// The first file that names default targets decides.
    fn default_targets(&mut self, visit: &Visit) -> Result<(), EvaluateError> {
        const NAME: &str = "MSBuildProjectDefaultTargets";
        let root = visit.source.root();
        let Some(text) = visit.source.attribute(root, "DefaultTargets") else { return Ok(()) };
        if text.is_empty() || self.table.get(NAME).is_some() {
            return Ok(());
        }
        let (targets, _) = self.expand(visit, root, text, false)?;
        if !targets.is_empty() {
            self.table.set(NAME, targets, Said::Engine, None);
        }
        Ok(())
    }

    fn walk_element(&mut self, visit: &Visit, node: NodeId) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        match source.name(node) {
            "PropertyGroup" => self.property_group(visit, node, &visit.folder),
            "ItemGroup" => {
                self.defer(visit, node, true);
                Ok(())
            }
            "ItemDefinitionGroup" => {
                self.defer(visit, node, false);
                Ok(())
            }
            "Import" => self.import(visit, node),
            "ImportGroup" => {
                let folder = visit.folder.clone();
                let decision = self.condition(visit, node, &folder)?;
                let (taken, doubts) = decision.map_or((true, Vec::new()), |d| (d.value, d.doubts));
                if !taken && doubts.is_empty() {
                    return Ok(());
                }
                self.inside(visit, node, doubts, |this| {
                    for import in source.elements(node) {
                        this.import(visit, import)?;
                    }
                    Ok(())
                })
            }
            "Choose" => self.choose(visit, node),
            // Targets and tasks run after the evaluation and are none of our business.
            _ => Ok(()),
        }
    }

    /// Runs something under the condition of an element.
    pub(super) fn inside(
        &mut self,
        visit: &Visit,
        node: NodeId,
        doubts: Vec<Doubt>,
        run: impl FnOnce(&mut Self) -> Result<(), EvaluateError>,
    ) -> Result<(), EvaluateError> {
        let ambient = self.ambient.len();
        let outer = self.under.clone();
        self.ambient.extend(doubts);
        if self.request.traced == Traced::All && visit.source.condition(node).is_some() {
            let source = visit.source.clone();
            self.under = Some(Arc::new(Under { outer: outer.clone(), source, node }));
        }
        let result = run(self);
        self.ambient.truncate(ambient);
        self.under = outer;
        result
    }

    fn defer(&mut self, visit: &Visit, node: NodeId, is_items: bool) {
        let deferred = Deferred {
            source: visit.source.clone(),
            kind: visit.kind,
            node,
            doubts: self.ambient.clone(),
        };
        if is_items {
            self.item_groups.push(deferred);
        } else {
            self.item_definitions.push(deferred);
        }
    }

    fn property_group(
        &mut self,
        visit: &Visit,
        group: NodeId,
        folder: &str,
    ) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        let decision = self.condition(visit, group, folder)?;
        let (taken, doubts) = decision.map_or((true, Vec::new()), |d| (d.value, d.doubts));
        self.inside(visit, group, doubts.clone(), |this| {
            for property in source.elements(group) {
                if taken {
                    this.property(visit, property)?;
                } else {
                    this.skip(visit, property, &doubts);
                }
            }
            Ok(())
        })
    }

    fn property(&mut self, visit: &Visit, node: NodeId) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        let name = source.name(node);
        // Global properties stand above every file; the engine does not even read on.
        if !self.fixed.is_empty() && self.fixed.contains(&name.to_ascii_lowercase()) {
            self.skip(visit, node, &[]);
            return Ok(());
        }
        let project_dir = self.project_dir.clone();
        let decision = self.condition(visit, node, &project_dir)?;
        let (taken, mut doubts) = decision.map_or((true, Vec::new()), |d| (d.value, d.doubts));
        if !taken {
            self.skip(visit, node, &doubts);
            return Ok(());
        }
        let written = source.value(node);
        let (value, found) = self.expand(visit, node, &written, true)?;
        doubts.extend(found);
        doubts.extend(self.ambient.iter().cloned());
        self.count(&value, || source.place(node))?;
        let doubt = self.explain(name, &doubts, || source.place(node));
        self.record(visit, node, Some(&value));
        self.table.set(name, value, Self::said(visit, node), doubt);
        Ok(())
    }

    /// An assignment that does not happen, or may not.
    fn skip(&mut self, visit: &Visit, node: NodeId, doubts: &[Doubt]) {
        let source = visit.source.clone();
        let name = source.name(node);
        self.record(visit, node, None);
        if let Some(doubt) = self.explain(name, doubts, || source.place(node)) {
            self.table.mark(doubt, &Self::said(visit, node));
        }
    }

    fn record(&mut self, visit: &Visit, node: NodeId, value: Option<&str>) {
        if self.request.traced == Traced::Nothing {
            return;
        }
        self.trace.push(Met {
            source: visit.source.clone(),
            kind: visit.kind,
            node,
            value: value.map(Box::from),
            under: self.under.clone(),
        });
    }

    fn choose(&mut self, visit: &Visit, choose: NodeId) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        let project_dir = self.project_dir.clone();
        let mut earlier: Vec<Doubt> = Vec::new();
        let mut chosen = false;
        for branch in source.elements(choose) {
            let is_when = source.name(branch) == "When";
            let (mut taken, doubts) = if chosen {
                (false, Vec::new())
            } else if is_when {
                let decision = self.condition(visit, branch, &project_dir)?;
                decision.map_or((true, Vec::new()), |d| (d.value, d.doubts))
            } else {
                (true, Vec::new())
            };
            taken &= !chosen;
            earlier.extend(doubts);
            if taken {
                chosen = true;
                let doubts = earlier.clone();
                self.inside(visit, branch, doubts, |this| {
                    for child in source.elements(branch) {
                        this.branch_element(visit, child, &project_dir)?;
                    }
                    Ok(())
                })?;
            } else {
                let doubts = if chosen { Vec::new() } else { earlier.clone() };
                self.inside(visit, branch, Vec::new(), |this| {
                    this.skip_branch(visit, branch, &doubts);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn branch_element(
        &mut self,
        visit: &Visit,
        node: NodeId,
        folder: &str,
    ) -> Result<(), EvaluateError> {
        if visit.source.name(node) == "PropertyGroup" {
            return self.property_group(visit, node, folder);
        }
        self.walk_element(visit, node)
    }

    fn skip_branch(&mut self, visit: &Visit, branch: NodeId, doubts: &[Doubt]) {
        let source = visit.source.clone();
        for child in source.elements(branch) {
            match source.name(child) {
                "PropertyGroup" => {
                    for property in source.elements(child) {
                        self.skip(visit, property, doubts);
                    }
                }
                "Choose" => {
                    for inner in source.elements(child) {
                        self.skip_branch(visit, inner, doubts);
                    }
                }
                _ => {}
            }
        }
    }
}
