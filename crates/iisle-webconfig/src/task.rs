//! The parameters of the SDK's task `TransformWebConfig`, given by name.

use thiserror::Error;

use crate::transform::{Framework, GuidComment, Launch, ModelProperty, Target};

/// Parameters given by name as final values: nothing is inferred for one that is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskParameters {
    /// `TargetPath`: path of the app's assembly; only its file name counts.
    pub target_path: Option<String>,
    /// `UseAppHost`.
    pub use_app_host: bool,
    /// `ExecutableExtension`, such as `.exe`; blank means none.
    pub executable_extension: Option<String>,
    /// `IsAzure`.
    pub is_azure: bool,
    /// `ProjectGuid`.
    pub project_guid: Option<String>,
    /// `IgnoreProjectGuid`.
    pub ignore_project_guid: bool,
    /// `AspNetCoreHostingModel`.
    pub hosting_model: Option<String>,
    /// `AspNetCoreModuleName`.
    pub module: Option<String>,
    /// `EnvironmentName`.
    pub environment_name: Option<String>,
    /// `TargetFrameworkIdentifier`: `.NETFramework` or anything else.
    pub target_framework_identifier: Option<String>,
    /// `WebConfigEnvironmentVariables`.
    pub environment_variables: Option<String>,
    /// `Configuration`.
    pub configuration: Option<String>,
    /// `RunXdt`, `None` when the chain runs because the task ran.
    pub run_xdt: Option<bool>,
    /// `SkipTransformWebConfig`, `IsTransformWebConfigDisabled`, `IsWebConfigTransformDisabled`:
    /// the step is switched off.
    pub skip: bool,
    /// `ProjectFullPath` or `ProjectFile`.
    pub project_file: Option<String>,
    /// `SolutionPath`.
    pub solution_path: Option<String>,
    /// `PublishProfileName`.
    pub publish_profile: Option<String>,
    /// `PublishProfileDirectory`.
    pub publish_profile_directory: Option<String>,
    /// `CustomTransformFileName`.
    pub custom_transform: Option<String>,
    /// `CustomTransformDirectory`.
    pub custom_transform_directory: Option<String>,
}

/// Why a parameter is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum TaskError {
    #[error("the task has no parameter `{name}`")]
    UnknownParameter { name: String },
    #[error("`{value}` is not a value of the switch `{name}`")]
    NotASwitch { name: String, value: String },
    #[error("`TargetPath` is needed to tell which app to start")]
    NoTargetPath,
}

impl TaskParameters {
    /// Sets one parameter; names compare ignoring case, as `MSBuild` does. An empty value means
    /// that the parameter is not set.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), TaskError> {
        let text = (!value.is_empty()).then(|| value.to_owned());
        let switch = || switch(name, value);
        match name.to_ascii_lowercase().as_str() {
            "targetpath" => self.target_path = text,
            "useapphost" => self.use_app_host = switch()?.unwrap_or(false),
            "executableextension" => self.executable_extension = text,
            "isazure" => self.is_azure = switch()?.unwrap_or(false),
            "projectguid" => self.project_guid = text,
            "ignoreprojectguid" => self.ignore_project_guid = switch()?.unwrap_or(false),
            "aspnetcorehostingmodel" => self.hosting_model = text,
            "aspnetcoremodulename" => self.module = text,
            "environmentname" => self.environment_name = text,
            "targetframeworkidentifier" => self.target_framework_identifier = text,
            "webconfigenvironmentvariables" => self.environment_variables = text,
            "configuration" => self.configuration = text,
            "runxdt" => self.run_xdt = switch()?,
            "skiptransformwebconfig"
            | "istransformwebconfigdisabled"
            | "iswebconfigtransformdisabled" => self.skip |= switch()?.unwrap_or(false),
            "projectfullpath" | "projectfile" => self.project_file = text,
            "solutionpath" => self.solution_path = text,
            "publishprofilename" => self.publish_profile = text,
            "publishprofiledirectory" => self.publish_profile_directory = text,
            "webpublishprofilefile" => self.set_profile_file(value),
            // Text of the log alone.
            "transformxmlstacktraceenabled" => {}
            "publishiisassets" => self.skip |= switch()? == Some(false),
            "customtransformfilename" => self.custom_transform = text,
            "customtransformdirectory" => self.custom_transform_directory = text,
            _ => return Err(TaskError::UnknownParameter { name: name.to_owned() }),
        }
        Ok(())
    }

    /// `WebPublishProfileFile` gives the profile's name and folder.
    fn set_profile_file(&mut self, path: &str) {
        if path.is_empty() {
            return;
        }
        let (folder, file) = match path.rfind(['/', '\\']) {
            Some(at) => (&path[..at], &path[at + 1..]),
            None => ("", path),
        };
        let name = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        self.publish_profile = Some(name.to_owned());
        self.publish_profile_directory = Some(folder.to_owned());
    }

    /// The target that the parameters describe, every one of them an explicit choice.
    pub fn target(&self) -> Result<Target, TaskError> {
        let path = self.target_path.as_deref().ok_or(TaskError::NoTargetPath)?;
        let dll = path.rsplit(['\\', '/']).next().filter(|name| !name.is_empty());
        let dll = dll.ok_or(TaskError::NoTargetPath)?;
        let launch = if self.use_app_host {
            Launch::app_host(dll, self.executable_extension.as_deref().unwrap_or_default())
        } else {
            Launch::Dotnet { dll: dll.to_owned() }
        };
        let model = self.hosting_model.clone();
        let framework = self.target_framework_identifier.as_deref().unwrap_or_default();
        let framework = if framework.eq_ignore_ascii_case(".NETFramework") {
            Framework::NetFramework
        } else {
            Framework::Core
        };
        let guid_comment =
            if self.ignore_project_guid { GuidComment::Remove } else { GuidComment::Leave };
        Ok(Target {
            launch,
            framework,
            module: self.module.clone(),
            hosting_model: model.map(|value| ModelProperty { value, is_explicit: true }),
            azure: self.is_azure,
            environment_name: self.environment_name.clone(),
            environment_variables: self.environment_variables.clone(),
            settings: Vec::new(),
            project_guid: self.project_guid.clone(),
            guid_comment,
            configuration: self.configuration.clone(),
        })
    }
}

