use std::fmt;

use crate::command_line;
use crate::log_file::LogFile;
use crate::model::{Handler, Handlers, HostKind, HostSection, Scope, WebConfig};

/// How the module runs the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostingModel {
    /// Inside the worker process.
    InProcess,
    /// A process of its own behind a proxy.
    OutOfProcess,
}

impl HostingModel {
    /// Reads `inprocess` or `outofprocess` ignoring case; blanks are not trimmed, since the module
    /// does not.
    pub fn parse(text: &str) -> Option<Self> {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        if is("inprocess") {
            Some(Self::InProcess)
        } else if is("outofprocess") {
            Some(Self::OutOfProcess)
        } else {
            None
        }
    }

    /// The word as web.config has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::InProcess => "inprocess",
            Self::OutOfProcess => "outofprocess",
        }
    }
}

impl fmt::Display for HostingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What `processPath` means to the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessPath<'a> {
    /// Missing or blank: the module refuses to start.
    Missing,
    /// `dotnet` or `dotnet.exe`, found on the server.
    Dotnet,
    /// A relative path below the application root, with `/` and without `.` steps.
    Relative(String),
    /// Anything else: absolute, with variables, or climbing out of the folder; as written.
    Elsewhere(&'a str),
}

/// The hosting configuration in force for the application.
#[derive(Debug, Clone, Copy)]
pub struct Hosting<'a> {
    /// The scope that holds the section.
    pub scope: Scope<'a>,
    /// The section.
    pub section: HostSection<'a>,
    /// The handler that leads requests to it, `None` when the file maps none.
    pub handler: Option<Handler<'a>>,
}

impl<'a> Hosting<'a> {
    pub(crate) fn find(config: &'a WebConfig, kind: HostKind) -> Option<Self> {
        let sections = |scope: &Scope<'a>| match kind {
            HostKind::AspNetCore => scope.asp_net_core(),
            HostKind::HttpPlatform => scope.http_platform(),
        };
        let holding = |scope: Scope<'a>| {
            let section = sections(&scope).into_iter().next()?;
            Some((scope, section))
        };
        let (in_root, in_path): (Vec<_>, Vec<_>) =
            config.scopes().into_iter().partition(Scope::is_application_root);
        let mut candidates = in_root.iter().chain(&in_path).copied();
        let (scope, section) = candidates.find_map(holding)?;

        // A handler in the section's own scope counts first; application-root scopes are one place
        // to IIS, so one of them may hold the handler and another the section.
        let mut places = vec![scope];
        if scope.is_application_root() {
            places.extend(in_root);
        }
        let mut handlers = Vec::new();
        for place in places {
            handlers.extend(place.handlers().iter().flat_map(Handlers::effective));
        }
        let runs = |handler: &&Handler<'a>| match kind {
            HostKind::AspNetCore => handler.runs_asp_net_core(),
            HostKind::HttpPlatform => handler.runs_http_platform(),
        };
        let by_name = || handlers.iter().find(|handler| handler.is_named_asp_net_core());
        let handler = handlers.iter().find(runs).or_else(|| match kind {
            HostKind::AspNetCore => by_name(),
            HostKind::HttpPlatform => None,
        });
        Some(Self { scope, section, handler: handler.copied() })
    }

    /// `location/@path` of the scope; `None` when the section stands under the root.
    pub fn location(&self) -> Option<&'a str> {
        self.scope.path().map(|path| path.value.as_str())
    }

    /// The effective hosting model: absent or empty means out-of-process, also for V2; `None` when
    /// the value is one the module does not know.
    pub fn hosting_model(&self) -> Option<HostingModel> {
        match self.section.element.value("hostingModel") {
            None | Some("") => Some(HostingModel::OutOfProcess),
            Some(text) => HostingModel::parse(text),
        }
    }

    /// `modules` of the handler, as written.
    pub fn module(&self) -> Option<&'a str> {
        self.handler.and_then(|handler| handler.modules())
    }

    /// What `processPath` means.
    pub fn process_path(&self) -> ProcessPath<'a> {
        let text = self.section.process_path();
        let name = text.rsplit(['\\', '/']).next().unwrap_or_default();
        if text.trim().is_empty() {
            ProcessPath::Missing
        } else if name.eq_ignore_ascii_case("dotnet") || name.eq_ignore_ascii_case("dotnet.exe") {
            ProcessPath::Dotnet
        } else {
            match relative(text) {
                Some(path) if !path.is_empty() => ProcessPath::Relative(path),
                _ => ProcessPath::Elsewhere(text),
            }
        }
    }

    /// `arguments` split by the rules of the Windows command line.
    pub fn arguments(&self) -> Vec<String> {
        command_line::split(self.section.arguments())
    }

    /// The first argument that ends in `.dll`, as written but unquoted: the app's assembly when
    /// the process is `dotnet`.
    pub fn assembly_argument(&self) -> Option<String> {
        let is_dll = |argument: &String| {
            argument.len() >= 4
                && argument.is_char_boundary(argument.len() - 4)
                && argument[argument.len() - 4..].eq_ignore_ascii_case(".dll")
        };
        self.arguments().into_iter().find(is_dll)
    }

    /// `stdoutLogEnabled`, false when absent, `None` when it is not a boolean.
    pub fn stdout_log_enabled(&self) -> Option<bool> {
        match self.section.element.value("stdoutLogEnabled") {
            None => Some(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Some(_) => None,
        }
    }

    /// Where the stdout log goes: the attribute, or the schema's default `.\aspnetcore-stdout`
    /// (`httpPlatform`: `httpplatform-stdout`).
    pub fn stdout_log_file(&self) -> LogFile<'a> {
        let default = match self.section.kind {
            HostKind::AspNetCore => r".\aspnetcore-stdout",
            HostKind::HttpPlatform => "httpplatform-stdout",
        };
        LogFile::resolve(self.section.element.value("stdoutLogFile").unwrap_or(default))
    }
}

/// A relative Windows path as steps below a root, joined with `/`; `None` when it is rooted, names
/// a drive or stream, holds a variable, or climbs out.
pub(crate) fn relative(text: &str) -> Option<String> {
    let rooted = text.starts_with(['\\', '/']) || text.contains(':');
    if rooted || holds_variable(text) {
        return None;
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in text.split(['\\', '/']) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            _ => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// Whether a `%NAME%` that the worker process would expand stands in the text.
pub(crate) fn holds_variable(text: &str) -> bool {
    text.matches('%').nth(1).is_some()
}
