use std::borrow::Cow;
use std::time::Duration;

use crate::hosting::HostingModel;
use crate::model::{HostKind, MODULE_HTTP_PLATFORM, MODULE_V2};
use crate::schema::time_span;

/// The log prefix that the SDK writes.
pub(crate) const STDOUT_LOG_FILE: &str = r".\logs\stdout";

/// What a newly generated web.config says.
///
/// The constructors give what an expert would write for each kind of output; every field may be
/// changed afterwards. Attributes whose field is `None` are left out, so that the module's default
/// holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The process manager.
    pub host: HostKind,
    /// `processPath`: `dotnet`, or `.\` and the name of an executable.
    pub process_path: String,
    /// `arguments`; `None` leaves the attribute out.
    pub arguments: Option<String>,
    /// `modules` of the handler.
    pub module: String,
    /// `hostingModel` as written; `None` leaves it out, which means out-of-process.
    pub hosting_model: Option<String>,
    /// `stdoutLogEnabled`.
    pub stdout_log_enabled: bool,
    /// `stdoutLogFile`.
    pub stdout_log_file: String,
    /// `forwardWindowsAuthToken`.
    pub forward_windows_auth_token: Option<bool>,
    /// `startupTimeLimit`, written in whole seconds; the module takes 0 to 3600.
    pub startup_time_limit: Option<Duration>,
    /// `shutdownTimeLimit`, written in whole seconds; the module takes 0 to 600.
    pub shutdown_time_limit: Option<Duration>,
    /// `requestTimeout`, written in whole seconds as `[d.]hh:mm:ss`; the module takes up to 15
    /// days.
    pub request_timeout: Option<Duration>,
    /// `rapidFailsPerMinute`, 0 to 100.
    pub rapid_fails_per_minute: Option<u32>,
    /// `disableStartUpErrorPage`.
    pub disable_start_up_error_page: Option<bool>,
    /// `processesPerApplication`, 1 to 100.
    pub processes_per_application: Option<u32>,
    /// `startupRetryCount` of `HttpPlatformHandler`, 0 to 100.
    pub startup_retry_count: Option<u32>,
    /// Environment variables, in order.
    pub environment_variables: Vec<(String, String)>,
    /// Handler settings, in order, those of [`Self::shadow_copy`] and [`Self::stack_size`] not among
    /// them.
    pub handler_settings: Vec<(String, String)>,
    /// The app runs from a copy of its folder.
    pub shadow_copy: Option<ShadowCopy>,
    /// `stackSize` in bytes.
    pub stack_size: Option<u32>,
    /// The app is started before the first request.
    pub application_initialization: Option<ApplicationInitialization>,
    /// What the file is in a tree of applications.
    pub place: Place,
}

/// `enableShadowCopy` and what belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShadowCopy {
    /// `shadowCopyDirectory`; `None` is the module's own.
    pub directory: Option<String>,
    /// `cleanShadowCopyDirectory`.
    pub clean: bool,
}

/// The section `applicationInitialization`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationInitialization {
    /// `doAppInitAfterRestart`: also after every recycling of the pool.
    pub after_restart: bool,
    /// `initializationPage` of each entry: paths that are requested, beginning with `/`.
    pub pages: Vec<String>,
    /// `remapManagedRequestsTo`: the page that visitors get meanwhile.
    pub loading_page: Option<String>,
}

/// What a file is in a tree of applications of IIS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// A site, or an application whose parents keep their handlers to themselves: everything in a
    /// `location` that child applications do not inherit.
    #[default]
    Root,
    /// An application below one whose handler is inherited: that handler is removed, then added
    /// again, because a second one of the same name is an error (500.19).
    SubApplication,
    /// The same, with the inherited handler left in place: only the section is written.
    SubApplicationInheriting,
    /// An application that is not ASP.NET Core, below one that is: the inherited handler is removed
    /// and nothing is started.
    NonCore,
}

impl Settings {
    /// A framework-dependent app that `dotnet` runs: `dll` is the file name of its assembly, put
    /// in quotes when it holds white space.
    pub fn framework_dependent(dll: &str) -> Self {
        Self {
            arguments: Some(quoted_dll(dll)),
            hosting_model: Some(HostingModel::InProcess.word().to_owned()),
            ..Self::base("dotnet".to_owned())
        }
    }

    /// An app that its own executable starts, self-contained or with an app host: `exe` is its
    /// file name, and its dll lies beside it.
    pub fn executable(exe: &str) -> Self {
        Self {
            hosting_model: Some(HostingModel::InProcess.word().to_owned()),
            ..Self::base(format!(r".\{exe}"))
        }
    }

