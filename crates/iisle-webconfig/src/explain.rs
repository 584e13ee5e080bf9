//! Explains a web.config: every setting of the process manager with what it does and where it
//! comes from.

use std::fmt::Write;

use crate::Position;
use crate::hosting::{Hosting, HostingModel, ProcessPath};
use crate::log_file::LogFile;
use crate::model::{Element, HandlerEntry, HostKind, MODULE_V1, Scope, WebConfig};
use crate::schema::{self, KnownAttribute, ValueKind};
use crate::secret::looks_secret;

/// What a web.config means, setting by setting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The section that is in force for the application: `aspNetCore` or `httpPlatform`; `None`
    /// when the file has neither.
    pub section: Option<&'static str>,
    /// Every attribute of that section, absent ones with their default, then its handler settings.
    pub settings: Vec<Setting>,
    /// The environment variables of the section, in order.
    pub environment_variables: Vec<Variable>,
    /// Every entry of every `handlers` collection, in document order.
    pub handlers: Vec<HandlerFact>,
    /// Where configuration stands: the root and each `location`.
    pub locations: Vec<LocationFact>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// `processPath`, or `handlerSettings/stackSize`.
    pub name: String,
    /// The value that holds; `None` when there is none, or when it is [`Self::secret`].
    pub value: Option<String>,
    /// The value without the attribute.
    pub default: Option<&'static str>,
    /// Where it stands; `None` for a default.
    pub origin: Option<Position>,
    /// What it does, and what this value means.
    pub meaning: String,
    /// It looks like a secret.
    pub secret: bool,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, unless it is [`Self::secret`].
    pub value: Option<String>,
    /// Where it stands.
    pub origin: Position,
    /// It looks like a secret.
    pub secret: bool,
    /// A later entry of the same name, or a `clear`, takes its place.
    pub overridden: bool,
}

/// One entry of `handlers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerFact {
    /// `add`, `remove`, `clear`, or what else stands there.
    pub kind: String,
    /// Its name.
    pub name: Option<String>,
    /// `path` of an `add`.
    pub path: Option<String>,
    /// `verb` of an `add`.
    pub verb: Option<String>,
    /// `modules` of an `add`.
    pub modules: Option<String>,
    /// `resourceType` of an `add`.
    pub resource_type: Option<String>,
    /// `location/@path` of its scope; `None` for the root.
    pub location: Option<String>,
    /// Where it stands.
    pub origin: Position,
    /// An `add` that no later entry of its collection takes away.
    pub in_force: bool,
}

/// One place that holds configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationFact {
    /// `location/@path`; `None` for the root of the file.
    pub path: Option<String>,
    /// Where it stands.
    pub origin: Position,
    /// Whether applications below inherit it.
    pub inherited: bool,
    /// The sections in it, such as `system.webServer/handlers`, in order.
    pub sections: Vec<String>,
    /// It holds the section that starts the application.
    pub starts_application: bool,
}

/// Explains a file.
pub fn explain(config: &WebConfig) -> Explanation {
    let hosting = config.hosting().or_else(|| config.http_platform());
    let scopes = config.scopes();
    let handlers = scopes.iter().flat_map(handler_facts).collect();
    let holder = hosting.map(|hosting| hosting.scope.element);
    let locations = scopes.iter().map(|scope| location_fact(scope, holder)).collect();
    let Some(hosting) = hosting else {
        return Explanation { handlers, locations, ..Explanation::default() };
    };
    Explanation {
        section: Some(hosting.section.kind.section()),
        settings: settings(&hosting),
        environment_variables: variables(&hosting),
        handlers,
        locations,
    }
}

fn settings(hosting: &Hosting<'_>) -> Vec<Setting> {
    let element = hosting.section.element;
    let known = schema::attributes(hosting.section.kind);
    let mut settings: Vec<_> = known.iter().map(|known| attribute(hosting, known)).collect();
    for unknown in &element.attributes {
        if known.iter().any(|known| known.name == unknown.name) {
            continue;
        }
        let meaning = if is_lock(&unknown.name) {
            "keeps configuration below from changing the section".to_owned()
        } else {
            format!("unknown to `{}`: IIS refuses the file (500.19)", element.name)
        };
        let (value, secret) = shown(&unknown.name, &unknown.value);
        settings.push(Setting {
            name: unknown.name.clone(),
            value,
            default: None,
            origin: Some(unknown.position),
            meaning,
            secret,
        });
    }
    for entry in hosting.section.handler_settings().iter().flat_map(crate::Collection::effective) {
        let known = schema::handler_setting(entry.name());
        let (value, secret) = shown(entry.name(), entry.value().unwrap_or_default());
        settings.push(Setting {
            name: format!("handlerSettings/{}", entry.name()),
            value,
            default: known.map(|(default, _)| default),
            origin: Some(entry.element.position),
            meaning: known.map_or("no module reads it", |(_, meaning)| meaning).to_owned(),
            secret,
        });
    }
    settings
}

