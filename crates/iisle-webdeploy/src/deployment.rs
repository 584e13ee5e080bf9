use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use iisle_path::{NameRules, RelPath};
use iisle_tree::{Content, Snapshot, Stamp, Tree, TreeError};
use iisle_xml::xpath::{Dialect, XPath, XPathError};
use thiserror::Error;

use crate::apply::{
    OutsideError, Rewritten, change_xml, outside_text, outside_value, put_at, replace_in_text,
};
use crate::{
    ContentTree, Entry, Kind, NetRegex, Package, PackageContent, PositionError, PositionMode,
    Provider, RegexError, Resolved, TextPosition, ValueFiles,
};

/// The page that a site shows while a package is deployed to it.
pub fn offline_page() -> &'static str {
    iisle_templates::APP_OFFLINE
}

/// Why parameters cannot be applied to a package.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum DeploymentError {
    #[error("the parameter `{parameter}` cannot be applied")]
    Regex { parameter: String, source: RegexError },
    #[error("the parameter `{parameter}` cannot be applied")]
    XPath { parameter: String, source: XPathError },
    #[error("the parameter `{parameter}` cannot be applied")]
    Position { parameter: String, source: PositionError },
    #[error("the file that the value of the parameter `{parameter}` names cannot be read")]
    Value { parameter: String, source: TreeError },
    #[error("with the values of its parameters `{path}` would come to more than {limit} bytes")]
    TooLarge { path: RelPath, limit: u64 },
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// How parameters are applied to files.
#[derive(Clone, Copy)]
pub struct ApplyOptions<'a> {
    /// How those of kind `TextFilePosition` work.
    pub positions: PositionMode,
    /// The files that values may name.
    pub files: &'a dyn ValueFiles,
}

/// Files that parameters change are held in memory, up to this many bytes.
const MAX_FILE: u64 = 256 * 1024 * 1024;

impl Provider {
    /// The path it was packed from and goes to unless a parameter says otherwise.
    pub fn original_path(&self) -> &str {
        self.options.as_ref().map_or(&self.path, |options| &options.path)
    }
}

impl Entry {
    /// Whether it is of kind `ProviderPath` and gives the provider its path.
    ///
    /// # Errors
    /// When one of its expressions is none of .NET.
    pub fn is_path_of(&self, provider: &Provider) -> Result<bool, RegexError> {
        let hits = |pattern: &str, text: &str| NetRegex::parse(pattern)?.is_match(text);
        Ok(self.kind == Kind::ProviderPath
            && hits(&self.scope, &provider.name)?
            && hits(&self.matching, provider.original_path())?)
    }
}

impl Package {
    /// Where the provider at the top of the manifest goes: its own path, or the value of the
    /// last parameter of kind `ProviderPath` that hits it.
    ///
    /// # Errors
    /// [`DeploymentError::Regex`].
    ///
    /// Source: Web Deploy 7.1, seen.
    pub fn target_path(
        &self,
        provider: &Provider,
        parameters: &[Resolved<'_>],
    ) -> Result<String, DeploymentError> {
        let hit = self.path_parameter(provider, parameters)?;
        Ok(hit.map_or(provider.original_path(), |hit| &hit.value).to_owned())
    }

    /// The last parameter of kind `ProviderPath` that hits a provider.
    pub fn path_parameter<'r, 'a>(
        &self,
        provider: &Provider,
        parameters: &'r [Resolved<'a>],
    ) -> Result<Option<&'r Resolved<'a>>, DeploymentError> {
        let mut last = None;
        for resolved in parameters {
            let failed = |source| DeploymentError::Regex {
                parameter: resolved.parameter.name.clone(),
                source,
            };
            for entry in &resolved.parameter.entries {
                if entry.is_path_of(provider).map_err(failed)? {
                    last = Some(resolved);
                }
            }
        }
        Ok(last)
    }

    /// The files of `content` with the values of `parameters` in them.
    ///
    /// # Errors
    /// [`DeploymentError`]; also when an entry that a parameter reads is damaged.
    pub fn parameterized<'a>(
        &'a self,
        content: &'a PackageContent,
        parameters: &[Resolved<'_>],
        options: &ApplyOptions<'_>,
    ) -> Result<ParameterizedTree<'a>, DeploymentError> {
        let below = self.tree(content);
        let edits = edits(parameters, options)?;
        let mut tree =
            ParameterizedTree { below, content, changed: BTreeMap::new(), file_name: None };
        for (path, (_, stamp)) in &content.files {
            let source = content.source_path(path);
            let mut hits = Vec::new();
            for edit in &edits {
                if edit.scope.is_match(&source).map_err(|e| edit.failed(e))? {
                    hits.push(edit);
                }
            }
            if hits.is_empty() {
                continue;
            }
            let mut file = Changed::read(&tree.below, path, *stamp)?;
            // Positions are those in what the other kinds have made of the file.
            for edit in &hits {
                file = edit.apply(path, file)?;
            }
            file = put_values(path, file, &hits, options.positions)?;
            tree.changed.insert(path.clone(), file);
        }
        Ok(tree)
    }
}

