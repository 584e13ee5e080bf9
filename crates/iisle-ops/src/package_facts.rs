//! What rules look at in a package: its contents as publish outputs, and what beside them they need.

use iisle_check::{ContentFacts, PackageFacts, PackageParts};
use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_tree::Tree;
use iisle_tree::digest::of_files;
use iisle_webdeploy::{Fault, Package, PackageContent, connection_strings};

use crate::Failure;

/// The largest file of settings that is read.
const MAX_SETTINGS: u64 = 1 << 20;

/// The facts of a package that could be opened.
pub(crate) struct Gathered<'a> {
    package: &'a Package,
    contents: Vec<ContentFacts>,
    idle: Vec<String>,
}

/// A publish folder that a package is compared with.
pub(crate) struct Built<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) output: &'a PublishOutput,
}

/// How the entry of the first content is found, as for an output.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) entry: Option<String>,
    pub(crate) names: Vec<String>,
}

impl<'a> Gathered<'a> {
    /// Looks at every folder of a package.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn of(
        package: &'a Package,
        known: Known,
        built: Option<&Built<'_>>,
    ) -> Result<Self, Failure> {
        let mut contents = Vec::new();
        let mut known = Some(known);
        let mut built = built;
        for content in package.contents().iter().filter(|content| !content.is_file) {
            // What is known is so about the first.
            let known = known.take().unwrap_or_default();
            contents.push(content_facts(package, content, known, built.take())?);
        }
        Ok(Self { package, contents, idle: package.idle_parameters() })
    }

    /// The facts, by the name that locations show.
    pub(crate) fn facts<'f>(&'f self, file: &'f str, faults: &'f [Fault]) -> PackageFacts<'f> {
        let Self { package, contents, idle } = self;
        let parts = PackageParts {
            manifest: package.manifest(),
            parameters: package.parameters(),
            idle,
            contents,
        };
        PackageFacts { file, faults, parts: Some(parts) }
    }

    /// The folder that comes first, as an output.
    pub(crate) fn first(&self) -> Option<&ContentFacts> {
        self.contents.first()
    }
}

fn content_facts(
    package: &Package,
    content: &PackageContent,
    known: Known,
    built: Option<&Built<'_>>,
) -> Result<ContentFacts, Failure> {
    let tree = package.tree(content);
    let Known { entry, names } = known;
    let output = crate::inspect::output(&tree, entry, None, names)?;
    let differing = match built {
        None => Vec::new(),
        Some(built) => differing(&tree, &output, built)?,
    };
    let mut named = Vec::new();
    for path in content.files.keys().filter(|path| holds_settings(path)) {
        // A broken entry is a finding of its own.
        let Ok(bytes) = tree.read_all(path, MAX_SETTINGS) else { continue };
        named.extend(connection_strings(&bytes).into_iter().map(|(name, _)| (path.clone(), name)));
    }
    Ok(ContentFacts { content: content.clone(), output, connection_strings: named, differing })
}

fn holds_settings(path: &RelPath) -> bool {
    let name = path.as_str().to_ascii_lowercase();
    let is_json = name.starts_with("appsettings.") && path.has_extension("json");
    path.is_top_level() && (name == "web.config" || is_json)
}

/// The web.config and the entry, as far as the publish folder of the same application has them
/// with other bytes.
fn differing(
    tree: &dyn Tree,
    packed: &PublishOutput,
    built: &Built<'_>,
) -> Result<Vec<RelPath>, Failure> {
    let output = built.output;
    let entry = output.entry_assembly().or_else(|| output.entry_program());
    // Without the same entry it is another application.
    let Some(entry) = entry.map(|file| file.path.as_str()) else { return Ok(Vec::new()) };
    if packed.file(entry).is_none() {
        return Ok(Vec::new());
    }
    let pairs = [entry, "web.config"].into_iter().filter_map(|path| {
        Some((packed.file(path)?.path.clone(), output.file(path)?.path.clone()))
    });
    let (inside, outside): (Vec<_>, Vec<_>) = pairs.unzip();
    let ours = of_files(tree, &inside, &|_, _| {});
    let theirs = of_files(built.tree, &outside, &|_, _| {});
    let mut found = Vec::new();
    for ((path, ours), theirs) in inside.into_iter().zip(ours).zip(theirs) {
        if ours? != theirs? {
            found.push(path);
        }
    }
    Ok(found)
}
