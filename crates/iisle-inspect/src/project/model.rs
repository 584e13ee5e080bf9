use std::collections::BTreeMap;
use std::fmt;

use super::Content;
use crate::Position;

/// A project that was evaluated for publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The project file, as the user gave it.
    pub path: String,
    /// The SDKs it names, in order: `Microsoft.NET.Sdk.Web`.
    pub sdks: Vec<String>,
    /// Every property that has a value, by name; names compare without case.
    pub properties: BTreeMap<PropertyName, Property>,
    /// `TargetFrameworks`, or the one `TargetFramework`.
    pub target_frameworks: Vec<String>,
    /// `RuntimeIdentifier`.
    pub rid: Option<String>,
    /// `SelfContained`.
    pub self_contained: Option<bool>,
    /// `UseAppHost`.
    pub use_app_host: Option<bool>,
    /// `PlatformTarget`.
    pub platform_target: Option<String>,
    /// `OutputType`.
    pub output_type: Option<String>,
    /// `AssemblyName`.
    pub assembly_name: Option<String>,
    /// `PublishDir`, with `/`, relative to the project's folder unless absolute.
    pub publish_dir: Option<String>,
    /// `AspNetCoreHostingModel`.
    pub hosting_model: Option<String>,
    /// `AspNetCoreModuleName`.
    pub module: Option<String>,
    /// Whether publishing it gives something that can be hosted; `None` when that is not known.
    pub publishable: Option<bool>,
    /// `PackageReference` items: name and version.
    pub packages: Vec<(String, Option<String>)>,
    /// `FrameworkReference` items.
    pub framework_references: Vec<String>,
    /// What is copied to the publish folder as it is, in the order of the items.
    pub content: Vec<Content>,
    /// Whether there are Razor views or pages, `.cshtml`.
    pub has_razor_views: bool,
    /// The name of a web.config in the project's folder, published or not; `None` when there is
    /// none or nobody looked.
    pub own_web_config: Option<String>,
    /// What could not be known for certain.
    pub warnings: Vec<ProjectWarning>,
}

/// The name of a property; compares without ASCII case, keeps the first spelling.
#[derive(Debug, Clone)]
pub struct PropertyName(String);

/// The value of a property and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The value, unescaped.
    pub value: String,
    /// Where it was set; `None` for built-in values and for the command line.
    pub origin: Option<Place>,
    /// Whether the project or its user set it, as opposed to a rule of the SDK.
    pub is_set: bool,
    /// Why the value is not certain.
    pub doubt: Option<String>,
}

/// A place in one of the files that were evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the project's folder when it lies inside.
    pub file: String,
    /// Where in the file.
    pub position: Option<Position>,
}

/// Something about a project that a reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectWarning {
    /// MSBuild's or the SDK's code where there is one, else a word.
    pub code: String,
    /// One line.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
}

/// Why there is nothing to host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPublishable {
    /// A library.
    Library,
    /// An application of .NET Framework, which `dotnet publish` does not know.
    DotnetFramework,
    /// `IsPublishable` is false.
    Marked,
}

impl fmt::Display for NotPublishable {
    /// What the project is: `it is a library`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Library => "it is a library",
            Self::DotnetFramework => "it is an application of .NET Framework",
            Self::Marked => "`IsPublishable` is false",
        })
    }
}

impl Project {
    /// The value of a property; `None` when it is not defined, empty, or not certain.
    pub fn property(&self, name: &str) -> Option<&str> {
        let property = self.properties.get(&PropertyName::new(name))?;
        self.best(name).filter(|_| property.doubt.is_none())
    }

    /// The value of a property, also when it is not certain; `None` when it is not defined or
    /// empty.
    pub fn best(&self, name: &str) -> Option<&str> {
        let property = self.properties.get(&PropertyName::new(name))?;
        (!property.value.is_empty()).then_some(property.value.as_str())
    }

    /// Why publishing it would give nothing that IIS can host, as far as the properties tell.
    pub fn why_not_publishable(&self) -> Option<NotPublishable> {
        let is = |name: &str, value: &str| {
            self.property(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
        };
        let identifier = self.property("TargetFrameworkIdentifier");
        let classic = self.sdks.is_empty() && self.property("TargetFrameworkVersion").is_some();
        if identifier == Some(".NETFramework") || (classic && identifier.is_none()) {
            return Some(NotPublishable::DotnetFramework);
        }
        if identifier == Some(".NETStandard") {
            return Some(NotPublishable::Library);
        }
        if is("IsPublishable", "false") {
            return Some(NotPublishable::Marked);
        }
        (is("OutputType", "Library") || is("OutputType", "Module"))
            .then_some(NotPublishable::Library)
    }

    /// What is published as web.config, in the order of the items.
    pub fn published_web_configs(&self) -> impl Iterator<Item = &Content> {
        self.content.iter().filter(|file| file.target.eq_ignore_ascii_case("web.config"))
    }

    /// The file that is published as web.config without being the project's own, such as one that
    /// several projects share: absolute, or relative to the project's folder.
    pub fn linked_web_config(&self) -> Option<&Content> {
        let own = self.own_web_config.as_deref();
        self.published_web_configs().find(|file| Some(file.source.as_str()) != own)
    }

    /// Where a property was set: its place, else the top of the project file.
    pub fn origin(&self, name: &str) -> Place {
        let property = self.properties.get(&PropertyName::new(name));
        property.and_then(|property| property.origin.clone()).unwrap_or_else(|| self.top())
    }

    /// Whether the project or its user sets the property, as opposed to a rule of the SDK.
    pub fn sets(&self, name: &str) -> bool {
        self.properties.get(&PropertyName::new(name)).is_some_and(|property| property.is_set)
    }

    /// The project file as a whole.
    pub fn top(&self) -> Place {
        let file = self.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Place { file, position: None }
    }
}

impl PropertyName {
    /// A name; anything will do.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// As it was first spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for PropertyName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for PropertyName {}

impl PartialOrd for PropertyName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PropertyName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded().cmp(other.folded())
    }
}
