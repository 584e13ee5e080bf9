//! What the SDK's task does to a document, faults included.
//!
//! Source: dotnet/sdk, `WebConfigTransform.cs`, `WebConfigTelemetry.cs`; behavior measured.

use crate::compatible::tree::{Element, Node, Tree};
use crate::compatible::{CompatibleContext, CompatibleError, Newline};
use crate::generate::STDOUT_LOG_FILE;
use crate::hosting::HostingModel;
use crate::model::MODULE_V1;
use crate::task::TaskParameters;
use crate::transform::STDOUT_LOG_FILE_AZURE;

/// The document that is transformed when there is none.
pub(crate) fn template() -> Tree {
    let mut location = Element::new("location");
    location.set("path", ".");
    location.set("inheritInChildApplications", "false");
    let mut root = Element::new("configuration");
    root.children.push(Node::Element(location));
    Tree { standalone: None, nodes: vec![Node::Element(root)] }
}

/// Transforms a document; the flag of the result says that it is a new one. When the project has
/// a file called exactly `web.config`, the `hostingModel` of the document wins unseen.
pub(crate) fn transform(
    tree: Option<Tree>,
    task: &TaskParameters,
    context: CompatibleContext,
) -> Result<(Tree, bool), CompatibleError> {
    let usable = tree.filter(|tree| root(tree).is_some_and(|e| e.local_name() == "configuration"));
    let is_new = usable.is_none();
    let mut tree = usable.unwrap_or_else(template);
    let root = tree.nodes.iter_mut().find_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    });
    let root = root.expect("a document has a root element");
    let section = scope(root).ok_or(CompatibleError::NoLocation)?;
    let web_server = section.get_or_append("system.webServer");
    let web_server = section.at(web_server);
    let handlers = web_server.get_or_append("handlers");
    let module = handler(web_server.at(handlers), task.module.as_deref());
    let at = web_server.get_or_append("aspNetCore");
    section_attributes(web_server.at(at), task, &module, context)?;
    move_behind_handlers(web_server)?;
    Ok((tree, is_new))
}

fn root(tree: &Tree) -> Option<&Element> {
    tree.nodes.iter().find_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    })
}

/// The first `location` of the root, unless the file's first `aspNetCore` stands in none. `None`
/// when it stands in a `location` and the root has none of its own.
fn scope(root: &mut Element) -> Option<&mut Element> {
    let in_location = first_asp_net_core(root);
    match root.find("location") {
        Some(at) if in_location != Some(false) => Some(root.at(at)),
        None if in_location == Some(true) => None,
        _ => Some(root),
    }
}

/// Whether the first `aspNetCore` of the document has an ancestor `location`; `None` without one.
fn first_asp_net_core(element: &Element) -> Option<bool> {
    element.elements().find_map(|child| {
        if child.is("aspNetCore") {
            Some(element.is("location"))
        } else if child.holds("aspNetCore") {
            let deeper = first_asp_net_core(child)?;
            Some(deeper || element.is("location"))
        } else {
            None
        }
    })
}

/// Completes the handler and returns its module.
fn handler(handlers: &mut Element, module: Option<&str>) -> String {
    let own = handlers.children.iter().position(|node| {
        let Node::Element(element) = node else {
            return false;
        };
        let name = element.value("name").unwrap_or_default();
        element.is("add") && name.eq_ignore_ascii_case("aspNetCore")
    });
    let at = own.unwrap_or_else(|| {
        handlers.children.push(Node::Element(Element::new("add")));
        handlers.children.len() - 1
    });
    let handler = handlers.at(at);
    handler.set("name", "aspNetCore");
    handler.set_if_absent("path", "*");
    handler.set_if_absent("verb", "*");
    handler.set_if_absent("modules", module.unwrap_or(MODULE_V1));
    handler.set_if_absent("resourceType", "Unspecified");
    handler.value("modules").unwrap_or_default().to_owned()
}

fn section_attributes(
    section: &mut Element,
    task: &TaskParameters,
    module: &str,
    context: CompatibleContext,
) -> Result<(), CompatibleError> {
    if let Some(arguments) = section.value("arguments") {
        let arguments = remove_in_one_pass(arguments, "%LAUNCHER_ARGS%");
        let arguments = remove_in_one_pass(&arguments, "-argFile IISExeLauncherArgs.txt");
        section.set("arguments", arguments.trim());
    }
    let host = context.newline;
    let target_path = task.target_path.as_deref().ok_or(CompatibleError::NoTargetPath)?;
    let app = format!(r".\{}", host.file_name(target_path).replace('/', "\\"));
    if task.use_app_host {
        let extension = task.executable_extension.as_deref().unwrap_or_default();
        section.set("processPath", &change_extension(&app, extension, host));
    } else {
        section.set("processPath", "dotnet");
        insert_arguments(section, &app);
    }
    section.set_if_absent("stdoutLogEnabled", "false");
    if task.is_azure {
        section.set("stdoutLogFile", STDOUT_LOG_FILE_AZURE);
    } else {
        section.set_if_absent("stdoutLogFile", STDOUT_LOG_FILE);
    }
    let has_own_model = context.project_has_web_config && section.value("hostingModel").is_some();
    if let Some(model) = task.hosting_model.as_deref().filter(|_| !has_own_model) {
        check_model(model, module)?;
        section.set("hostingModel", model);
    }
    if let Some(environment) = task.environment_name.as_deref() {
        set_environment(section, environment);
    }
    Ok(())
}

