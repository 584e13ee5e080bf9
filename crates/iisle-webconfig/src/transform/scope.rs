//! Rule S: where in the file the settings of the app belong.

use iisle_xml::NodeId;

use crate::transform::editor::Editor;
use crate::transform::outcome::TransformError;

/// Finds the scope: the root element or one of its `location` children. `location` is the path of
/// the one that the user asked for.
pub(crate) fn locate(
    editor: &mut Editor,
    location: Option<&str>,
) -> Result<NodeId, TransformError> {
    let root = editor.document.root();
    let locations = editor.named(root, "location");
    warn_misplaced(editor, root, &locations);
    if let Some(path) = location {
        let is_asked = |node: &&NodeId| editor.value(**node, "path").unwrap_or_default() == path;
        let found = locations.iter().find(is_asked).copied();
        return found.ok_or_else(|| TransformError::NoSuchLocation { path: path.to_owned() });
    }

    let (in_root, in_path): (Vec<_>, Vec<_>) = locations
        .into_iter()
        .partition(|&node| matches!(editor.value(node, "path"), None | Some("" | ".")));
    let in_root: Vec<_> = std::iter::once(root).chain(in_root).collect();

    let holds = |&node: &NodeId| !sections(editor, node).is_empty();
    let holders: Vec<_> = in_root.iter().copied().filter(holds).collect();
    match holders.as_slice() {
        [scope] => return Ok(*scope),
        [first, second, ..] => {
            let section = |scope| sections(editor, scope)[0];
            return Err(editor.duplicate("aspNetCore", section(*first), section(*second)));
        }
        [] => {}
    }
    if let Some(scope) = in_path.iter().copied().find(holds) {
        let path = editor.value(scope, "path").unwrap_or_default();
        let message = format!("`aspNetCore` stands under the path `{path}` alone");
        let position = editor.position(sections(editor, scope)[0]);
        editor.warn("aspnetcore-in-sub-path", message, position);
        return Ok(scope);
    }
    let with_handler = in_root.iter().copied().find(|&node| has_handler(editor, node));
    let first_location = in_root.get(1).copied();
    Ok(with_handler.or(first_location).unwrap_or(root))
}

/// The proper `aspNetCore` elements of a scope.
fn sections(editor: &Editor, scope: NodeId) -> Vec<NodeId> {
    let web_servers = editor.named(scope, "system.webServer");
    web_servers.into_iter().flat_map(|node| editor.named(node, "aspNetCore")).collect()
}

fn has_handler(editor: &Editor, scope: NodeId) -> bool {
    let web_servers = editor.named(scope, "system.webServer").into_iter();
    let mut handlers = web_servers.flat_map(|node| editor.named(node, "handlers"));
    handlers.any(|node| !named_handlers(editor, node).is_empty())
}

/// `add` children of `handlers` whose name is `aspNetCore`, ignoring case.
pub(crate) fn named_handlers(editor: &Editor, handlers: NodeId) -> Vec<NodeId> {
    let mut added = editor.named(handlers, "add");
    added.retain(|&node| {
        editor.value(node, "name").is_some_and(|name| name.eq_ignore_ascii_case("aspNetCore"))
    });
    added
}

fn warn_misplaced(editor: &mut Editor, root: NodeId, locations: &[NodeId]) {
    let scopes = std::iter::once(root).chain(locations.iter().copied());
    let proper: Vec<_> = scopes.flat_map(|scope| sections(editor, scope)).collect();
    let document = &editor.document;
    let misplaced: Vec<_> = document
        .descendants(root)
        .filter(|&node| document.local_name(node) == "aspNetCore" && !proper.contains(&node))
        .collect();
    for node in misplaced {
        let message = "`aspNetCore` does not stand in `system.webServer` and is ignored".to_owned();
        let position = editor.position(node);
        editor.warn("misplaced-aspnetcore", message, position);
    }
}
