use indexmap::IndexMap;

use super::state::Evaluation;
use crate::escape::unescape;
use crate::provenance::Said;
use crate::{Assignment, EvaluateError, Evaluated, ItemPasses, Origin, Property, Warning};

impl Evaluation<'_> {
    /// A profile that is asked for and was not found: the publish would go on without it.
    fn missing_profile(&self) -> Option<Warning> {
        let value =
            |name| self.table.get(name).map(|entry| entry.value.as_str()).unwrap_or_default();
        let asked = self.table.get("PublishProfile").filter(|entry| !entry.value.is_empty())?;
        let ignored = value("UsingMicrosoftNETSdk") != "true"
            || value("IsCrossTargetingBuild") == "true"
            || value("PublishProfileImported") == "true";
        if ignored {
            return None;
        }
        let profile = unescape(&asked.value);
        let file = unescape(value("PublishProfileFullPath"));
        Some(Warning {
            code: Some("NETSDK1198"),
            message: format!("the publish profile `{profile}` was not found, expected `{file}`"),
            place: asked.said.place(),
        })
    }

    /// A value that stood before any file was read.
    fn given(name: &str, value: &str, origin: Origin) -> Assignment {
        Assignment {
            property: name.to_owned(),
            value: unescape(value).into_owned(),
            origin,
            condition: None,
            taken: true,
        }
    }

    /// Evaluates the items and gives everything its final form.
    pub(super) fn finish(mut self) -> Result<Evaluated, EvaluateError> {
        let items = match self.request.items {
            ItemPasses::Made | ItemPasses::Unlisted => self.evaluate_items()?,
            ItemPasses::Skipped => IndexMap::new(),
        };
        self.warnings.extend(self.missing_profile());
        let mut unknown = std::mem::take(&mut self.unknown);
        let mut given = Vec::new();
        for (name, value) in &self.request.globals {
            given.push(Self::given(name, value, Origin::Global));
        }
        let mut properties = IndexMap::with_capacity(self.table.len());
        for (key, entry) in self.table.into_entries() {
            // The model's own helpers are nobody's business.
            if entry.name.starts_with("_Model") {
                continue;
            }
            unknown.extend(entry.doubt);
            if matches!(entry.said, Said::Environment) {
                given.insert(0, Self::given(&entry.name, &entry.value, Origin::Environment));
            }
            let property = Property {
                value: unescape(&entry.value).into_owned(),
                written: entry.value,
                said: entry.said,
                name: entry.name,
            };
            properties.insert(key, property);
        }
        Ok(Evaluated {
            properties,
            unknown,
            warnings: self.warnings,
            imports: self.imports,
            given,
            met: self.trace,
            items,
            sdks: self.sdks,
            sdk_version: self.sdk_version,
        })
    }
}