impl PackageContent {
    /// The absolute path that a file or folder of it had at the source, as scopes and skip rules
    /// see it.
    pub fn source_path(&self, path: &RelPath) -> String {
        if self.is_file {
            return self.source.replace('/', "\\");
        }
        let root = self.source.replace('/', "\\");
        format!("{}\\{}", root.trim_end_matches('\\'), path.as_str().replace('/', "\\"))
    }
}

/// A file that parameters have changed.
#[derive(Debug, Clone)]
struct Changed {
    bytes: Arc<[u8]>,
    /// Places that each parameter has set, by its place among the parameters.
    places: BTreeMap<usize, u64>,
    /// Whether it held bytes that are no text and are lost.
    is_damaged: bool,
}

impl Changed {
    fn read(tree: &ContentTree<'_>, path: &RelPath, stamp: Stamp) -> Result<Self, DeploymentError> {
        if stamp.size > MAX_FILE {
            return Err(DeploymentError::TooLarge { path: path.clone(), limit: MAX_FILE });
        }
        let bytes = tree.read_all(path, MAX_FILE)?.into();
        Ok(Self { bytes, places: BTreeMap::new(), is_damaged: false })
    }

    /// The file with new bytes, and the places that parameters have set in it.
    fn rewritten(
        self,
        path: &RelPath,
        written: Rewritten,
        places: &[(usize, u64)],
    ) -> Result<Self, DeploymentError> {
        let Rewritten { bytes, places: _, is_damaged } = written;
        if bytes.len() as u64 > MAX_FILE {
            return Err(DeploymentError::TooLarge { path: path.clone(), limit: MAX_FILE });
        }
        let Self { bytes: _, places: mut all, is_damaged: was_damaged } = self;
        for (index, places) in places {
            *all.entry(*index).or_default() += places;
        }
        Ok(Self { bytes: bytes.into(), places: all, is_damaged: is_damaged || was_damaged })
    }
}

/// One entry of a parameter, ready to be applied to files.
struct Edit<'a> {
    parameter: &'a Resolved<'a>,
    index: usize,
    scope: NetRegex,
    what: What,
}

/// What is changed, and the value it gets.
enum What {
    /// Without a value nothing is set.
    Xml(Box<XPath>, Option<String>),
    Text(NetRegex, String),
    Position(TextPosition, String),
}

/// The entries that change files, in order of declaration.
fn edits<'a>(
    parameters: &'a [Resolved<'a>],
    options: &ApplyOptions<'_>,
) -> Result<Vec<Edit<'a>>, DeploymentError> {
    let mut edits = Vec::new();
    for (index, resolved) in parameters.iter().enumerate() {
        let name = || resolved.parameter.name.clone();
        let regex = |text: &str| {
            NetRegex::parse(text)
                .map_err(|source| DeploymentError::Regex { parameter: name(), source })
        };
        let outside = |error| match error {
            OutsideError::Read(source) => DeploymentError::Value { parameter: name(), source },
            OutsideError::Regex(source) => DeploymentError::Regex { parameter: name(), source },
        };
        let text = || outside_text(&resolved.value, options.files).map_err(outside);
        for entry in &resolved.parameter.entries {
            let Entry { kind, scope, matching, tags: _ } = entry;
            let what = match kind {
                Kind::XmlFile => {
                    let path = XPath::parse_as(matching, Dialect::DotNet)
                        .map_err(|source| DeploymentError::XPath { parameter: name(), source })?;
                    let value = outside_value(&resolved.value, options.files).map_err(outside)?;
                    What::Xml(Box::new(path), value)
                }
                Kind::TextFile => What::Text(regex(matching)?, text()?),
                Kind::TextFilePosition => {
                    let position = TextPosition::parse(matching);
                    let failed = |source| DeploymentError::Position { parameter: name(), source };
                    What::Position(position.map_err(failed)?, text()?)
                }
                Kind::ProviderPath
                | Kind::DeploymentObjectAttribute
                | Kind::DestinationVirtualDirectory
                | Kind::DestinationBinding
                | Kind::SqlCommandVariable => continue,
            };
            edits.push(Edit { parameter: resolved, index, scope: regex(scope)?, what });
        }
    }
    Ok(edits)
}

