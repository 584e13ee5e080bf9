use iisle_xml::{Document, NodeId, Position, XmlError};
use thiserror::Error;

use crate::{ProviderOptions, ProviderOptionsError};

/// A provider of a package: an application, a folder, an access rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name as written, without `MSDeploy.`: `iisApp`, `dirPath`.
    pub name: String,
    /// The path it had at the source; empty when it has none.
    pub path: String,
    /// Its attributes in document order, `path` and those of the format left out. Typed values
    /// are the base64 text as written.
    pub attributes: Vec<(String, String)>,
    /// Name of the link from its parent.
    pub link: Option<String>,
    /// Name, path and settings once more, as the engine keeps them.
    pub options: Option<ProviderOptions>,
    /// Providers below it.
    pub children: Vec<Self>,
}

/// The tree of providers and the name of its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// `sitemanifest`, `MSDeploy.contentPath`, …
    pub root: String,
    /// The providers at the top, in order.
    pub providers: Vec<Provider>,
}

/// Why a manifest cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ManifestError {
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error("the provider options of `{provider}` cannot be read")]
    Options { provider: String, position: Position, source: ProviderOptionsError },
}

impl ManifestError {
    /// Where it is, when it has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Xml(error) => error.position(),
            Self::Options { position, .. } => Some(*position),
        }
    }
}

/// What the format puts before names of its own.
const PREFIX: &str = "MSDeploy.";

impl Provider {
    /// Whether it is called `name`; names compare without case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it stands for a folder of files (`dirPath`) or for one file (`filePath`).
    pub fn is_content(&self) -> bool {
        self.is("dirPath") || self.is("filePath")
    }

    /// Whether it is a folder whose files are listed one by one below it, each by its path from
    /// there. Web Deploy writes no such manifest and leaves the list to the archive.
    pub fn lists_files(&self) -> bool {
        let is_relative = |path: &str| !path.contains([':', '\\', '/']);
        self.is("dirPath")
            && self.children.iter().any(|child| child.is_content() && is_relative(&child.path))
    }

    /// It and all providers below it, in document order; not the files that one lists.
    pub fn without_listed(&self) -> Vec<&Self> {
        let mut all = vec![self];
        if !self.lists_files() {
            all.extend(self.children.iter().flat_map(Self::without_listed));
        }
        all
    }

    /// It and all providers below it, in document order.
    pub fn descendants(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.children.iter().flat_map(Self::descendants));
        all
    }
}

impl Manifest {
    /// Whether one of its folders lists its files.
    pub fn lists_files(&self) -> bool {
        let all = self.providers.iter().flat_map(Provider::without_listed);
        all.into_iter().any(Provider::lists_files)
    }

    /// Reads `archive.xml`, or the `manifest.xml` of a hand-made package.
    ///
    /// # Errors
    /// [`ManifestError`]. Unknown providers and attributes are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let document = Document::parse(bytes)?;
        let root = document.root();
        let providers = providers(&document, root)?;
        Ok(Self { root: document.name(root).to_owned(), providers })
    }
}

fn providers(document: &Document, parent: NodeId) -> Result<Vec<Provider>, ManifestError> {
    document.elements(parent).map(|node| provider(document, node)).collect()
}

fn provider(document: &Document, node: NodeId) -> Result<Provider, ManifestError> {
    let name = own_name(document.name(node)).unwrap_or(document.name(node)).to_owned();
    let mut read = Provider {
        path: document.attribute(node, "path").unwrap_or_default().to_owned(),
        attributes: Vec::new(),
        link: None,
        options: None,
        children: providers(document, node)?,
        name,
    };
    for attribute in document.attributes(node).filter(|a| !a.is_namespace() && a.name != "path") {
        match own_name(attribute.name) {
            None => read.attributes.push((attribute.name.to_owned(), attribute.value.to_owned())),
            Some("MSDeployLinkName") => read.link = Some(attribute.value.to_owned()),
            Some("MSDeployProviderOptions") => {
                let options = ProviderOptions::from_attribute(attribute.value);
                read.options = Some(options.map_err(|source| ManifestError::Options {
                    provider: read.name.clone(),
                    position: attribute.value_position(),
                    source,
                })?);
            }
            Some(_) => {}
        }
    }
    Ok(read)
}

/// What follows the prefix of the format, without regard to its case.
fn own_name(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::Manifest;
    use crate::manifest::archive_xml;
    use crate::{PackOptions, ProviderOptions, SourcePath};

    #[test]
    fn what_we_write_is_read_back() {
        let root = SourcePath::default();
        let manifest = Manifest::parse(archive_xml(&PackOptions::default()).as_bytes()).unwrap();
        assert_eq!(manifest.root, "sitemanifest");
        let [app] = manifest.providers.as_slice() else { panic!("{manifest:?}") };
        assert_eq!(app.options, Some(ProviderOptions::new("iisApp", root.as_str())));
        let tree: Vec<_> = app
            .descendants()
            .iter()
            .map(|p| format!("{} {} {}", p.name, p.path, p.link.as_deref().unwrap_or_default()))
            .collect();
        insta::assert_snapshot!(tree.join("\n"), @r"
        iisApp C:\app Child1
        createApp C:\app createApp
        contentPath C:\app contentPath
        dirPath C:\app contentPath
        ");
        let create = &app.children[0];
        insta::assert_snapshot!(format!("{:?}", create.attributes), @r#"[("isDest", "AA=="), ("managedRuntimeVersion", ""), ("enable32BitAppOnWin64", ""), ("managedPipelineMode", ""), ("applicationPool", ""), ("appExists", "True")]"#);
    }

    #[test]
    fn options_that_are_something_else_are_refused_with_their_place() {
        let text = "<sitemanifest>\n<iisApp path=\"x\" MSDeploy.MSDeployProviderOptions=\"AAAA\"/></sitemanifest>";
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.position().unwrap().to_string(), "2:52");
        assert_eq!(error.to_string(), "the provider options of `iisApp` cannot be read");
    }
}
