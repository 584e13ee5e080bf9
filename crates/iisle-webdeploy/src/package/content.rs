use std::collections::BTreeMap;

use iisle_path::{NameRules, RelPath};
use iisle_tree::{Content, Snapshot, Stamp, Tree, TreeError};

use super::{Form, Package};
use crate::{Manifest, Provider, SourcePath};

/// The files of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageContent {
    /// The provider at the top of the manifest that they belong to, by its place.
    pub provider: usize,
    /// The path that the files had at the source, as the package writes it.
    pub source: String,
    /// Whether it is a single file (`filePath`).
    pub is_file: bool,
    /// The folder, or the file, inside the package.
    pub folder: String,
    /// Files by their path below the provider, with the path inside the package.
    pub files: BTreeMap<RelPath, (RelPath, Stamp)>,
    /// Directories below the provider that the package lists.
    pub directories: BTreeMap<RelPath, Stamp>,
}

impl PackageContent {
    /// The path inside the package and the facts of the file that has the name `path`.
    fn file(&self, path: &RelPath) -> Option<&(RelPath, Stamp)> {
        self.files.get(path).or_else(|| {
            let same = |own: &RelPath| NameRules::Windows.same(own.as_str(), path.as_str());
            self.files.iter().find(|(own, _)| same(own)).map(|(_, found)| found)
        })
    }
}

/// The content of all providers that have some, in document order.
pub(super) fn contents(
    form: Form,
    manifest: &Manifest,
    snapshot: &Snapshot,
) -> Vec<PackageContent> {
    let mut all = Vec::new();
    for (index, top) in manifest.providers.iter().enumerate() {
        let nodes: Vec<&Provider> = match form {
            Form::ManifestXml => {
                let names = ["iisApp", "contentPath", "dirPath", "filePath"];
                [top].into_iter().filter(|p| names.iter().any(|name| p.is(name))).collect()
            }
            Form::ArchiveXml | Form::ArchiveFolder => {
                top.without_listed().into_iter().filter(|p| p.is_content()).collect()
            }
        };
        for node in nodes {
            let folder = match form {
                // Hand-made packages name a folder of the archive; Web Deploy takes both separators.
                Form::ManifestXml => node.path.replace('\\', "/").trim_matches('/').to_owned(),
                _ => match SourcePath::parse(&node.path) {
                    Ok(path) => path.content_folder(),
                    Err(_) => continue,
                },
            };
            all.push(content(index, node, folder, snapshot));
        }
    }
    all
}

fn content(
    provider: usize,
    node: &Provider,
    folder: String,
    snapshot: &Snapshot,
) -> PackageContent {
    let depth = folder.split('/').count();
    let key = NameRules::Windows.fold(&folder);
    let below = |path: &RelPath| {
        let folded = NameRules::Windows.fold(path.as_str());
        let rest = folded.strip_prefix(&key)?.strip_prefix('/')?;
        (!rest.is_empty()).then_some(())?;
        let own: Vec<_> = path.segments().skip(depth).collect();
        RelPath::parse(&own.join("/")).ok()
    };
    let mut files = BTreeMap::new();
    let mut is_file = false;
    for (path, stamp) in &snapshot.files {
        if let Some(own) = below(path) {
            files.insert(own, (path.clone(), *stamp));
        } else if NameRules::Windows.fold(path.as_str()) == key {
            is_file = true;
            let name = RelPath::parse(path.file_name()).expect("a name is a path");
            files.insert(name, (path.clone(), *stamp));
        }
    }
    let listed = snapshot.directories.iter();
    let directories = listed.filter_map(|(path, stamp)| Some((below(path)?, *stamp))).collect();
    PackageContent { provider, source: node.path.clone(), is_file, folder, files, directories }
}

/// The files of one provider as a tree, as Web Deploy would lay them down.
#[derive(Clone, Copy)]
pub struct ContentTree<'a> {
    package: &'a Package,
    content: &'a PackageContent,
}

impl Package {
    /// The files of `content`, one of [`contents`](Self::contents), as a tree.
    pub fn tree<'a>(&'a self, content: &'a PackageContent) -> ContentTree<'a> {
        ContentTree { package: self, content }
    }
}

impl Tree for ContentTree<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let files = self.content.files.iter();
        let mut snapshot = Snapshot {
            files: files.map(|(path, (_, stamp))| (path.clone(), *stamp)).collect(),
            directories: self.content.directories.clone(),
            refused: Vec::new(),
        };
        for path in self.content.files.keys().chain(self.content.directories.keys()) {
            for parent in path.ancestors() {
                snapshot.directories.entry(parent).or_default();
            }
        }
        Ok(snapshot)
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let found = self.content.file(path);
        let (inside, _) = found.ok_or_else(|| TreeError::NotFound(path.to_string()))?;
        self.package.store.tree().open(inside)
    }

    fn names(&self) -> NameRules {
        NameRules::Windows
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        Ok(self.content.file(path).map(|(_, stamp)| *stamp))
    }

    fn is_current(&self, _: &RelPath, _: Stamp) -> Result<bool, TreeError> {
        Ok(true)
    }

    fn is_executable(&self, _: &RelPath) -> bool {
        false
    }
}
