use super::state::{Evaluation, Visit};
use crate::sdk;
use crate::source::NodeId;
use crate::{EvaluateError, Problem, SdkPackages, SdkSource, SourceKind};

/// An SDK a project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SdkReference {
    pub(super) name: String,
    pub(super) version: Option<String>,
}

impl Evaluation<'_> {
    /// The SDKs of the root's attribute, then those of `Sdk` elements.
    pub(super) fn sdk_references(
        &mut self,
        visit: &Visit,
    ) -> Result<Vec<SdkReference>, EvaluateError> {
        let source = visit.source.clone();
        let root = source.root();
        let mut references = Vec::new();
        let attribute = source.attribute(root, "Sdk").filter(|text| !text.trim().is_empty());
        if let Some(text) = attribute {
            for part in text.split(';') {
                let wrong = || {
                    let problem = Problem::SdkReference { text: text.to_owned() };
                    EvaluateError::new(problem, Some(source.attribute_place(root, "Sdk")))
                };
                let mut pieces = part.trim().split('/');
                let name = pieces.next().unwrap_or_default().trim();
                let version = pieces.next().map(str::trim);
                if name.is_empty() || version == Some("") || pieces.next().is_some() {
                    return Err(wrong());
                }
                // `min=` states the least version that will do.
                let version = version.filter(|version| !version.starts_with("min="));
                let (name, version) = (name.to_owned(), version.map(str::to_owned));
                references.push(SdkReference { name, version });
            }
        }
        for element in source.elements(root) {
            if source.name(element) != "Sdk" {
                continue;
            }
            let name = source.attribute(element, "Name").unwrap_or_default();
            let (name, _) = self.expand(visit, element, name, false)?;
            if name.trim().is_empty() {
                return Err(EvaluateError::new(Problem::SdkName, Some(source.place(element))));
            }
            let version = source.attribute(element, "Version").filter(|text| !text.is_empty());
            let version = match version {
                Some(version) => Some(self.expand(visit, element, version, false)?.0),
                None => None,
            };
            references.push(SdkReference { name: name.trim().to_owned(), version });
        }
        Ok(references)
    }

    /// Imports a file of an SDK.
    pub(super) fn import_sdk(
        &mut self,
        visit: &Visit,
        node: NodeId,
        sdk: &SdkReference,
        file: &str,
    ) -> Result<(), EvaluateError> {
        if !visit.source.is_model && !self.sdks.contains(&sdk.name) {
            self.sdks.push(sdk.name.clone());
        }
        // Workloads add nothing unless they are installed.
        if sdk.name.eq_ignore_ascii_case("Microsoft.NET.SDK.WorkloadAutoImportPropsLocator")
            || sdk.name.eq_ignore_ascii_case("Microsoft.NET.SDK.WorkloadManifestTargetsLocator")
        {
            return Ok(());
        }
        let Some(path) = self.sdk_file(sdk, file) else {
            if self.request.sdk_packages == SdkPackages::Empty {
                return Ok(());
            }
            let problem = Problem::MissingSdk { sdk: sdk.name.clone() };
            return Err(EvaluateError::new(
                problem,
                Some(visit.source.attribute_place(node, "Sdk")),
            ));
        };
        self.import_file(visit, node, &path, Some(SourceKind::Sdk))
    }

    fn sdk_file(&mut self, sdk: &SdkReference, file: &str) -> Option<String> {
        match &self.request.sdk {
            SdkSource::BuiltIn(version) => {
                if let Some(path) = sdk::sdk_file(self.style, &sdk.name, file) {
                    self.sdk_version.get_or_insert(*version);
                    return Some(path);
                }
            }
            SdkSource::Folder(folder) => {
                let folder = folder.to_string_lossy().into_owned();
                let folder = self.style.full(&folder, &format!("Sdks/{}/Sdk", sdk.name));
                let path = self.style.full(&folder, &self.style.fix(file));
                if self.is_file(&path) {
                    return Some(path);
                }
            }
        }
        self.packaged_sdk(sdk, file)
    }

    /// An SDK that came as a package.
    fn packaged_sdk(&self, sdk: &SdkReference, file: &str) -> Option<String> {
        let packages = self.request.packages_dir.as_ref()?.to_string_lossy().into_owned();
        let asked = sdk.version.clone().or_else(|| self.global_json_sdk(&sdk.name))?;
        let below = format!(
            "{}/{}/Sdk/{}",
            sdk.name.to_ascii_lowercase(),
            asked.to_ascii_lowercase(),
            file.replace('\\', "/")
        );
        let path = self.style.full(&packages, &below);
        self.is_file(&path).then_some(path)
    }

    /// The version `global.json` gives for an SDK that is a package.
    fn global_json_sdk(&self, name: &str) -> Option<String> {
        let json = sdk::global_json(self.evaluator.files, self.style, &self.project_dir)?;
        json.packages.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}