/// Takes `arguments` out and puts it directly behind `processPath`, the app in front of it.
fn insert_arguments(section: &mut Element, app: &str) {
    let old = section.value("arguments").map(str::to_owned);
    section.attributes.retain(|(name, _)| name != "arguments");
    let old = old.unwrap_or_default();
    let value = if crate::transform::equal_ignoring_case(&old, app) {
        old
    } else {
        format!("{app} {old}").trim().to_owned()
    };
    // The SDK looks for the local name, in whatever namespace.
    let is_process = |name: &str| name.rsplit(':').next() == Some("processPath");
    let behind = section.attributes.iter().position(|(name, _)| is_process(name));
    let at = behind.map_or(section.attributes.len(), |at| at + 1);
    section.attributes.insert(at, ("arguments".to_owned(), value));
}

fn check_model(model: &str, module: &str) -> Result<(), CompatibleError> {
    match HostingModel::parse(model) {
        None => Err(CompatibleError::BadHostingModel { value: model.to_owned() }),
        Some(HostingModel::InProcess) if module.eq_ignore_ascii_case(MODULE_V1) => {
            Err(CompatibleError::InProcessNeedsV2)
        }
        Some(_) => Ok(()),
    }
}

fn set_environment(section: &mut Element, environment: &str) {
    const NAME: &str = "ASPNETCORE_ENVIRONMENT";
    let list = section.get_or_append("environmentVariables");
    let list = section.at(list);
    let own = list.children.iter().position(|node| {
        let Node::Element(element) = node else {
            return false;
        };
        let name = element.value("name").unwrap_or_default();
        element.is("environmentVariable") && name.eq_ignore_ascii_case(NAME)
    });
    let at = own.unwrap_or_else(|| {
        list.children.push(Node::Element(Element::new("environmentVariable")));
        list.children.len() - 1
    });
    let variable = list.at(at);
    variable.set("name", NAME);
    variable.set("value", environment);
}

/// One `aspNetCore` in front of `handlers` moves directly behind it; more are a failure.
fn move_behind_handlers(web_server: &mut Element) -> Result<(), CompatibleError> {
    let handlers = web_server.find("handlers").expect("it was just made sure of");
    let before = web_server.children[..handlers].iter().enumerate();
    let early: Vec<_> = before
        .filter(|(_, node)| matches!(node, Node::Element(e) if e.is("aspNetCore")))
        .map(|(at, _)| at)
        .collect();
    match early.as_slice() {
        [] => Ok(()),
        [at] => {
            let section = web_server.children.remove(*at);
            web_server.children.insert(handlers, section);
            Ok(())
        }
        _ => Err(CompatibleError::TwoSectionsBeforeHandlers),
    }
}

/// Removes a token ignoring case; the search never goes back before the last removal.
fn remove_in_one_pass(text: &str, token: &str) -> String {
    let (lower, token) = (text.to_ascii_lowercase(), token.to_ascii_lowercase());
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find(&token) {
        left.push_str(&text[from..from + at]);
        from += at + token.len();
    }
    left.push_str(&text[from..]);
    left
}

/// `Path.ChangeExtension`, with a blank extension taking the old one away. On Unix a backslash
/// separates nothing, so the dot of `.\` counts when the name has none.
fn change_extension(path: &str, extension: &str, host: Newline) -> String {
    let name = if host == Newline::CrLf { path.rfind('\\').map_or(0, |at| at + 1) } else { 0 };
    let stem = path[name..].rfind('.').map_or(path, |dot| &path[..name + dot]);
    let extension = if extension.trim().is_empty() { "" } else { extension };
    let dot = if extension.is_empty() || extension.starts_with('.') { "" } else { "." };
    [stem, dot, extension].concat()
}

/// The comment with the project's GUID: removed, left or added at the end.
pub(crate) fn guid_comment(tree: &mut Tree, guid: Option<&str>, ignored: bool) {
    let Some(guid) = guid else {
        return;
    };
    let guid = guid.trim_matches(['{', '}', '(', ')']).trim();
    let comment = format!("ProjectGuid: {guid}");
    if holds_comment(&tree.nodes, &comment) {
        if ignored {
            remove_comment(&mut tree.nodes, &comment);
        }
    } else if !ignored {
        tree.nodes.push(Node::Comment(comment));
    }
}

fn is_comment(node: &Node, wanted: &str) -> bool {
    matches!(node, Node::Comment(text) if crate::transform::equal_ignoring_case(text, wanted))
}

fn holds_comment(nodes: &[Node], wanted: &str) -> bool {
    nodes.iter().any(|node| match node {
        Node::Element(element) => holds_comment(&element.children, wanted),
        other => is_comment(other, wanted),
    })
}

/// Removes the first one in document order; an element that held nothing else is empty then.
fn remove_comment(nodes: &mut Vec<Node>, wanted: &str) -> bool {
    for at in 0..nodes.len() {
        if is_comment(&nodes[at], wanted) {
            nodes.remove(at);
            return true;
        }
        if let Node::Element(element) = &mut nodes[at]
            && remove_comment(&mut element.children, wanted)
        {
            element.has_end_tag &= !element.children.is_empty();
            return true;
        }
    }
    false
}
