use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, SeekFrom};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use iisle_path::{NameRules, RelPath};
use iisle_tree::{Stamp, Tree, TreeError};

use super::{App, Class, Deps, File, RuntimeConfig, WebConfigFile};
use crate::image::{BundleFile, BundleFileType, Format, Image, LookAlike, Part, inspect_image};

/// JSON and XML files of a publish are far smaller.
pub(super) const LARGEST_TEXT: u64 = 64 * 1024 * 1024;
/// More threads than this wait for the disk together.
const MOST_THREADS: usize = 8;
/// Files one thread takes at a time.
const BATCH: usize = 16;

/// What is in the folder, before any conclusion.
pub(super) struct Folder<'t> {
    pub(super) tree: &'t dyn Tree,
    /// Sorted by path; classes are not known yet.
    pub(super) files: Vec<File>,
    pub(super) directories: BTreeSet<RelPath>,
    /// Sorted by stem.
    pub(super) apps: Vec<App>,
    pub(super) web_config: Option<WebConfigFile>,
    /// Indices into `files` by the name as Windows compares it; of two the first.
    pub(super) by_name: BTreeMap<String, usize>,
}

impl<'t> Folder<'t> {
    pub(super) fn gather(tree: &'t dyn Tree) -> Result<Self, TreeError> {
        let snapshot = tree.snapshot()?;
        let images = read_images(tree, &snapshot.files);
        let mut files = Vec::new();
        let mut by_name = BTreeMap::new();
        for ((path, stamp), image) in snapshot.files.into_iter().zip(images) {
            by_name.entry(NameRules::Windows.fold(path.as_str())).or_insert(files.len());
            let Stamp { size, modified, read_only: _, visibility: _ } = stamp;
            files.push(File { path, size, modified, class: Class::Other, image });
        }
        let directories = snapshot.directories.into_keys().collect();
        let (apps, web_config) = (Vec::new(), None);
        let mut folder = Self { tree, files, directories, apps, web_config, by_name };
        folder.read_apps()?;
        folder.read_web_config()?;
        Ok(folder)
    }

    /// The file at this path, ignoring case as Windows does.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        if let Ok(at) = self.files.binary_search_by(|file| file.path.as_str().cmp(path)) {
            return self.files.get(at);
        }
        self.by_name.get(&NameRules::Windows.fold(path)).and_then(|at| self.files.get(*at))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.file(path).is_some()
    }

    pub(super) fn app(&self, stem: &str) -> Option<&App> {
        self.apps.iter().find(|app| NameRules::Windows.same(&app.stem, stem))
    }

    /// The files in the root.
    pub(super) fn root(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.is_top_level())
    }

    /// The program that starts an app: the one that bears its name, else one that was renamed and
    /// still starts its assembly.
    pub(super) fn program_of(&self, stem: &str) -> Option<&File> {
        let dll = format!("{stem}.dll");
        let starts_it = |file: &&File| {
            let host = file.image.as_ref().and_then(|image| image.host.as_ref());
            let app = host.and_then(|host| host.app.as_deref());
            app.is_some_and(|app| NameRules::Windows.same(app, &dll))
        };
        self.program(stem).or_else(|| self.root().find(starts_it))
    }

    /// The image of an assembly that lies inside a program; `None` when it is deflated.
    pub(super) fn bundled_image(&self, program: &File, name: &str) -> Option<Image> {
        let bundle = program.image.as_ref()?.bundle()?;
        let inside = bundle.files.iter().find(|file| NameRules::Windows.same(&file.path, name))?;
        if inside.compressed_size > 0 {
            return None;
        }
        let mut content = self.tree.open(&program.path).ok()?;
        let mut part = Part::new(&mut *content, inside.offset, inside.size);
        inspect_image(name, inside.size, &mut part).ok()
    }

    /// The program of a stem: `App.exe`, or `App` of another system.
    pub(super) fn program(&self, stem: &str) -> Option<&File> {
        let is_program = |file: &&File| {
            file.image.as_ref().is_some_and(|it| it.format != Format::Other && it.is_program())
        };
        let exe = self.file(&format!("{stem}.exe")).filter(|file| file.image.is_some());
        exe.or_else(|| self.file(stem).filter(is_program))
    }

    fn read_apps(&mut self) -> Result<(), TreeError> {
        let mut apps: BTreeMap<String, App> = BTreeMap::new();
        for file in self.files.iter().filter(|file| file.path.is_top_level()) {
            let path = file.path.as_str();
            if let Some(stem) = without_suffix(path, ".runtimeconfig.json") {
                let bytes = self.tree.read_all(&file.path, LARGEST_TEXT)?;
                app_of(&mut apps, stem).runtime_config = Some(RuntimeConfig::read(path, &bytes));
            } else if let Some(stem) = without_suffix(path, ".deps.json") {
                let bytes = self.tree.read_all(&file.path, LARGEST_TEXT)?;
                app_of(&mut apps, stem).deps = Some(Deps::read(path, &bytes));
            }
        }
        // What lies inside a program is what the program uses.
        for file in self.files.iter().filter(|file| file.path.is_top_level()) {
            let Some(bundle) = file.image.as_ref().and_then(Image::bundle) else { continue };
            let app = app_of(&mut apps, file.path.file_stem());
            for inside in &bundle.files {
                let Some(bytes) = self.read_bundled(&file.path, inside)? else { continue };
                if inside.kind == BundleFileType::RuntimeConfig {
                    let read = RuntimeConfig::read(inside.path.as_str(), &bytes);
                    app.runtime_config = Some(RuntimeConfig { bundled: true, ..read });
                } else {
                    let read = Deps::read(inside.path.as_str(), &bytes);
                    app.deps = Some(Deps { bundled: true, ..read });
                }
            }
        }
        self.apps = apps.into_values().collect();
        Ok(())
    }

    /// The content of a JSON file inside a program; `None` for other files, and for deflated ones,
    /// which the SDK does not write.
    fn read_bundled(
        &self,
        program: &RelPath,
        inside: &BundleFile,
    ) -> Result<Option<Vec<u8>>, TreeError> {
        let is_json = matches!(inside.kind, BundleFileType::Deps | BundleFileType::RuntimeConfig);
        if !is_json || inside.compressed_size > 0 || inside.size > LARGEST_TEXT {
            return Ok(None);
        }
        let failed = |source| TreeError::io("read", program.as_str(), source);
        let mut content = self.tree.open(program)?;
        content.seek(SeekFrom::Start(inside.offset)).map_err(failed)?;
        let mut bytes = Vec::new();
        content.take(inside.size).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn read_web_config(&mut self) -> Result<(), TreeError> {
        let Some(file) = self.file("web.config") else {
            return Ok(());
        };
        let path = file.path.clone();
        let bytes = self.tree.read_all(&path, LARGEST_TEXT)?;
        self.web_config = Some(WebConfigFile { path, content: iisle_webconfig::read(&bytes) });
        Ok(())
    }
}

