use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;

use iisle_path::{Patterns, RelPath};
use iisle_tree::folder::Attributes;
use iisle_tree::{Snapshot, Stamp, Ticks, Tree, TreeError};
use thiserror::Error;

use crate::archive::{
    Block, CacheUse, Cached, Compressor, Container, DosTime, Header, Level, Method, PackCache,
    Sizes, Small, content_tasks, deflate_text,
};
use crate::in_order::{Results, in_order};
use crate::layout::{BadName, Item, Layout, Skipped, lay_out};
use crate::manifest::archive_xml;
use crate::parameters::{access_path, application, folder_pattern, parameters_xml};
use crate::{Parameter, Parameters, SourcePath};

/// What a package is to be. The same options and the same files give the same bytes.
#[derive(Debug, Clone)]
pub struct PackOptions {
    /// The path that stands for the content inside the package.
    pub root: SourcePath,
    /// Where the application goes unless the deployer says otherwise: `Site/App` or a folder.
    /// `None` is what `parameters` says, else `Default Web Site`.
    pub application: Option<String>,
    /// Parameters beyond the application path, those of the user.
    pub parameters: Parameters,
    /// What is left out.
    pub skip: Patterns,
    /// Minutes by which the clock of the target is ahead of UTC; zip files hold local times.
    pub offset_minutes: i32,
    /// How hard to compress.
    pub level: Level,
    /// More entries than Web Deploy is documented for.
    pub entries: EntryLimit,
    /// Threads that compress; `None` is one per core, at most 16.
    pub threads: Option<NonZeroUsize>,
    /// What the content is to the target.
    pub shape: Shape,
    /// Access rules that are set on folders of an application.
    pub access: Vec<AccessRule>,
    /// Compressed content kept from earlier packages.
    pub cache: Option<Arc<dyn PackCache>>,
}

/// What the content of a package is to the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// `iisApp`: an application, created when it is missing, and its content.
    #[default]
    Application,
    /// `contentPath`: content of a site or folder.
    Content,
    /// `dirPath`: a folder.
    Folder,
}

/// A right that the account of the application pool gets on a folder of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRule {
    /// The folder; `None` for the root of the application.
    pub folder: Option<RelPath>,
    /// Names of `FileSystemRights`, with commas: `Read`, `Modify`.
    pub access: String,
}

impl Default for PackOptions {
    /// Times in UTC, the default level and limits, nothing skipped.
    fn default() -> Self {
        Self {
            root: SourcePath::default(),
            application: None,
            parameters: Parameters::default(),
            skip: Patterns::default(),
            offset_minutes: 0,
            level: Level::default(),
            entries: EntryLimit::Documented,
            threads: None,
            shape: Shape::Application,
            access: Vec::new(),
            cache: None,
        }
    }
}

/// How many entries a package may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EntryLimit {
    /// 65,535, the limit that is documented.
    #[default]
    Documented,
    /// As many as there are: Web Deploy reads them, other tools may not.
    Lifted,
}

/// A package that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// SHA-256 of the whole archive.
    pub sha256: [u8; 32],
    /// Bytes of the whole archive.
    pub size: u64,
    /// Entries of the archive, those for directories and the three XML files included.
    pub entries: u64,
    /// Files of the content.
    pub files: u64,
    /// Directories of the content, without its root.
    pub directories: u64,
    /// Bytes of the content before compression.
    pub content_bytes: u64,
    /// What the skip rules kept out, by path.
    pub skipped: Vec<Skipped>,
    /// What the package declares.
    pub parameters: Parameters,
    /// How often the cache had what was needed, when there was one.
    pub cache: Option<CacheUse>,
}

/// Why a package was not written. What was given to the output by then is not a package.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum PackError {
    #[error("{} cannot be packed: {}", count(.0), first(.0))]
    Names(Vec<BadName>),
    #[error("`{path}` has {size} bytes, Web Deploy takes files up to {limit}")]
    FileTooLarge { path: RelPath, size: u64, limit: u64 },
    #[error("the package would have {entries} entries, Web Deploy is documented for {limit}")]
    TooManyEntries { entries: u64, limit: u64 },
    #[error("{what} holds the character {character:?}, which XML cannot")]
    Text { what: String, character: char },
    #[error("`{0}` changed while it was packed")]
    Changed(RelPath),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("cannot write the package")]
    Output(#[from] io::Error),
}

fn count(bad: &[BadName]) -> String {
    if bad.len() == 1 { "1 name".to_owned() } else { format!("{} names", bad.len()) }
}