    /// A single-file bundle, which the module cannot host in-process (HTTP 500.38).
    pub fn single_file(exe: &str) -> Self {
        Self {
            hosting_model: Some(HostingModel::OutOfProcess.word().to_owned()),
            ..Self::base(format!(r".\{exe}"))
        }
    }

    /// A native program, such as one written in Rust: out-of-process, Windows tokens not forwarded
    /// (a program that does not close them leaks a handle a request), and a start-up limit that
    /// fits programs without a runtime.
    pub fn native(exe: &str) -> Self {
        Self {
            forward_windows_auth_token: Some(false),
            startup_time_limit: Some(Duration::from_secs(30)),
            ..Self::single_file(exe)
        }
    }

    /// The same under `HttpPlatformHandler`, which tells the program its port in `HTTP_PLATFORM_PORT`
    /// and where the text `%HTTP_PLATFORM_PORT%` stands in arguments and variables.
    pub fn http_platform(exe: &str) -> Self {
        Self {
            host: HostKind::HttpPlatform,
            module: MODULE_HTTP_PLATFORM.to_owned(),
            startup_time_limit: Some(Duration::from_secs(20)),
            ..Self::base(format!(r".\{exe}"))
        }
    }

    /// An application that is not ASP.NET Core, below one that is.
    pub fn non_core() -> Self {
        Self { place: Place::NonCore, ..Self::base(String::new()) }
    }

    fn base(process_path: String) -> Self {
        Self {
            host: HostKind::AspNetCore,
            process_path,
            arguments: None,
            module: MODULE_V2.to_owned(),
            hosting_model: None,
            stdout_log_enabled: false,
            stdout_log_file: STDOUT_LOG_FILE.to_owned(),
            forward_windows_auth_token: None,
            startup_time_limit: None,
            shutdown_time_limit: None,
            request_timeout: None,
            rapid_fails_per_minute: None,
            disable_start_up_error_page: None,
            environment_variables: Vec::new(),
            handler_settings: Vec::new(),
            processes_per_application: None,
            startup_retry_count: None,
            shadow_copy: None,
            stack_size: None,
            application_initialization: None,
            place: Place::Root,
        }
    }

    /// The attributes of the section in the order they are written.
    pub(crate) fn attributes(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let number = |value: Option<u32>| value.map(|value| Cow::from(value.to_string()));
        let switch = |value: Option<bool>| value.map(|value| Cow::from(word(value)));
        let seconds =
            |value: Option<Duration>| value.map(|value| value.as_secs().to_string().into());
        let text = |value: &'_ Option<String>| value.clone().map(Cow::from);
        let all = [
            ("processPath", Some(self.process_path.as_str().into())),
            ("arguments", text(&self.arguments)),
            ("stdoutLogEnabled", switch(Some(self.stdout_log_enabled))),
            ("stdoutLogFile", Some(self.stdout_log_file.as_str().into())),
            ("hostingModel", text(&self.hosting_model)),
            ("forwardWindowsAuthToken", switch(self.forward_windows_auth_token)),
            ("startupTimeLimit", seconds(self.startup_time_limit)),
            ("startupRetryCount", number(self.startup_retry_count)),
            ("shutdownTimeLimit", seconds(self.shutdown_time_limit)),
            ("requestTimeout", self.request_timeout.map(|timeout| time_span(timeout).into())),
            ("rapidFailsPerMinute", number(self.rapid_fails_per_minute)),
            ("processesPerApplication", number(self.processes_per_application)),
            ("disableStartUpErrorPage", switch(self.disable_start_up_error_page)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Every handler setting in the order they are written.
    pub(crate) fn all_handler_settings(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        if let Some(ShadowCopy { directory, clean }) = &self.shadow_copy {
            all.push(("enableShadowCopy".to_owned(), "true".to_owned()));
            let directory = directory.iter().cloned();
            all.extend(directory.map(|folder| ("shadowCopyDirectory".to_owned(), folder)));
            if *clean {
                all.push(("cleanShadowCopyDirectory".to_owned(), "true".to_owned()));
            }
        }
        // The runtime reads the text as hexadecimal, with or without the prefix.
        all.extend(self.stack_size.map(|bytes| ("stackSize".to_owned(), format!("0x{bytes:X}"))));
        all.extend(self.handler_settings.iter().cloned());
        all
    }
}

/// `.\` and the dll's name, in double quotes when it holds white space.
pub(crate) fn quoted_dll(dll: &str) -> String {
    if dll.contains(char::is_whitespace) { format!("\".\\{dll}\"") } else { format!(".\\{dll}") }
}

pub(super) fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