fn app_of<'a>(apps: &'a mut BTreeMap<String, App>, stem: &str) -> &'a mut App {
    let app = App { stem: stem.to_owned(), runtime_config: None, deps: None };
    apps.entry(stem.to_owned()).or_insert(app)
}

/// The rest of a text that ends in `suffix`, ignoring ASCII case; never empty.
pub(super) fn without_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len()).filter(|at| *at > 0)?;
    let end = text.get(at..)?;
    end.eq_ignore_ascii_case(suffix).then(|| &text[..at])
}

/// Whether a text ends in `suffix`, ignoring ASCII case.
pub(super) fn has_suffix(text: &str, suffix: &str) -> bool {
    without_suffix(text, suffix).is_some()
}

/// Whether the name is one that binaries bear.
fn names_binary(path: &RelPath) -> bool {
    const EXTENSIONS: [&str; 10] =
        ["dll", "exe", "so", "dylib", "wasm", "node", "ocx", "winmd", "mui", "sys"];
    let name = path.file_name();
    EXTENSIONS.iter().any(|extension| path.has_extension(extension)) || name.contains(".so.")
}

/// Whether only the content can say that it is a binary: programs of Unix bear any name.
fn may_be_program(path: &RelPath, apps: &BTreeSet<&str>) -> bool {
    path.extension().is_none() || path.is_top_level() && apps.contains(path.as_str())
}

/// The image of each file, in order; `None` for files that are no binaries.
fn read_images(tree: &dyn Tree, files: &BTreeMap<RelPath, Stamp>) -> Vec<Option<Image>> {
    let stems = files.keys().filter_map(|path| without_suffix(path.as_str(), ".dll"));
    let configs =
        files.keys().filter_map(|path| without_suffix(path.as_str(), ".runtimeconfig.json"));
    let stems: BTreeSet<_> = stems.chain(configs).collect();
    let wanted: Vec<_> = files
        .iter()
        .enumerate()
        .filter(|(_, (path, _))| names_binary(path) || may_be_program(path, &stems))
        .map(|(index, (path, stamp))| (index, path, *stamp))
        .collect();
    let mut images: Vec<Option<Image>> = Vec::new();
    images.resize_with(files.len(), || None);
    let found = Mutex::new(images);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(batch) = wanted.get(start..wanted.len().min(start + BATCH)) else { break };
            if batch.is_empty() {
                break;
            }
            let read: Vec<_> = batch
                .iter()
                .map(|(at, path, stamp)| (*at, read_image(tree, path, *stamp)))
                .collect();
            let mut found = found.lock().expect("no holder of this lock panics");
            for (at, image) in read {
                found[at] = image;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(MOST_THREADS).min(wanted.len() / BATCH + 1);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    found.into_inner().expect("no holder of this lock panics")
}

fn read_image(tree: &dyn Tree, path: &RelPath, stamp: Stamp) -> Option<Image> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let mut image = Image::unknown(stamp.size);
        image.error = Some(format!("it cannot be read: {error}"));
        image
    };
    let image = match tree.open(path) {
        Ok(mut content) => inspect_image(path.file_name(), stamp.size, &mut *content)
            .unwrap_or_else(|error| unreadable(&error)),
        Err(error) => unreadable(&error),
    };
    // Most files without an extension are texts.
    let is_text = image.look_alike.is_some_and(|it| it != LookAlike::Empty || !names_binary(path));
    (names_binary(path) || !is_text && image.error.is_none()).then_some(image)
}