/// `MSBuild`'s words for yes and no; empty is neither.
///
/// Source: Microsoft Learn, "`MSBuild` conditions": `on`, `yes`, `!false`, `!off`, `!no` and their
/// opposites.
fn switch(name: &str, value: &str) -> Result<Option<bool>, TaskError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" | "on" | "yes" | "!false" | "!off" | "!no" => Ok(Some(true)),
        "false" | "off" | "no" | "!true" | "!on" | "!yes" => Ok(Some(false)),
        _ => Err(TaskError::NotASwitch { name: name.to_owned(), value: value.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::TaskParameters;
    use crate::transform::{Framework, Launch};

    fn check(parameters: &[(&str, &str)]) -> Result<TaskParameters, String> {
        let mut task = TaskParameters::default();
        for (name, value) in parameters {
            task.set(name, value).map_err(|error| error.to_string())?;
        }
        Ok(task)
    }

    #[test]
    fn the_launch_follows_target_path_and_app_host() {
        let launch = |parameters: &[_]| check(parameters).unwrap().target().unwrap().launch;
        let dotnet = Launch::Dotnet { dll: "My.Web.dll".to_owned() };
        assert_eq!(launch(&[("TargetPath", "/b/My.Web.dll")]), dotnet);
        let exe = |extension| {
            let host = [("targetpath", r"C:\b\My.Web.dll"), ("UseAppHost", "True")];
            let with = [host[0], host[1], ("ExecutableExtension", extension)];
            launch(&with).executable().unwrap().to_owned()
        };
        assert_eq!(exe(".exe"), "My.Web.exe");
        assert_eq!(exe("   "), "My.Web");
        assert_eq!(exe(""), "My.Web");
    }

    #[test]
    fn what_is_missing_is_not_inferred() {
        let target = check(&[("TargetPath", "App.dll")]).unwrap().target().unwrap();
        assert_eq!((target.module, target.hosting_model), (None, None));
        assert_eq!(target.framework, Framework::Core);
        let framework = [("TargetPath", "App.exe"), ("TargetFrameworkIdentifier", ".netframework")];
        assert_eq!(check(&framework).unwrap().target().unwrap().framework, Framework::NetFramework);
    }

    #[test]
    fn strange_parameters_are_refused() {
        let refused = |parameters| check(parameters).unwrap_err();
        assert_eq!(refused(&[("UseApphosts", "true")]), "the task has no parameter `UseApphosts`");
        assert_eq!(refused(&[("IsAzure", "x")]), "`x` is not a value of the switch `IsAzure`");
        let target = check(&[("TargetPath", r"C:\b\")]).unwrap().target();
        assert_eq!(
            target.unwrap_err().to_string(),
            "`TargetPath` is needed to tell which app to start"
        );
    }
}