fn first(bad: &[BadName]) -> String {
    let shown: Vec<_> = bad.iter().take(3).map(BadName::to_string).collect();
    let more = if bad.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// What a package without a better idea is deployed to: the site every IIS starts with.
const DEFAULT_APPLICATION: &str = "Default Web Site";
/// The documented limit of entries.
const MAX_ENTRIES: u64 = 65_535;
/// Bytes that packing holds at once, the lists of files apart.
const MEMORY: usize = 52 * 1024 * 1024;
/// Of these, what must be left for content: the largest file that is compressed whole.
const LEAST_BUDGET: usize = 34 * 1024 * 1024;
/// More threads would cost memory and wait for the one that writes.
const MOST_THREADS: usize = 10;
/// Says nothing about the machine that packs.
const SYSTEM_INFO: &str = "\u{feff}<systemInfo osVersion=\"6.3\" winDir=\"C:\\Windows\" \
    processorArchitecture=\"x64\" msdeployVersion=\"1.0\" buildVersion=\"7.1.1992.0\" />";
/// The attributes of Windows that an entry can have.
const READ_ONLY: u32 = 0x01;
const DIRECTORY: u32 = 0x10;
const ARCHIVE: u32 = 0x20;

impl PackOptions {
    /// The parameters of the package: the application path first, then the user's.
    pub fn declared(&self) -> Parameters {
        let mut declared = Parameters::default();
        declared.merge(self.application());
        for parameter in &self.parameters {
            declared.merge(parameter.clone());
        }
        if declared.iter().next().is_some_and(|first| first.own_value().is_none()) {
            declared.merge(self.default_application());
        }
        for rule in &self.access {
            declared.merge(access_path(&self.root, rule));
        }
        declared
    }

    /// The parameter that says where the content goes.
    fn application(&self) -> Parameter {
        let mut parameter = application(&self.root, self.application.as_deref());
        let scope = match self.shape {
            Shape::Application => return parameter,
            Shape::Content => "contentPath",
            Shape::Folder => "dirPath",
        };
        for entry in &mut parameter.entries {
            scope.clone_into(&mut entry.scope);
            if self.shape == Shape::Folder {
                entry.matching = folder_pattern(&self.root);
            }
        }
        parameter
    }

    fn default_application(&self) -> Parameter {
        let default_value = Some(DEFAULT_APPLICATION.to_owned());
        Parameter { default_value, ..self.application() }
    }

    /// The texts of the package beside its content, by the names of their entries.
    pub fn texts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("archive.xml", archive_xml(self)),
            ("parameters.xml", parameters_xml(&self.declared())),
            ("systemInfo.xml", SYSTEM_INFO.to_owned()),
        ]
    }
}

/// Whether `snapshot` can become a package: all that [`pack`] checks before it reads or writes.
pub fn check(snapshot: &Snapshot, options: &PackOptions) -> Result<(), PackError> {
    checked(snapshot, options).map(|_| ())
}

fn checked(snapshot: &Snapshot, options: &PackOptions) -> Result<(Layout, Parameters), PackError> {
    let layout = lay_out(snapshot, &options.skip)?;
    let entries = layout.content.len() as u64 + 4;
    if options.entries == EntryLimit::Documented && entries > MAX_ENTRIES {
        return Err(PackError::TooManyEntries { entries, limit: MAX_ENTRIES });
    }
    let parameters = options.declared();
    check_text(options, &parameters)?;
    Ok((layout, parameters))
}

/// Writes the package of `snapshot`, whose files `tree` gives, to `out`.
///
/// All names, sizes and counts are checked before anything is read or written. Files are
/// compressed on several threads and written in order, so the bytes do not depend on their
/// number. `progress` is told how many files and bytes were compressed since the last time, from
/// any thread.
///
/// # Errors
/// [`PackError`]. When it comes from a file or the output, something may have been written:
/// give a temporary file and rename it afterwards.
pub fn pack(
    tree: &dyn Tree,
    snapshot: &Snapshot,
    options: &PackOptions,
    out: &mut dyn Write,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Packed, PackError> {
    let (layout, parameters) = checked(snapshot, options)?;
    let mut tasks = Vec::new();
    for (path, stamp) in layout.files() {
        tasks.extend(content_tasks(path, stamp));
    }
    let cached = options.cache.as_deref().map(Cached::new);
    let threads = options.threads.unwrap_or_else(|| {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        NonZeroUsize::new(cores.min(MOST_THREADS)).expect("there is a core")
    });
    let small = Small::of(threads);
    let cached = cached.as_ref();
    let compressor = Compressor { tree, level: options.level, progress, cached, small };
    let budget = MEMORY.saturating_sub(threads.get() * small.tools_bytes()).max(LEAST_BUDGET);
    let latest = layout.latest;
    let mut writer = Writer { container: Container::new(out), options, latest };
    in_order(&compressor, &tasks, threads, budget, |results| {
        writer.text("archive.xml", &archive_xml(options))?;
        writer.content(&layout, results)?;
        writer.text("parameters.xml", &parameters_xml(&parameters))?;
        writer.text("systemInfo.xml", SYSTEM_INFO)
    })?;
    let finished = writer.container.finish()?;
    let files = layout.files().count() as u64;
    Ok(Packed {
        sha256: finished.sha256,
        size: finished.size,
        entries: finished.entries,
        files,
        directories: layout.content.len() as u64 - files,
        content_bytes: layout.files().map(|(_, stamp)| stamp.size).sum(),
        skipped: layout.skipped,
        parameters,
        cache: cached.map(Cached::used),
    })
}

struct Writer<'a, W: Write> {
    container: Container<W>,
    options: &'a PackOptions,
    /// The time of what has no time of its own.
    latest: Ticks,
}

