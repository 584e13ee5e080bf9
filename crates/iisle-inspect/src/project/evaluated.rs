use std::path::Path;

use iisle_msbuild::{Evaluated, Item};

use super::{Content, Place, Project, ProjectWarning, Property, PropertyName};

impl Project {
    /// What an evaluation for publishing found. `path` is the project file, absolute.
    ///
    /// A value that is not certain is kept with its doubt, and there is a warning for it.
    pub fn from_evaluated(path: &str, evaluated: &Evaluated) -> Self {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let place = |found: &iisle_msbuild::Place| place(folder, found);
        let properties = evaluated.properties().map(|property| {
            let doubt = evaluated.doubt(&property.name).map(|doubt| doubt.reason.clone());
            let facts = Property {
                value: property.value.clone(),
                origin: property.place().as_ref().map(place),
                is_set: property.is_explicit(),
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
            content: Content::of(folder, evaluated),
            has_razor_views: evaluated.items("Content").iter().any(|it| is_view(&it.identity)),
            own_web_config: None,
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

/// A place of an evaluation, its file in short.
pub(super) fn place(folder: &Path, found: &iisle_msbuild::Place) -> Place {
    Place { file: relative(folder, &found.file), position: Some(found.position) }
}

/// A path below the project's folder in short, any other as it is.
pub(super) fn relative(folder: &Path, file: &Path) -> String {
    match file.strip_prefix(folder) {
        Ok(below) if !folder.as_os_str().is_empty() => {
            let parts = below.components().map(|part| part.as_os_str().to_string_lossy());
            parts.collect::<Vec<_>>().join("/")
        }
        _ => file.display().to_string(),
    }
}

fn is_view(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|it| it.eq_ignore_ascii_case("cshtml"))
}

fn identities(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| item.identity.clone()).collect()
}

fn package(item: &Item) -> (String, Option<String>) {
    let version = item.metadata("VersionOverride").or_else(|| item.metadata("Version"));
    let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
    (item.identity.clone(), version)
}

#[cfg(test)]
mod tests {
    use iisle_msbuild::{MemoryFiles, Request, evaluate};

    use crate::project::{NotPublishable, Project};

    fn read(files: &[(&str, &str)]) -> Project {
        let mut memory = MemoryFiles::new();
        for (path, text) in files {
            memory.insert(*path, *text);
        }
        let path = files[0].0;
        let request = Request::new(path).global("_IsPublishing", "true");
        Project::from_evaluated(path, &evaluate(&memory, &request).unwrap())
    }

    fn web(properties: &str) -> Project {
        let text = format!(
            "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n    \
             <TargetFramework>net8.0</TargetFramework>\n{properties}\n  </PropertyGroup>\n</Project>"
        );
        read(&[("/w/shop/Shop.csproj", &text)])
    }

    #[test]
    fn values_are_those_of_the_evaluation() {
        let project = web("<RuntimeIdentifier>win-x64</RuntimeIdentifier>");
        assert_eq!(project.sdks, ["Microsoft.NET.Sdk.Web"]);
        assert_eq!(project.target_frameworks, ["net8.0"]);
        assert_eq!(project.rid.as_deref(), Some("win-x64"));
        assert_eq!(project.property("runtimeidentifier"), Some("win-x64"));
        assert_eq!((project.self_contained, project.use_app_host), (Some(false), Some(true)));
        assert_eq!(project.assembly_name.as_deref(), Some("Shop"));
        assert_eq!(project.module.as_deref(), Some("AspNetCoreModuleV2"));
        let folder = project.publish_dir.as_deref().unwrap();
        assert!(folder.ends_with("/net8.0/win-x64/publish/"), "{folder}");
        assert_eq!(project.publishable, Some(true));
    }

    #[test]
    fn places_are_short_inside_the_folder() {
        let project = read(&[
            (
                "/w/shop/Shop.csproj",
                "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n <Import Project=\"build/own.props\"/></Project>",
            ),
            (
                "/w/shop/build/own.props",
                "<Project><PropertyGroup><A>1</A></PropertyGroup></Project>",
            ),
            (
                "/w/Directory.Build.props",
                "<Project><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>",
            ),
        ]);
        let own = project.origin("A");
        assert_eq!((own.file.as_str(), own.position.unwrap().line), ("build/own.props", 1));
        let above = project.origin("TargetFramework").file.replace('\\', "/");
        assert_eq!(above, "/w/Directory.Build.props");
        assert!(project.sets("targetframework") && !project.sets("OutputType"));
        assert_eq!(project.origin("OutputType"), project.top());
        assert_eq!(project.top().file, "Shop.csproj");
    }

    #[test]
    fn what_cannot_be_hosted_says_why() {
        let why = |project: Project| (project.publishable, project.why_not_publishable());
        let library = web("<OutputType>Library</OutputType>");
        assert_eq!(why(library), (Some(false), Some(NotPublishable::Library)));
        let marked = web("<IsPublishable>false</IsPublishable>");
        assert_eq!(why(marked), (Some(false), Some(NotPublishable::Marked)));
        let plain = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
        assert_eq!(
            why(read(&[("/w/Lib.csproj", plain)])),
            (Some(false), Some(NotPublishable::Library))
        );
        let netfx =
            plain.replace("net8.0", "net48").replace("<T", "<OutputType>Exe</OutputType><T");
        assert_eq!(
            why(read(&[("/w/Old.csproj", &netfx)])),
            (Some(false), Some(NotPublishable::DotnetFramework))
        );
        let classic = "<Project ToolsVersion=\"15.0\" xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">
            <PropertyGroup><OutputType>Library</OutputType><TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion></PropertyGroup></Project>";
        assert_eq!(
            why(read(&[("/w/Web.csproj", classic)])),
            (Some(false), Some(NotPublishable::DotnetFramework))
        );
    }

    #[test]
    fn several_frameworks_leave_it_open() {
        let text = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFrameworks> net8.0; net9.0;</TargetFrameworks></PropertyGroup></Project>";
        let project = read(&[("/w/Shop.csproj", text)]);
        assert_eq!(project.target_frameworks, ["net8.0", "net9.0"]);
        assert_eq!(project.publishable, None);
    }

    #[test]
    fn references_are_listed() {
        let text = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
            <ItemGroup><FrameworkReference Include=\"Microsoft.AspNetCore.App\"/>
            <PackageReference Include=\"Dapper\" Version=\"2.1.0\"/><PackageReference Include=\"Serilog\"/></ItemGroup></Project>";
        let project = read(&[("/w/Job.csproj", text)]);
        assert!(project.framework_references.contains(&"Microsoft.AspNetCore.App".to_owned()));
        let dapper = ("Dapper".to_owned(), Some("2.1.0".to_owned()));
        assert!(
            project.packages.contains(&dapper)
                && project.packages.contains(&("Serilog".to_owned(), None))
        );
    }
}
