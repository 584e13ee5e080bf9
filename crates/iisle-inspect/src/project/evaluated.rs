use std::path::Path;

use iisle_msbuild::{Evaluated, Item};

use super::{Place, Project, ProjectWarning, Property, PropertyName};

impl Project {
    /// What an evaluation for publishing found. `path` is the project file, absolute.
    ///
    /// A value that is not certain is kept with its doubt, and there is a warning for it.
    pub fn from_evaluated(path: &str, evaluated: &Evaluated) -> Self {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let place = |place: &iisle_msbuild::Place| Place {
            file: relative(folder, &place.file),
            position: Some(place.position),
        };
        let properties = evaluated.properties().map(|property| {
            let doubt = evaluated.doubt(&property.name).map(|doubt| doubt.reason.clone());
            let facts = Property {
                value: property.value.clone(),
                origin: property.origin.place().map(place),
                is_set: property.origin.is_explicit(),
                doubt,
            };
            (PropertyName::new(property.name.as_str()), facts)
        });
        let warnings = evaluated.warnings().iter().map(|warning| ProjectWarning {
            code: warning.code.unwrap_or("evaluation").to_owned(),
            message: warning.message.clone(),
            place: warning.place.as_ref().map(place),
        });
        let doubts = evaluated.unknown().iter().map(|unknown| ProjectWarning {
            code: "unknown".to_owned(),
            message: format!("{} is not certain: {}", unknown.name, unknown.reason),
            place: unknown.place.as_ref().map(place),
        });
        let mut project = Self {
            path: path.to_owned(),
            sdks: evaluated.sdks().to_vec(),
            properties: properties.collect(),
            target_frameworks: Vec::new(),
            rid: None,
            self_contained: None,
            use_app_host: None,
            platform_target: None,
            output_type: None,
            assembly_name: None,
            publish_dir: None,
            hosting_model: None,
            module: None,
            publishable: None,
            packages: evaluated.items("PackageReference").iter().map(package).collect(),
            framework_references: identities(evaluated.items("FrameworkReference")),
            warnings: warnings.chain(doubts).collect(),
        };
        project.derive();
        project
    }

    /// Fills what the properties say.
    pub(super) fn derive(&mut self) {
        let text = |project: &Self, name: &str| project.property(name).map(str::to_owned);
        let truth = |project: &Self, name: &str| {
            let value = project.property(name)?;
            let is = |word: &str| value.trim().eq_ignore_ascii_case(word);
            if is("true") { Some(true) } else { is("false").then_some(false) }
        };
        let several =
            self.best("TargetFrameworks").filter(|_| self.best("TargetFramework").is_none());
        let frameworks = several.or(self.best("TargetFramework")).unwrap_or_default().split(';');
        self.target_frameworks =
            frameworks.map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        self.rid = text(self, "RuntimeIdentifier");
        self.self_contained = truth(self, "SelfContained");
        self.use_app_host = truth(self, "UseAppHost");
        self.platform_target = text(self, "PlatformTarget");
        self.output_type = text(self, "OutputType");
        // Where to look for the output must be answered as well as can be.
        self.assembly_name = self.best("AssemblyName").map(str::to_owned);
        self.publish_dir = self.best("PublishDir").map(|folder| folder.replace('\\', "/"));
        self.hosting_model = text(self, "AspNetCoreHostingModel");
        self.module = text(self, "AspNetCoreModuleName");
        self.publishable = match self.why_not_publishable() {
            Some(_) => Some(false),
            None if self.target_frameworks.len() == 1 && self.output_type.is_some() => Some(true),
            None => None,
        };
    }
}

/// A path below the project's folder in short, any other as it is.
fn relative(folder: &Path, file: &Path) -> String {
    match file.strip_prefix(folder) {
        Ok(below) if !folder.as_os_str().is_empty() => {
            let parts = below.components().map(|part| part.as_os_str().to_string_lossy());
            parts.collect::<Vec<_>>().join("/")
        }
        _ => file.display().to_string(),
    }
}

fn identities(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| item.identity.clone()).collect()
}

fn package(item: &Item) -> (String, Option<String>) {
    let version = item.metadata("VersionOverride").or_else(|| item.metadata("Version"));
    let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
    (item.identity.clone(), version)
}
