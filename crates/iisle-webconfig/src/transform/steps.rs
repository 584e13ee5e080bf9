//! The steps of the transformation, each on a whole document.

use iisle_xml::NodeId;

use crate::generate::STDOUT_LOG_FILE;
use crate::model::MODULE_V1;
use crate::secret::{MASK, looks_secret};
use crate::transform::arguments;
use crate::transform::editor::Editor;
use crate::transform::hosting_model::{self, Found};
use crate::transform::outcome::{Change, TransformError};
use crate::transform::scope;
use crate::transform::target::{GuidComment, Target, TransformOptions, VariableMode};

/// The log prefix of Azure App Service.
pub(crate) const STDOUT_LOG_FILE_AZURE: &str = r"\\?\%home%\LogFiles\stdout";
/// The variable that `EnvironmentName` sets.
pub(crate) const ENVIRONMENT: &str = "ASPNETCORE_ENVIRONMENT";

/// Handler, process, arguments, log and hosting model.
pub(crate) fn apply_hosting(
    editor: &mut Editor,
    target: &Target,
    options: &TransformOptions,
) -> Result<NodeId, TransformError> {
    let scope = scope::locate(editor, options.location.as_deref())?;
    let web_server = editor.get_or_append(scope, "system.webServer")?;
    let existing = editor.only(web_server, "aspNetCore")?;
    if let Some(section) = existing {
        editor.only(section, "environmentVariables")?;
    }
    let handlers = handlers(editor, web_server, existing)?;
    let module = apply_handler(editor, handlers, target)?;
    let section = existing.unwrap_or_else(|| {
        let section = editor.create(web_server, "aspNetCore");
        editor.log_added(web_server, "aspNetCore", "new element");
        editor.document.insert_after(handlers, section);
        section
    });
    apply_process(editor, section, target);
    apply_log(editor, section, target);
    apply_hosting_model(editor, section, target, &module)?;
    Ok(section)
}

/// `handlers`, which a new one stands directly before the section.
fn handlers(
    editor: &mut Editor,
    web_server: NodeId,
    section: Option<NodeId>,
) -> Result<NodeId, TransformError> {
    let (Some(section), None) = (section, editor.only(web_server, "handlers")?) else {
        return editor.get_or_append(web_server, "handlers");
    };
    let handlers = editor.create(web_server, "handlers");
    editor.log_added(web_server, "handlers", "new element");
    editor.document.insert_before(section, handlers);
    Ok(handlers)
}

/// The handler's attributes; returns its module.
fn apply_handler(
    editor: &mut Editor,
    handlers: NodeId,
    target: &Target,
) -> Result<String, TransformError> {
    let default = target.module.as_deref().map(str::trim).filter(|module| !module.is_empty());
    let module = default.unwrap_or(MODULE_V1);
    let handler = own_handler(editor, handlers)?.unwrap_or_else(|| {
        let handler = editor.create(handlers, "add");
        editor.log_added(handlers, "handler aspNetCore", module);
        editor.document.append_child(handlers, handler);
        handler
    });
    editor.set(handler, "name", "aspNetCore");
    editor.fill(handler, "path", "*");
    editor.fill(handler, "verb", "*");
    editor.fill(handler, "modules", module);
    editor.fill(handler, "resourceType", "Unspecified");
    Ok(editor.value(handler, "modules").unwrap_or_default().to_owned())
}

/// The handler named aspNetCore; of several, which a `clear` or `remove` must separate, the last.
fn own_handler(editor: &Editor, handlers: NodeId) -> Result<Option<NodeId>, TransformError> {
    let own = scope::named_handlers(editor, handlers);
    let mut in_force: Option<NodeId> = None;
    for node in editor.document.elements(handlers) {
        let name = editor.value(node, "name").unwrap_or_default();
        let ends = editor.is(node, "clear")
            || editor.is(node, "remove") && name.eq_ignore_ascii_case("aspNetCore");
        if ends {
            in_force = None;
        } else if own.contains(&node) {
            if let Some(first) = in_force {
                return Err(editor.duplicate("add", first, node));
            }
            in_force = Some(node);
        }
    }
    Ok(own.last().copied())
}

