/// What the transformed file is to start: facts about the publish output and the project, gathered
/// by the caller and final here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// How the app is started.
    pub launch: Launch,
    /// The kind of target framework.
    pub framework: Framework,
    /// The handler's module where the file names none (`AspNetCoreModuleName`); `None` or blank
    /// means `AspNetCoreModule`, as in the SDK.
    pub module: Option<String>,
    /// The hosting model where the file names none (`AspNetCoreHostingModel`).
    pub hosting_model: Option<ModelProperty>,
    /// Whether the app goes to Azure App Service, whose log path then replaces any other.
    pub azure: bool,
    /// `EnvironmentName`: the value of `ASPNETCORE_ENVIRONMENT`.
    pub environment_name: Option<String>,
    /// `WebConfigEnvironmentVariables`, as written: `NAME=value;NAME2=value2`.
    pub environment_variables: Option<String>,
    /// Settings from the command line, in order: any characters, applied last.
    pub settings: Vec<(String, String)>,
    /// `ProjectGuid`, as written.
    pub project_guid: Option<String>,
    /// What happens to the comment that holds the project's GUID.
    pub guid_comment: GuidComment,
    /// The build configuration, such as `Release`.
    pub configuration: Option<String>,
}

impl Target {
    /// A target for .NET with nothing but the launch known: module V2, in-process by the SDK's
    /// default where that is possible.
    pub fn new(launch: Launch) -> Self {
        let model = ModelProperty { value: "inprocess".to_owned(), is_explicit: false };
        let model = if matches!(launch, Launch::Native { .. }) {
            ModelProperty { value: "outofprocess".to_owned(), ..model }
        } else {
            model
        };
        Self {
            launch,
            framework: Framework::Core,
            module: Some(crate::model::MODULE_V2.to_owned()),
            hosting_model: Some(model),
            azure: false,
            environment_name: None,
            environment_variables: None,
            settings: Vec::new(),
            project_guid: None,
            guid_comment: GuidComment::Leave,
            configuration: None,
        }
    }
}

/// How the app is started. All names are file names without folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// `dotnet .\App.dll`.
    Dotnet {
        /// The assembly, such as `App.dll`.
        dll: String,
    },
    /// `.\App.exe`, with its assembly beside it.
    AppHost {
        /// The executable, such as `App.exe`; without extension for other systems.
        executable: String,
        /// The assembly, such as `App.dll`.
        dll: String,
    },
    /// `.\App.exe` that holds its assembly: not in-process.
    SingleFile {
        /// The executable, such as `App.exe`.
        executable: String,
        /// The name of the assembly inside, such as `App.dll`.
        dll: String,
    },
    /// A program without .NET: not in-process.
    Native {
        /// The executable, such as `shop.exe`.
        executable: String,
    },
}

impl Launch {
    /// The app host of an assembly by the SDK's rule: the last extension of `dll` replaced by
    /// `extension`, or dropped when that is blank (`My.Web.dll` becomes `My.Web`).
    pub fn app_host(dll: &str, extension: &str) -> Self {
        let stem = dll.rfind('.').map_or(dll, |dot| &dll[..dot]);
        let extension = extension.trim();
        let dot = if extension.is_empty() || extension.starts_with('.') { "" } else { "." };
        Self::AppHost { executable: format!("{stem}{dot}{extension}"), dll: dll.to_owned() }
    }

    /// The assembly's file name, if there is an assembly.
    pub fn dll(&self) -> Option<&str> {
        match self {
            Self::Dotnet { dll } | Self::AppHost { dll, .. } | Self::SingleFile { dll, .. } => {
                Some(dll)
            }
            Self::Native { .. } => None,
        }
    }

    /// The executable's file name, `None` when `dotnet` runs the assembly.
    pub fn executable(&self) -> Option<&str> {
        match self {
            Self::Dotnet { .. } => None,
            Self::AppHost { executable, .. }
            | Self::SingleFile { executable, .. }
            | Self::Native { executable } => Some(executable),
        }
    }

    /// Whether the module can load the app into the worker process.
    pub fn can_be_in_process(&self) -> bool {
        matches!(self, Self::Dotnet { .. } | Self::AppHost { .. })
    }

    /// The value of `processPath`.
    pub fn process_path(&self) -> String {
        self.executable().map_or_else(|| "dotnet".to_owned(), |name| format!(r".\{name}"))
    }
}

/// The kind of target framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framework {
    /// .NET, .NET Core, or none at all.
    Core,
    /// .NET Framework, whose web.config is left alone.
    NetFramework,
}

/// `AspNetCoreHostingModel` and whether somebody chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelProperty {
    /// As written.
    pub value: String,
    /// False for the SDK's default, which gives way where in-process is impossible.
    pub is_explicit: bool,
}

/// What happens to the comment `<!--ProjectGuid: …-->`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuidComment {
    /// None is added, existing ones stay.
    Leave,
    /// One that matches [`Target::project_guid`] is removed (`IgnoreProjectGuid=true`).
    Remove,
    /// One is added at the end unless one matches, as the SDK does.
    Add,
}

/// What a user may choose about the transformation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransformOptions {
    /// The `location/@path` whose content is to be edited, instead of the application root's.
    pub location: Option<String>,
    /// What happens to a source that cannot be used.
    pub on_malformed: OnMalformed,
    /// Whether variables that exist may be changed.
    pub variables: VariableMode,
}

/// What happens to a source that is not well-formed or has another root element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnMalformed {
    /// The transformation fails and names the place.
    #[default]
    Fail,
    /// A new file is generated, with a warning.
    Regenerate,
}

/// Whether variables that exist may be changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VariableMode {
    /// They get the new value.
    #[default]
    Set,
    /// They keep the value they have.
    Keep,
}