/// Attributes of IIS itself that any section may have.
fn is_lock(name: &str) -> bool {
    matches!(
        name,
        "lockItem"
            | "lockAttributes"
            | "lockElements"
            | "lockAllAttributesExcept"
            | "lockAllElementsExcept"
    )
}

/// A value that may be told, and whether it may not.
fn shown(name: &str, value: &str) -> (Option<String>, bool) {
    let secret = looks_secret(name, value);
    ((!secret).then(|| value.to_owned()), secret)
}

fn attribute(hosting: &Hosting<'_>, known: &KnownAttribute) -> Setting {
    let found = hosting.section.attribute(known.name);
    let text = found.map(|found| found.value.as_str()).or(known.default);
    // Of these names and kinds none is a secret but for what a text may hold.
    let (value, secret) = match text {
        Some(text) if known.kind == ValueKind::Text => shown("", text),
        text => (text.map(str::to_owned), false),
    };
    let mut meaning = known.meaning.to_owned();
    if let Some(note) = note(hosting, known.name) {
        write!(meaning, "; {note}").expect("a string takes everything");
    }
    Setting {
        name: known.name.to_owned(),
        value,
        default: known.default,
        origin: found.map(|found| found.position),
        meaning,
        secret,
    }
}

/// What this very value means.
fn note(hosting: &Hosting<'_>, name: &str) -> Option<String> {
    let model = hosting.hosting_model();
    let in_process =
        hosting.section.kind == HostKind::AspNetCore && model == Some(HostingModel::InProcess);
    match name {
        "processPath" => Some(match hosting.process_path() {
            ProcessPath::Missing => "without it the module starts nothing (500.0)".to_owned(),
            ProcessPath::Dotnet => "`dotnet` is looked for on the server".to_owned(),
            ProcessPath::Relative(path) => format!("that is `{path}` in the app's folder"),
            ProcessPath::Elsewhere(_) => "that is outside the app's folder".to_owned(),
        }),
        "arguments" => hosting.assembly_argument().map(|dll| format!("the app is `{dll}`")),
        "hostingModel" if hosting.section.attribute(name).is_some_and(|a| a.value.is_empty()) => {
            Some("empty means out-of-process".to_owned())
        }
        "hostingModel" => match model {
            None => Some("the module does not know this word (500.0)".to_owned()),
            Some(HostingModel::InProcess)
                if hosting.module().is_some_and(|m| m.trim().eq_ignore_ascii_case(MODULE_V1)) =>
            {
                Some(
                    "and `AspNetCoreModule` cannot do that: it needs `AspNetCoreModuleV2`"
                        .to_owned(),
                )
            }
            Some(_) => None,
        },
        "stdoutLogEnabled" => match hosting.stdout_log_enabled() {
            Some(true) => Some("on: for finding a fault, not for production".to_owned()),
            Some(false) => None,
            None => Some("not a boolean: IIS refuses the file (500.19)".to_owned()),
        },
        "stdoutLogFile" => match hosting.stdout_log_file() {
            LogFile::Empty => Some("empty: the module refuses to start the app (500.0)".to_owned()),
            LogFile::Inside { folder, prefix } => Some(format!(
                "that is `{prefix}_*.log` in `{}`",
                if folder.is_empty() { "." } else { &folder }
            )),
            LogFile::Outside(_) => Some("that is outside the app's folder".to_owned()),
        },
        "requestTimeout"
        | "rapidFailsPerMinute"
        | "processesPerApplication"
        | "forwardWindowsAuthToken"
            if in_process =>
        {
            Some("no effect in-process".to_owned())
        }
        _ => None,
    }
}

fn variables(hosting: &Hosting<'_>) -> Vec<Variable> {
    let lists = hosting.section.environment_variables();
    let all: Vec<_> = lists.iter().flat_map(crate::Collection::entries).collect();
    let behind_clear: Vec<_> = lists.iter().flat_map(crate::Collection::effective).collect();
    let in_force = |at: usize| {
        let entry = &all[at];
        let kept = behind_clear.iter().any(|kept| std::ptr::eq(kept.element, entry.element));
        kept && !all[at + 1..].iter().any(|later| later.name().eq_ignore_ascii_case(entry.name()))
    };
    all.iter()
        .enumerate()
        .map(|(at, entry)| {
            let (value, secret) = shown(entry.name(), entry.value().unwrap_or_default());
            Variable {
                name: entry.name().to_owned(),
                value,
                origin: entry.element.position,
                secret,
                overridden: !in_force(at),
            }
        })
        .collect()
}

