use iisle_tree::Tree;
use iisle_xml::xpath::{Dialect, Namespaces, XNode, XPath};

use super::decode::decode;
use super::xml_file::load;
use crate::{Entry, Kind, NetRegex, Package, PackageContent, Parameter};

/// Files beyond this many bytes are not searched.
const MAX_SEARCHED: u64 = 4 * 1024 * 1024;

impl Package {
    /// The names of declared parameters that [find](Self::finds) nothing and that no default of
    /// another one refers to: setting them changes nothing.
    pub fn idle_parameters(&self) -> Vec<String> {
        let all = self.parameters();
        let refers = |parameter: &Parameter, name: &str| {
            let text = parameter.default_value.as_deref().unwrap_or_default().to_uppercase();
            text.contains(&format!("{{{name}}}").to_uppercase())
        };
        let is_idle = |parameter: &&Parameter| {
            !self.finds(parameter) && !all.iter().any(|other| refers(other, &parameter.name))
        };
        all.iter().filter(is_idle).map(|parameter| parameter.name.clone()).collect()
    }

    /// Whether a parameter finds something to change: the path of a provider, a place in a file.
    ///
    /// What cannot be said without deploying counts as found: an expression that is none, a file
    /// that cannot be read or is too large to be searched, kinds that change neither.
    pub fn finds(&self, parameter: &Parameter) -> bool {
        parameter.entries.iter().any(|entry| match entry.kind {
            Kind::ProviderPath => {
                let tops = self.manifest().providers.iter();
                let mut all = tops.flat_map(|top| top.descendants());
                all.any(|provider| entry.is_path_of(provider).unwrap_or(true))
            }
            Kind::XmlFile | Kind::TextFile | Kind::TextFilePosition => {
                self.contents().iter().any(|content| self.finds_in(content, entry))
            }
            Kind::DeploymentObjectAttribute
            | Kind::DestinationVirtualDirectory
            | Kind::DestinationBinding
            | Kind::SqlCommandVariable => true,
        })
    }

    fn finds_in(&self, content: &PackageContent, entry: &Entry) -> bool {
        let Ok(scope) = NetRegex::parse(&entry.scope) else { return true };
        let tree = self.tree(content);
        content.files.iter().any(|(path, (_, stamp))| {
            if !scope.is_match(&content.source_path(path)).unwrap_or(true) {
                return false;
            }
            if stamp.size > MAX_SEARCHED {
                return true;
            }
            tree.read_all(path, MAX_SEARCHED).map_or(true, |bytes| entry.is_in(&bytes))
        })
    }
}

impl Entry {
    /// Whether what it matches is in the bytes of a file.
    fn is_in(&self, bytes: &[u8]) -> bool {
        match self.kind {
            Kind::XmlFile => {
                let Ok(path) = XPath::parse_as(&self.matching, Dialect::DotNet) else {
                    return true;
                };
                // What is no XML stays as it is.
                let Some(document) = load(bytes) else { return false };
                let root = XNode::Tree(document.document_node());
                let selected = path.select(&document, &root, &Namespaces::new());
                selected.map_or(true, |nodes| !nodes.is_empty())
            }
            Kind::TextFile => {
                let pattern = NetRegex::parse(&self.matching);
                pattern.and_then(|it| it.is_match(&decode(bytes).text)).unwrap_or(true)
            }
            _ => true,
        }
    }
}
