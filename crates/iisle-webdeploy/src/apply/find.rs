use iisle_tree::Tree;
use iisle_xml::xpath::{Dialect, XPath};

use super::decode::decode;
use super::xml_file::{load, select};
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
                select(&document, &path).map_or(true, |nodes| !nodes.is_empty())
            }
            Kind::TextFile => {
                let pattern = NetRegex::parse(&self.matching);
                pattern.and_then(|it| it.is_match(&decode(bytes).text)).unwrap_or(true)
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use iisle_tree::{MemoryTree, Ticks};

    use crate::Package;

    fn idle(parameters: &str) -> String {
        let archive = r#"<sitemanifest><iisApp path="C:\app"><createApp path="C:\app" /><dirPath path="C:\app" /></iisApp></sitemanifest>"#;
        let parameters = format!("<parameters>{parameters}</parameters>");
        let files: [(&str, &[u8]); 5] = [
            ("archive.xml", archive.as_bytes()),
            ("parameters.xml", parameters.as_bytes()),
            ("Content/C_C/app/web.config", b"<configuration><a b='c' /></configuration>"),
            ("Content/C_C/app/sub/x.txt", b"hello"),
            ("Content/C_C/app/sub/bad.xml", b"<"),
        ];
        let tree = files.iter().fold(MemoryTree::windows(), |tree, (path, bytes)| {
            tree.with_file(path, bytes, Ticks::UNIX_EPOCH)
        });
        Package::from_folder(tree).unwrap().idle_parameters().join(",")
    }

    fn entry(kind: &str, scope: &str, matching: &str) -> String {
        idle(&format!(
            r#"<parameter name="p"><parameterEntry kind="{kind}" scope="{scope}" match="{matching}" /></parameter>"#
        ))
    }

    #[test]
    fn a_parameter_is_idle_when_scope_or_match_meets_nothing() {
        assert_eq!(entry("XmlFile", r"\\web\.config$", "//a/@b"), "");
        assert_eq!(entry("XmlFile", r"\\web\.config$", "//a/@x"), "p");
        assert_eq!(entry("XmlFile", r"\\Web\.Release\.config$", "//a/@b"), "p");
        assert_eq!(entry("XmlFile", r"bad\.xml$", "//a"), "p");
        assert_eq!(entry("TextFile", r"C:\\app\\sub\\x\.txt$", "HELLO"), "");
        assert_eq!(entry("TextFile", r"x\.txt$", "bye"), "p");
        assert_eq!(entry("TextFilePosition", r"x\.txt$", "1;1;1"), "");
        assert_eq!(entry("ProviderPath", "iisapp", "app"), "");
        assert_eq!(entry("ProviderPath", "setAcl", "app"), "p");
        assert_eq!(entry("DestinationBinding", "x", "x"), "");
    }

    #[test]
    fn a_value_that_another_default_uses_is_not_idle() {
        let all = r#"<parameter name="Server" defaultValue="x" /><parameter name="Text" defaultValue="{server}/y"><parameterEntry kind="TextFile" scope="txt$" match="hello" /></parameter>"#;
        assert_eq!(idle(all), "");
        assert_eq!(idle(r#"<parameter name="Server" defaultValue="x" />"#), "Server");
    }
}