impl Edit<'_> {
    fn failed(&self, source: RegexError) -> DeploymentError {
        DeploymentError::Regex { parameter: self.parameter.parameter.name.clone(), source }
    }

    /// Applies it, unless it is one of positions.
    fn apply(&self, path: &RelPath, file: Changed) -> Result<Changed, DeploymentError> {
        let written = match &self.what {
            What::Xml(select, value) => {
                let value = value.as_deref();
                match value.and_then(|value| change_xml(&file.bytes, select, value)) {
                    Some((bytes, places)) => Rewritten { bytes, places, is_damaged: false },
                    // A file that is no XML stays as it is.
                    None => return Ok(file),
                }
            }
            What::Text(pattern, value) => {
                let written = replace_in_text(&file.bytes, pattern, value);
                written.map_err(|source| self.failed(source))?
            }
            What::Position(..) => return Ok(file),
        };
        let places = [(self.index, written.places)];
        file.rewritten(path, written, &places)
    }
}

/// Applies all entries of positions at once.
fn put_values(
    path: &RelPath,
    file: Changed,
    hits: &[&Edit<'_>],
    mode: PositionMode,
) -> Result<Changed, DeploymentError> {
    let positions = hits.iter().filter_map(|edit| match &edit.what {
        What::Position(at, value) => Some((edit.index, (*at, value.as_str()))),
        What::Xml(..) | What::Text(..) => None,
    });
    let (indexes, values): (Vec<_>, Vec<_>) = positions.unzip();
    if values.is_empty() {
        return Ok(file);
    }
    let written = put_at(&file.bytes, &values, mode);
    let places: Vec<_> = indexes.into_iter().map(|index| (index, 1)).collect();
    file.rewritten(path, written, &places)
}

/// The files of one provider with the values of a deployment in them.
pub struct ParameterizedTree<'a> {
    below: ContentTree<'a>,
    content: &'a PackageContent,
    changed: BTreeMap<RelPath, Changed>,
    /// The name that a single file has at the target.
    file_name: Option<RelPath>,
}

impl ParameterizedTree<'_> {
    /// Gives the file of a provider that is one file the name it has at the target.
    #[must_use]
    pub fn named(mut self, name: RelPath) -> Self {
        self.file_name = self.content.is_file.then_some(name);
        self
    }

    /// The files that parameters write anew, by the names they have at the target.
    pub fn touched(&self) -> BTreeSet<RelPath> {
        self.changed.keys().map(|path| self.outside(path).clone()).collect()
    }

    /// The files whose bytes are no text and were written as text all the same: they are not what
    /// they were, as with Web Deploy.
    pub fn destroyed(&self) -> impl Iterator<Item = &RelPath> {
        let files = self.changed.iter().filter(|(_, file)| file.is_damaged);
        files.map(|(path, _)| self.outside(path))
    }

    /// The files in which the parameter at this place has set something, and how many places.
    pub fn places(&self, parameter: usize) -> impl Iterator<Item = (&RelPath, u64)> {
        let files = self.changed.iter();
        files.filter_map(move |(path, file)| {
            let places = file.places.get(&parameter).copied().filter(|places| *places > 0)?;
            Some((self.outside(path), places))
        })
    }

    /// The name inside the package of what is called `path` at the target.
    pub fn inside<'p>(&'p self, path: &'p RelPath) -> &'p RelPath {
        match &self.file_name {
            Some(_) => self.content.files.keys().next().unwrap_or(path),
            None => path,
        }
    }

    fn outside<'p>(&'p self, path: &'p RelPath) -> &'p RelPath {
        self.file_name.as_ref().unwrap_or(path)
    }

    /// Whether reading a file, by its name at the target, reads the package: the others are in
    /// memory.
    pub fn is_packed(&self, path: &RelPath) -> bool {
        !self.changed.contains_key(self.inside(path))
    }
}

impl Tree for ParameterizedTree<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let mut snapshot = self.below.snapshot()?;
        for (path, file) in &self.changed {
            if let Some(stamp) = snapshot.files.get_mut(path) {
                stamp.size = file.bytes.len() as u64;
            }
        }
        if self.file_name.is_some() {
            let files = std::mem::take(&mut snapshot.files);
            snapshot.files = files
                .into_iter()
                .map(|(path, stamp)| (self.outside(&path).clone(), stamp))
                .collect();
        }
        Ok(snapshot)
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let path = self.inside(path);
        match self.changed.get(path) {
            Some(file) => Ok(Box::new(Cursor::new(Arc::clone(&file.bytes)))),
            None => self.below.open(path),
        }
    }

    fn names(&self) -> NameRules {
        self.below.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        let path = self.inside(path);
        let stamp = self.below.stamp(path)?;
        let size = self.changed.get(path).map(|file| file.bytes.len() as u64);
        Ok(stamp.map(|stamp| Stamp { size: size.unwrap_or(stamp.size), ..stamp }))
    }

    fn is_current(&self, _: &RelPath, _: Stamp) -> Result<bool, TreeError> {
        Ok(true)
    }

    fn is_executable(&self, _: &RelPath) -> bool {
        false
    }
}
