use std::collections::{BTreeMap, BTreeSet};

use iisle_path::RelPath;
use iisle_tree::TreeError;

use super::folder::{Folder, LARGEST_TEXT, has_suffix};
use super::{Problem, Severity, StaticAssets};
use crate::json::{self, Node, Reader};

/// Compares the endpoints manifest with what lies below `wwwroot`.
///
/// Names and lengths only: content would have to be hashed.
pub(super) fn read(folder: &Folder<'_>) -> Result<Option<StaticAssets>, TreeError> {
    let manifest = folder
        .root()
        .find(|file| has_suffix(file.path.as_str(), ".staticwebassets.endpoints.json"));
    let Some(manifest) = manifest else {
        return Ok(None);
    };
    let bytes = folder.tree.read_all(&manifest.path, LARGEST_TEXT)?;
    let mut assets = StaticAssets {
        path: manifest.path.clone(),
        endpoints: 0,
        missing: Vec::new(),
        wrong_size: Vec::new(),
        problem: None,
    };
    let document = match json::parse(&bytes, Reader::Settings) {
        Ok(document) => document,
        Err(error) => {
            let position = Some(error.position);
            let message = error.message;
            assets.problem = Some(Problem { position, message, severity: Severity::Error });
            return Ok(Some(assets));
        }
    };
    let mut missing = BTreeSet::new();
    let mut wrong_size: BTreeMap<RelPath, (u64, u64)> = BTreeMap::new();
    let endpoints = document.root.get("Endpoints").map(Node::elements).unwrap_or_default();
    for endpoint in endpoints {
        assets.endpoints += 1;
        let Some(asset) = endpoint.text_of("AssetFile") else { continue };
        let path = format!("wwwroot/{}", asset.replace('\\', "/"));
        match folder.file(&path) {
            None => drop(missing.insert(path)),
            Some(file) => {
                if let Some(listed) = content_length(endpoint).filter(|it| *it != file.size) {
                    wrong_size.insert(file.path.clone(), (listed, file.size));
                }
            }
        }
    }
    assets.missing = missing.into_iter().collect();
    assets.wrong_size =
        wrong_size.into_iter().map(|(path, (listed, found))| (path, listed, found)).collect();
    Ok(Some(assets))
}

fn content_length(endpoint: &Node) -> Option<u64> {
    let headers = endpoint.get("ResponseHeaders").map(Node::elements).unwrap_or_default();
    let is_length = |node: &&Node| {
        node.text_of("Name").is_some_and(|it| it.eq_ignore_ascii_case("Content-Length"))
    };
    headers.iter().find(is_length)?.text_of("Value")?.parse().ok()
}