impl<W: Write> Writer<'_, W> {
    fn time(&self, at: Ticks) -> DosTime {
        DosTime::of(at, self.options.offset_minutes)
    }

    fn text(&mut self, name: &str, text: &str) -> Result<(), PackError> {
        let bytes = deflate_text(text.as_bytes(), self.options.level);
        let time = self.time(self.latest);
        let header = Header { name, method: Method::Deflated, time, attributes: 0 };
        let crc = crc32fast::hash(text.as_bytes());
        Ok(self.container.entry(header, crc, text.len() as u64, &bytes)?)
    }

    fn directory(&mut self, name: &str, at: Ticks, marks: Attributes) -> Result<(), PackError> {
        let time = self.time(at);
        let attributes = DIRECTORY | marks.bits();
        let header = Header { name, method: Method::Stored, time, attributes };
        Ok(self.container.entry(header, 0, 0, &[])?)
    }

    fn content(
        &mut self,
        layout: &Layout,
        results: &mut Results<'_, Result<Block, PackError>>,
    ) -> Result<(), PackError> {
        let root = format!("{}/", self.options.root.content_folder());
        self.directory(&root, layout.latest, Attributes::NONE)?;
        for (path, item) in &layout.content {
            match item {
                Item::Directory(latest, marks) => {
                    self.directory(&format!("{root}{path}/"), *latest, *marks)?;
                }
                Item::File(stamp) => self.file(&format!("{root}{path}"), path, *stamp, results)?,
            }
        }
        Ok(())
    }

    fn file(
        &mut self,
        name: &str,
        path: &RelPath,
        stamp: Stamp,
        results: &mut Results<'_, Result<Block, PackError>>,
    ) -> Result<(), PackError> {
        let visibility = stamp.visibility.unwrap_or_default();
        let read_only = if stamp.read_only { READ_ONLY } else { 0 };
        let attributes = ARCHIVE | read_only | visibility.bits();
        let time = self.time(stamp.modified);
        let parts = content_tasks(path, stamp).count();
        if parts == 1 {
            let block = results.next()?;
            let header = Header { name, method: block.method, time, attributes };
            let crc = block.crc.finalize();
            return Ok(self.container.entry(header, crc, block.length, &block.bytes)?);
        }
        let header = Header { name, method: Method::Deflated, time, attributes };
        self.container.streamed(header, |sink| {
            let mut crc = crc32fast::Hasher::new();
            let mut sizes = Sizes::default();
            for _ in 0..parts {
                let block = results.next()?;
                crc.combine(&block.crc);
                sizes.size += block.length;
                sizes.compressed += block.bytes.len() as u64;
                sink.write_all(&block.bytes)?;
            }
            Ok(Sizes { crc: crc.finalize(), ..sizes })
        })
    }
}

/// Whether everything that becomes XML can be written as XML.
fn check_text(options: &PackOptions, parameters: &Parameters) -> Result<(), PackError> {
    let check = |what: &str, text: &str| match text.chars().find(|c| !is_xml(*c)) {
        None => Ok(()),
        Some(character) => Err(PackError::Text { what: what.to_owned(), character }),
    };
    check("the path of the content", options.root.as_str())?;
    for parameter in parameters {
        let what = format!("the parameter `{}`", parameter.name.escape_debug());
        let texts = [&parameter.friendly_name, &parameter.description, &parameter.default_value];
        let texts = texts.into_iter().chain([&parameter.value]).flatten();
        let entries = parameter.entries.iter().flat_map(|e| [&e.scope, &e.matching]);
        let validations = parameter.validations.iter().filter_map(|v| v.text.as_ref());
        for text in texts.chain(entries).chain(validations).chain([&parameter.name]) {
            check(&what, text)?;
        }
    }
    Ok(())
}

/// Source: XML 1.0, production `Char`.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{LEAST_BUDGET, MEMORY, MOST_THREADS, Small};
    use std::num::NonZeroUsize;

    #[test]
    fn whatever_the_number_of_threads_there_is_room_for_the_largest_file_within_the_memory() {
        for threads in (1..=MOST_THREADS).filter_map(NonZeroUsize::new) {
            let tools = threads.get() * Small::of(threads).tools_bytes();
            assert!(tools + LEAST_BUDGET <= MEMORY, "{threads}");
        }
    }
}
