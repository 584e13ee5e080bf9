use std::path::{Path, PathBuf};
use std::sync::Arc;

use iisle_xml::Position;
use indexmap::IndexMap;

use crate::items::{WELL_KNOWN, computed};
use crate::paths::Style;
use crate::provenance::{Met, Said};
use crate::table::{Name, NoCase};
use crate::{Host, SdkVersion, sdk};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file; for the built-in model a name such as `sdk:Microsoft.NET.Sdk/Sdk.targets`.
    pub file: Arc<Path>,
    /// Line and column of the element.
    pub position: Position,
}

/// What kind of file an assignment stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// The project itself.
    Project,
    /// `Directory.Build.props`.
    BuildProps,
    /// `Directory.Build.targets`.
    BuildTargets,
    /// `Directory.Packages.props`.
    PackagesProps,
    /// What a restore left in `obj`.
    NuGet,
    /// A publish profile or its `.user` file.
    Profile,
    /// The `.user` file of the project.
    User,
    /// Any other file that is imported.
    Import,
    /// A file of an installed SDK.
    Sdk,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A global property: command line, or what a command adds.
    Global,
    /// The environment.
    Environment,
    /// A property the engine itself defines.
    Engine,
    /// An assignment in a file.
    File {
        /// Where it stands.
        place: Place,
        /// What file that is.
        kind: SourceKind,
    },
    /// Our model of the SDK: a default, or a decision inferred from other properties.
    BuiltInModel {
        /// The place in the model.
        place: Place,
    },
}

impl Origin {
    /// The place, when it is in a file somebody wrote; `None` for the model too.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::File { place, .. } => Some(place),
            Self::Global | Self::Environment | Self::Engine | Self::BuiltInModel { .. } => None,
        }
    }

    /// The file, when somebody wrote one.
    pub fn file(&self) -> Option<&Path> {
        self.place().map(|place| &*place.file)
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<u32> {
        self.place().map(|place| place.position.line)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> Option<u32> {
        self.place().map(|place| place.position.column)
    }

    /// Whether a person or a pipeline said it, not the SDK, the engine or the environment.
    pub fn is_explicit(&self) -> bool {
        match self {
            Self::Global => true,
            Self::File { kind, .. } => *kind != SourceKind::Sdk,
            Self::Environment | Self::Engine | Self::BuiltInModel { .. } => false,
        }
    }
}

/// A property at the end of the evaluation.
#[derive(Debug, Clone)]
pub struct Property {
    /// The name as first written.
    pub name: String,
    /// The value, escapes decoded.
    pub value: String,
    /// The value as stored, `%xx` undecoded.
    pub written: String,
    pub(crate) said: Said,
}

impl Property {
    /// Who said it last.
    pub fn origin(&self) -> Origin {
        self.said.origin()
    }

    /// The place, when it is in a file somebody wrote; `None` for the model too.
    pub fn place(&self) -> Option<Place> {
        self.said.place()
    }

    /// Whether a person or a pipeline said it: [`Origin::is_explicit`].
    pub fn is_explicit(&self) -> bool {
        self.said.is_explicit()
    }
}

/// One assignment that was met, taken or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The property's name as written there.
    pub property: String,
    /// The evaluated value when taken, otherwise the text as written.
    pub value: String,
    /// Who says it.
    pub origin: Origin,
    /// The conditions it stands under, outermost first, joined with ` and `.
    pub condition: Option<String>,
    /// Whether it took effect then. A later one may have overwritten it.
    pub taken: bool,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// The file.
    pub file: PathBuf,
    /// What it is.
    pub kind: SourceKind,
    /// The import element; `None` for the project itself and for what the model imports.
    pub place: Option<Place>,
}

/// Something the engine or the SDK would warn about, or that makes the result doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `MSB…` or `NETSDK…`; `None` when only we say it.
    pub code: Option<&'static str>,
    /// What is the matter.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
}

/// A value we do not know for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The property or item type concerned.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The line to blame.
    pub place: Option<Place>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What was included, escapes decoded, with the separators of the host.
    pub identity: String,
    /// The absolute path.
    pub full_path: String,
    /// Metadata in the order it was set, escapes decoded; no well-known ones.
    pub metadata: Vec<(String, String)>,
    /// Where it was included.
    pub origin: Origin,
    /// What `**` stood for.
    pub recursive_dir: String,
    /// The file that holds the element which included it.
    pub defining_file: Arc<Path>,
}