/// `processPath` and `arguments`.
fn apply_process(editor: &mut Editor, section: NodeId, target: &Target) {
    let new = target.launch.process_path();
    let old = editor.value(section, "processPath").unwrap_or_default().to_owned();
    let old_arguments = editor.value(section, "arguments").map(str::to_owned);
    let launched = is_launcher(&old);
    let rewritten = arguments::rewrite(old_arguments.as_deref(), &target.launch);

    let is_dotnet =
        ["dotnet", "dotnet.exe"].iter().any(|name| old.trim().eq_ignore_ascii_case(name));
    if let Some(dll) = rewritten.other_dll.filter(|_| is_dotnet || launched) {
        let message = format!("the arguments name `{dll}`, which is not the app's assembly");
        let position = editor.attribute_position(section, "arguments");
        editor.warn("suspicious-argument", message, position);
    }
    let ours = arguments::equal_ignoring_case(&old, &new);
    if !old.trim().is_empty() && !launched && !ours {
        let message = format!("processPath `{old}` is replaced by `{new}`");
        let position = editor.attribute_position(section, "processPath");
        editor.note("process-path-replaced", message, position);
    }

    editor.set(section, "processPath", &new);
    match rewritten.value {
        Some(value) => editor.set_behind(section, Some("processPath"), "arguments", &value),
        None => editor.unset(section, "arguments"),
    }
}

/// Whether a `processPath` is what Visual Studio puts there to start the app itself.
fn is_launcher(process_path: &str) -> bool {
    let text = process_path.to_ascii_lowercase();
    text.contains("%launcher_path%") || text.trim_end().ends_with("vsiisexelauncher.exe")
}

/// `stdoutLogEnabled` and `stdoutLogFile`.
fn apply_log(editor: &mut Editor, section: NodeId, target: &Target) {
    editor.fill(section, "stdoutLogEnabled", "false");
    if target.azure {
        editor.set(section, "stdoutLogFile", STDOUT_LOG_FILE_AZURE);
    } else {
        editor.fill(section, "stdoutLogFile", STDOUT_LOG_FILE);
    }
}

/// `hostingModel`, by rule H.
fn apply_hosting_model(
    editor: &mut Editor,
    section: NodeId,
    target: &Target,
    module: &str,
) -> Result<(), TransformError> {
    let value = editor.value(section, "hostingModel").map(str::to_owned);
    let position = editor.attribute_position(section, "hostingModel");
    let found = value.as_deref().zip(position).map(|(value, position)| Found { value, position });
    let property = target.hosting_model.as_ref();
    let decision = hosting_model::decide(found, property, module, &target.launch)?;
    if value.is_some_and(|value| value.trim().is_empty()) {
        editor.warn_empty(section, "hostingModel");
    }
    if decision.gave_way {
        let message = "the output has no dll for in-process hosting: out-of-process".to_owned();
        editor.note("single-file-outofprocess", message, None);
    }
    match decision.value {
        Some(value) => editor.set(section, "hostingModel", &value),
        None => editor.unset(section, "hostingModel"),
    }
    Ok(())
}

/// The variable of `EnvironmentName`, its name in canonical case.
pub(crate) fn apply_environment_name(
    editor: &mut Editor,
    section: NodeId,
    target: &Target,
    mode: VariableMode,
) -> Result<(), TransformError> {
    let Some(name) = target.environment_name.as_deref().filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    if let Some(entry) = set_variable(editor, section, ENVIRONMENT, name, mode)? {
        editor.set(entry, "name", ENVIRONMENT);
    }
    Ok(())
}