fn handler_facts(scope: &Scope<'_>) -> Vec<HandlerFact> {
    let location = scope.path().map(|path| path.value.clone());
    let location = location.or_else(|| (!scope.is_root()).then(String::new));
    let mut facts = Vec::new();
    for handlers in scope.handlers() {
        let effective = handlers.effective();
        for entry in handlers.entries() {
            let (element, in_force) = match entry {
                HandlerEntry::Add(handler) => {
                    let kept =
                        |other: &crate::Handler<'_>| std::ptr::eq(other.element, handler.element);
                    (handler.element, effective.iter().any(kept))
                }
                HandlerEntry::Remove(element)
                | HandlerEntry::Clear(element)
                | HandlerEntry::Unknown(element) => (element, false),
            };
            let text = |name: &str| element.value(name).map(str::to_owned);
            facts.push(HandlerFact {
                kind: element.name.clone(),
                name: text("name"),
                path: text("path"),
                verb: text("verb"),
                modules: text("modules"),
                resource_type: text("resourceType"),
                location: location.clone(),
                origin: element.position,
                in_force,
            });
        }
    }
    facts
}

fn location_fact(scope: &Scope<'_>, holder: Option<&Element>) -> LocationFact {
    let mut sections: Vec<String> = Vec::new();
    for child in &scope.element.children {
        if child.name == "location" && scope.is_root() {
            continue;
        }
        if child.name == "system.webServer" {
            sections.extend(
                child.children.iter().map(|inner| format!("{}/{}", child.name, inner.name)),
            );
        } else {
            sections.push(child.name.clone());
        }
    }
    let path = scope.path().map(|path| path.value.clone());
    LocationFact {
        path: path.or_else(|| (!scope.is_root()).then(String::new)),
        origin: scope.element.position,
        inherited: scope.is_root() || scope.flows_to_child_applications(),
        sections,
        starts_application: holder.is_some_and(|holder| std::ptr::eq(holder, scope.element)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Explanation, explain};
    use crate::generate::{Settings, generate};
    use crate::read;

    fn explained(text: &str) -> Explanation {
        explain(&read(text.as_bytes()).unwrap())
    }

    /// `name = value [place] meaning`, a line each.
    fn settings(text: &str) -> String {
        let explanation = explained(text);
        let lines = explanation.settings.iter().map(|setting| {
            let value = if setting.secret {
                "(secret)"
            } else {
                setting.value.as_deref().unwrap_or("(none)")
            };
            let origin = setting.origin.map_or("default".to_owned(), |at| at.to_string());
            format!("{} = {value} [{origin}] {}", setting.name, setting.meaning)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn section(attributes: &str, inner: &str) -> String {
        format!(
            "<configuration><system.webServer>\n<aspNetCore {attributes}>{inner}</aspNetCore></system.webServer></configuration>"
        )
    }

    #[test]
    fn every_attribute_is_explained_with_its_place_or_default() {
        let text = section(
            r#"processPath="dotnet" arguments=".\App.dll" hostingModel="InProcess" stdoutLogFile=".\logs\stdout" foo="x""#,
            "",
        );
        insta::assert_snapshot!(settings(&text), @r"
        processPath = dotnet [2:13] the program that is started, relative to the app's folder or found on the server; `dotnet` is looked for on the server
        arguments = .\App.dll [2:34] command line of the program; of `dotnet`, the app's assembly comes first; the app is `.\App.dll`
        hostingModel = InProcess [2:56] whether the app runs inside the worker process or in a process of its own behind a proxy
        stdoutLogEnabled = false [default] whether what the app prints goes to a log file; nobody ever deletes those
        stdoutLogFile = .\logs\stdout [2:81] what the names of log files begin with, relative to the app's folder; that is `stdout_*.log` in `logs`
        startupTimeLimit = 120 [default] seconds the app may take to start listening; then it is stopped and the request fails
        shutdownTimeLimit = 10 [default] seconds the app may take to stop; then it is killed
        rapidFailsPerMinute = 10 [default] how often a minute the process may fail before it is not started any more; no effect in-process
        requestTimeout = 00:02:00 [default] how long the app may take to answer a request; no effect in-process
        processesPerApplication = 1 [default] processes of the app that share the requests; no effect in-process
        forwardWindowsAuthToken = true [default] whether the token of a Windows user is handed to the app, which must close it; no effect in-process
        disableStartUpErrorPage = false [default] whether the module leaves the page about a failed start to the site's own error pages
        foo = x [2:111] unknown to `aspNetCore`: IIS refuses the file (500.19)
        ");
    }

    #[test]
    fn values_that_do_harm_are_named() {
        let text = section(
            r#"hostingModel="sidecar" stdoutLogEnabled="yes" stdoutLogFile="" processPath=" ""#,
            "",
        );
        let lines = settings(&text);
        let harm: Vec<_> = lines.lines().filter(|line| line.contains("500.")).collect();
        insta::assert_snapshot!(harm.join("\n"), @r"
        processPath =   [2:76] the program that is started, relative to the app's folder or found on the server; without it the module starts nothing (500.0)
        hostingModel = sidecar [2:13] whether the app runs inside the worker process or in a process of its own behind a proxy; the module does not know this word (500.0)
        stdoutLogEnabled = yes [2:36] whether what the app prints goes to a log file; nobody ever deletes those; not a boolean: IIS refuses the file (500.19)
        stdoutLogFile =  [2:59] what the names of log files begin with, relative to the app's folder; empty: the module refuses to start the app (500.0)
        ");
    }

    #[test]
    fn secrets_are_never_told() {
        let text = section(
            r#"processPath="a.exe" arguments="--db Server=.;Password=hunter2""#,
            r#"<environmentVariables><environmentVariable name="Mail__Password" value="hunter2" /><environmentVariable name="A" value="1" /></environmentVariables>"#,
        );
        let explanation = explained(&text);
        assert!(!format!("{explanation:?}").contains("hunter2"));
        let secret: Vec<_> = explanation
            .environment_variables
            .iter()
            .map(|v| (v.secret, v.value.as_deref()))
            .collect();
        assert_eq!(secret, [(true, None), (false, Some("1"))]);
    }

    #[test]
    fn the_last_variable_of_a_name_is_in_force() {
        let text = section(
            "",
            r#"<environmentVariables><environmentVariable name="A" value="0"/><clear/><environmentVariable name="B" value="1"/><environmentVariable name="b" value="2"/></environmentVariables>"#,
        );
        let overridden: Vec<_> =
            explained(&text).environment_variables.iter().map(|v| v.overridden).collect();
        assert_eq!(overridden, [true, true, false]);
    }

    #[test]
    fn handler_settings_are_explained_too() {
        let text = section(
            "",
            r#"<handlerSettings><handlerSetting name="STACKSIZE" value="0x200000"/><handlerSetting name="x" value="1"/></handlerSettings>"#,
        );
        let lines = settings(&text);
        let own: Vec<_> =
            lines.lines().filter(|line| line.starts_with("handlerSettings")).collect();
        insta::assert_snapshot!(own.join("\n"), @r"
        handlerSettings/STACKSIZE = 0x200000 [2:31] the stack of the app's main threads in bytes, read as hexadecimal; in-process
        handlerSettings/x = 1 [2:82] no module reads it
        ");
    }

    #[test]
    fn handlers_and_locations_are_listed_with_what_is_in_force() {
        let text = r#"<configuration><system.webServer><handlers><add name="a" path="*.x"/><remove name="a"/></handlers></system.webServer><location path="sub" inheritInChildApplications="false"><system.webServer><handlers><clear/><add name="aspNetCore" modules="AspNetCoreModuleV2"/></handlers><aspNetCore processPath="x.exe"/></system.webServer><appSettings/></location></configuration>"#;
        let explanation = explained(text);
        let handlers: Vec<_> = explanation
            .handlers
            .iter()
            .map(|h| {
                format!(
                    "{} {} {:?} {}",
                    h.kind,
                    h.name.as_deref().unwrap_or("-"),
                    h.location,
                    h.in_force
                )
            })
            .collect();
        insta::assert_snapshot!(handlers.join("\n"), @r#"
        add a None false
        remove a None false
        clear - Some("sub") false
        add aspNetCore Some("sub") true
        "#);
        let locations: Vec<_> = explanation
            .locations
            .iter()
            .map(|l| {
                format!(
                    "{:?} {} {} {}",
                    l.path,
                    l.inherited,
                    l.starts_application,
                    l.sections.join(" ")
                )
            })
            .collect();
        insta::assert_snapshot!(locations.join("\n"), @r#"
        None true false system.webServer/handlers
        Some("sub") false true system.webServer/handlers system.webServer/aspNetCore appSettings
        "#);
    }

    #[test]
    fn a_file_without_process_manager_has_no_settings() {
        let explanation = explained("<configuration><system.webServer/></configuration>");
        assert_eq!((explanation.section, explanation.settings.len()), (None, 0));
    }

    #[test]
    fn what_is_generated_can_be_explained() {
        for settings in [Settings::framework_dependent("App.dll"), Settings::http_platform("a.exe")]
        {
            let explanation = explain(&read(&generate(&settings)).unwrap());
            assert_eq!(explanation.section, Some(settings.host.section()));
            let own = explanation.settings.iter().filter(|setting| setting.origin.is_some());
            assert_eq!(own.count(), settings.attributes().len());
        }
    }
}