impl Item {
    /// The metadata that follows from the identity, by the names the engine gives it: `FullPath`,
    /// `Filename` and so on. File times are left out.
    pub fn well_known(&self, host: Host) -> Vec<(&'static str, String)> {
        let style = if host.is_windows() { Style::Windows } else { Style::Unix };
        let defining = self.defining_file.to_string_lossy();
        let value = |name: &&'static str| {
            let dir = &self.recursive_dir;
            let value = computed(style, name, &self.identity, &self.full_path, dir, &defining)?;
            Some((*name, value))
        };
        WELL_KNOWN.iter().filter_map(value).collect()
    }

    /// The value of a custom metadata name, compared ignoring ASCII case.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What an evaluation found.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// In the order of first assignment.
    pub(crate) properties: IndexMap<Name, Property>,
    pub(crate) unknown: Vec<Unsupported>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) imports: Vec<ImportRecord>,
    /// What stood before any file was read.
    pub(crate) given: Vec<Assignment>,
    pub(crate) met: Vec<Met>,
    pub(crate) items: IndexMap<String, (String, Vec<Item>)>,
    pub(crate) sdks: Vec<String>,
    pub(crate) sdk_version: Option<SdkVersion>,
}

impl Evaluated {
    /// The value of a property, names compared ignoring ASCII case; `None` when it was never set.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.find(name).map(|property| property.value.as_str())
    }

    /// Who gave a property its value.
    pub fn origin(&self, name: &str) -> Option<Origin> {
        self.find(name).map(Property::origin)
    }

    fn find(&self, name: &str) -> Option<&Property> {
        self.properties.get(&NoCase(name))
    }

    /// Every property, in the order of first assignment.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.properties.values()
    }

    /// The values that are not certain, each once.
    pub fn unknown(&self) -> &[Unsupported] {
        &self.unknown
    }

    /// Whether the value of a property is certain; if not, why.
    pub fn doubt(&self, name: &str) -> Option<&Unsupported> {
        self.unknown.iter().find(|unknown| unknown.name.eq_ignore_ascii_case(name))
    }

    /// Why the value of a property is not certain although the evaluation knows nothing against
    /// it: the SDK would set it, and the built-in model does not hold how.
    ///
    /// Nothing is said of a property that the project, its user or the command line sets.
    pub fn beyond_model(&self, name: &str) -> Option<Unsupported> {
        let held = |name: &str| self.find(name).is_some_and(|found| found.said.is_model());
        let modeled = held("MicrosoftCommonPropsHasBeenImported");
        let said = self.find(name).is_some_and(Property::is_explicit);
        let open = !held(name) || name.eq_ignore_ascii_case("ProduceReferenceAssembly");
        // The list comes last: it is long.
        (modeled && !said && open && sdk::sets(name)).then(|| Unsupported {
            name: name.to_owned(),
            reason: "the SDK sets it, and the built-in model does not hold how".to_owned(),
            place: None,
        })
    }

    /// Why the items of a type are not certain although the evaluation knows nothing against them:
    /// the SDK of F# refers to `FSharp.Core` in a version of its own.
    ///
    /// Source: dotnet/fsharp, `Microsoft.FSharp.NetSdk.props`.
    pub fn items_beyond_model(&self, item_type: &str) -> Option<Unsupported> {
        let is = |name: &str, value: &str| {
            self.property(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        let added = item_type.eq_ignore_ascii_case("PackageReference")
            && self.sdk_version.is_some()
            && is("MSBuildProjectExtension", ".fsproj")
            && !is("DisableImplicitFSharpCoreReference", "true")
            && !is("ManagePackageVersionsCentrally", "true");
        added.then(|| Unsupported {
            name: item_type.to_owned(),
            reason: "the SDK adds `FSharp.Core` in the version that comes with it".to_owned(),
            place: None,
        })
    }

    /// What there is to warn about.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The files that were read, the project first. Files of the built-in model are left out.
    pub fn imports(&self) -> &[ImportRecord] {
        &self.imports
    }

    /// The items of a type, names compared ignoring ASCII case.
    pub fn items(&self, item_type: &str) -> &[Item] {
        self.items.get(&item_type.to_ascii_lowercase()).map_or(&[], |(_, items)| items)
    }

    /// The types that have items, as first written.
    pub fn item_types(&self) -> impl Iterator<Item = &str> {
        self.items.values().map(|(name, _)| name.as_str())
    }

    /// Every assignment to a property, in the order met, the skipped ones too.
    pub fn trace(&self, name: &str) -> impl Iterator<Item = Assignment> {
        let given =
            self.given.iter().filter(move |given| given.property.eq_ignore_ascii_case(name));
        let met = self.met.iter().filter(move |met| met.property().eq_ignore_ascii_case(name));
        given.cloned().chain(met.map(Met::assignment))
    }

    /// The SDKs the project names, in order, without versions.
    pub fn sdks(&self) -> &[String] {
        &self.sdks
    }

    /// The version of the SDK whose decisions were applied; `None` without an SDK.
    pub fn sdk_version(&self) -> Option<SdkVersion> {
        self.sdk_version
    }
}