/// The comment with the project's GUID.
pub(crate) fn apply_guid(editor: &mut Editor, target: &Target) {
    let guid = target.project_guid.as_deref().unwrap_or_default();
    let guid = guid.trim_matches(['{', '}', '(', ')']).trim();
    if guid.is_empty() {
        return;
    }
    let comment = format!("ProjectGuid: {guid}");
    match target.guid_comment {
        GuidComment::Leave => {}
        GuidComment::Remove => editor.remove_comments(&comment),
        GuidComment::Add => editor.add_comment(&comment),
    }
}

/// The section in force in a document that other hands changed meanwhile, `None` when they took
/// it away.
pub(crate) fn find_section(
    editor: &mut Editor,
    options: &TransformOptions,
) -> Result<Option<NodeId>, TransformError> {
    // What there is to warn about was reported of the source.
    let warnings = editor.warnings.len();
    let scope = scope::locate(editor, options.location.as_deref());
    editor.warnings.truncate(warnings);
    match editor.only(scope?, "system.webServer")? {
        Some(web_server) => editor.only(web_server, "aspNetCore"),
        None => Ok(None),
    }
}

/// Gives a variable its value by rule E and returns its element; `None` when it keeps another.
pub(crate) fn set_variable(
    editor: &mut Editor,
    section: NodeId,
    name: &str,
    value: &str,
    mode: VariableMode,
) -> Result<Option<NodeId>, TransformError> {
    let list = editor.get_or_append(section, "environmentVariables")?;
    let matches = matching(editor, list, name);
    let Some((&first, others)) = matches.split_first() else {
        let entry = editor.create(list, "environmentVariable");
        let shown = if looks_secret(name, value) { MASK } else { value };
        editor.log_added(section, &format!("environmentVariable {name}"), shown);
        editor.document.set_attribute(entry, "name", name);
        editor.document.set_attribute(entry, "value", value);
        editor.document.append_child(list, entry);
        return Ok(Some(entry));
    };
    if mode == VariableMode::Keep {
        return Ok(None);
    }
    let before = editor.value(first, "value").map(str::to_owned);
    if before.as_deref() != Some(value) {
        let position = editor.position(first);
        let shown = |text: &str| {
            if looks_secret(name, text) { MASK.to_owned() } else { text.to_owned() }
        };
        editor.changes.push(Change {
            what: format!("environmentVariable {name}"),
            before: before.as_deref().map(shown),
            after: Some(shown(value)),
            position,
        });
        editor.document.set_attribute(first, "value", value);
    }
    for &other in others {
        let position = editor.position(other);
        let message = format!("the variable `{name}` was defined again; one definition is left");
        editor.warn("duplicate-variable", message, position);
        editor.changes.push(Change {
            what: format!("environmentVariable {name}"),
            before: Some("defined again".to_owned()),
            after: None,
            position,
        });
        editor.document.remove(other);
    }
    Ok(Some(first))
}

/// Variables of this name, ignoring case, behind the last `clear`.
fn matching(editor: &Editor, list: NodeId, name: &str) -> Vec<NodeId> {
    let mut found = Vec::new();
    for node in editor.document.elements(list) {
        if editor.is(node, "clear") {
            found.clear();
        } else if editor.is(node, "environmentVariable") {
            let own = editor.value(node, "name").unwrap_or_default();
            if arguments::equal_ignoring_case(own, name) {
                found.push(node);
            }
        }
    }
    found
}

/// Reports a development environment in a build that is not for debugging (W16).
pub(crate) fn check_environment(editor: &mut Editor, section: NodeId, target: &Target) {
    let is_debug =
        target.configuration.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("Debug"));
    let lists = editor.named(section, "environmentVariables");
    let variables = lists.iter().flat_map(|&list| matching(editor, list, ENVIRONMENT));
    // The module takes the last one.
    let Some(variable) = variables.last().filter(|_| !is_debug) else {
        return;
    };
    let value = editor.value(variable, "value").unwrap_or_default().trim();
    if value.eq_ignore_ascii_case("Development") {
        let message = format!("`{ENVIRONMENT}` is `{value}`: visitors see details of exceptions");
        let position = editor.position(variable);
        editor.warn("development-environment", message, position);
    }
}
