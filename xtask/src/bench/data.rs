//! What scenarios work on, made the same every time.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::measure::put_aside;
use crate::process;

/// Programs of the made publish output; with sizes of [`LARGEST`]` / rank` they make 105 MB.
const PROGRAMS: usize = 400;
/// Bytes of the largest program: what `System.Private.CoreLib.dll` has.
const LARGEST: usize = 16_000_000;
/// More than the bytes of any small file; their sizes are spread evenly below it.
const LONGEST_SMALL: usize = 7_001;
/// Scripts and pictures of the made publish output: another 5 MB.
const ASSETS: usize = 40;
const ASSET: usize = 125_000;

/// A folder, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) files: usize,
    pub(super) bytes: u64,
}

impl Folder {
    /// Counts what is there.
    pub(super) fn count(path: &Path) -> Result<Self> {
        let mut folder = Self { path: path.to_owned(), files: 0, bytes: 0 };
        let mut open = vec![path.to_owned()];
        while let Some(next) = open.pop() {
            for entry in
                next.read_dir().with_context(|| format!("cannot list {}", next.display()))?
            {
                let entry = entry?;
                let facts = entry.metadata()?;
                if facts.is_dir() {
                    open.push(entry.path());
                } else {
                    folder.files += 1;
                    folder.bytes += facts.len();
                }
            }
        }
        Ok(folder)
    }
}

/// A folder like a self-contained publish output: sizes by rank as there, machine code of rustc's own
/// library in the programs (it compresses to 39 %, real outputs to 43 to 45 %), scripts and pictures.
pub(super) fn publish_output(within: &Path) -> Result<Folder> {
    let folder = within.join("publish-output");
    put_aside(&folder)?;
    let library = rustc_library()?;
    let code =
        std::fs::read(&library).with_context(|| format!("cannot read {}", library.display()))?;
    let wwwroot = folder.join("wwwroot");
    std::fs::create_dir_all(&wwwroot).context("cannot create the data")?;
    let mut at = 0;
    for rank in 1..=PROGRAMS {
        let size = LARGEST / rank;
        let mut content = Vec::with_capacity(size);
        while content.len() < size {
            let part = (size - content.len()).min(code.len() - at);
            content.extend(&code[at..at + part]);
            at = (at + part) % code.len();
        }
        write(&folder.join(format!("Company.Product.Part{rank:03}.dll")), &content)?;
    }
    for number in 0..ASSETS {
        let (name, content) = if number % 2 == 0 {
            (format!("script{number}.js"), script(number, ASSET))
        } else {
            (format!("picture{number}.webp"), Noise::new(number).take(ASSET).collect())
        };
        write(&wwwroot.join(name), &content)?;
    }
    Folder::count(&folder)
}

/// As many copies of a folder as make `bytes`, with a long file after every fourth of them.
///
/// Copies are further names of the same files where the disk can do that: they cost no space.
pub(super) fn repeated(within: &Path, folder: &Folder, bytes: u64) -> Result<Folder> {
    let root = fresh(within, &format!("repeated-{}", bytes / 1_000_000))?;
    let mut made = 0;
    for number in 0.. {
        if made >= bytes {
            break;
        }
        if number % 4 == 3 {
            made += long_file(&root.join(format!("long{number}.bin")), folder, bytes - made)?;
        } else {
            link_all(&folder.path, &root.join(format!("copy{number}")))?;
            made += folder.bytes;
        }
    }
    Folder::count(&root)
}

/// Bytes of a long file: far beyond what is compressed as a whole.
const LONG: u64 = 250_000_000;

/// Writes the files of a folder one after the other, up to [`LONG`] and `most` bytes; how many.
fn long_file(path: &Path, folder: &Folder, most: u64) -> Result<u64> {
    use std::io::{Read as _, Write as _};
    let most = most.min(LONG);
    let mut out = std::fs::File::create(path).context("cannot create the data")?;
    let mut written = 0;
    let mut files: Vec<_> = files_of(&folder.path)?;
    files.sort();
    for file in files {
        let content = std::fs::File::open(&file).context("cannot read the data")?;
        written += std::io::copy(&mut content.take(most - written), &mut out)
            .context("cannot create the data")?;
    }
    out.flush().context("cannot create the data")?;
    Ok(written)
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        if entry.metadata()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

fn link_all(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).context("cannot create the data")?;
    for entry in from.read_dir().with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.metadata()?.is_dir() {
            link_all(&from, &to)?;
        } else if std::fs::hard_link(&from, &to).is_err() {
            std::fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}

/// The compiler itself: a large library of native code that is wherever this program is built.
fn rustc_library() -> Result<PathBuf> {
    let sysroot = process::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    for folder in ["lib", "bin"] {
        let folder = Path::new(sysroot.trim()).join(folder);
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.contains("rustc_driver-")
                && (name.contains(".so") || name.contains(".dll") || name.contains(".dylib"))
            {
                return Ok(entry.path());
            }
        }
    }
    bail!("rustc has no library to make data of; give a publish output with --data")
}

/// The same files with other content in one of `every`, as long as it was.
pub(super) fn changed(within: &Path, folder: &Folder, every: usize) -> Result<Folder> {
    let root = fresh(within, "changed")?;
    link_all(&folder.path, &root)?;
    let mut files = Vec::new();
    all_files(&root, &mut files)?;
    files.sort();
    for (number, file) in files.iter().enumerate().step_by(every) {
        let facts = std::fs::metadata(file).context("cannot read the data")?;
        // The other name of the file keeps its content.
        std::fs::remove_file(file).context("cannot change the data")?;
        let size = usize::try_from(facts.len()).context("a file is too large")?;
        write(file, &script(number + 1, size))?;
    }
    Folder::count(&root)
}

/// So many copies of a folder, further names of the same files where the disk can do that.
pub(super) fn copies(within: &Path, folder: &Folder, times: usize) -> Result<Folder> {
    let root = fresh(within, "copies")?;
    for number in 0..times {
        link_all(&folder.path, &root.join(format!("copy{number}")))?;
    }
    Folder::count(&root)
}

fn fresh(within: &Path, name: &str) -> Result<PathBuf> {
    let root = within.join(name);
    put_aside(&root)?;
    std::fs::create_dir_all(&root).context("cannot create the data")?;
    Ok(root)
}

fn all_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        if entry.metadata()?.is_dir() {
            all_files(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Many files of 3.5 KB on average in folders of a hundred.
pub(super) fn small_files(within: &Path, count: usize) -> Result<Folder> {
    let root = within.join(format!("files-{count}"));
    if root.is_dir() {
        let found = Folder::count(&root)?;
        if found.files == count {
            return Ok(found);
        }
        std::fs::remove_dir_all(&root).context("cannot remove the earlier data")?;
    }
    for number in 0..count {
        let folder = root
            .join(format!("part{:03}", number / 1000))
            .join(format!("group{}", number / 100 % 10));
        if number % 100 == 0 {
            std::fs::create_dir_all(&folder).context("cannot create the data")?;
        }
        write(
            &folder.join(format!("file{number:06}.txt")),
            &script(number, number * 7 % LONGEST_SMALL),
        )?;
    }
    Folder::count(&root)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    std::fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Text that repeats itself as scripts do.
fn script(seed: usize, size: usize) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "function ",
        "return ",
        "const ",
        "this.",
        "value",
        "index",
        "element",
        "=",
        "=>",
        "(",
        ")",
        "{",
        "}",
        ";\n",
        "prototype.",
        "length",
    ];
    let mut noise = Noise::new(seed);
    let mut text = Vec::with_capacity(size + 16);
    while text.len() < size {
        let pick = noise.next().unwrap_or_default();
        text.extend(WORDS[usize::from(pick % 16)].as_bytes());
        if pick > 200 {
            text.extend(format!("{pick:x}").as_bytes());
        }
    }
    text.truncate(size);
    text
}

/// Bytes without a pattern, the same for the same seed.
struct Noise(u64);

impl Noise {
    fn new(seed: usize) -> Self {
        Self(seed as u64)
    }
}

impl Iterator for Noise {
    type Item = u8;

    /// Source: Knuth's constants for a linear congruential generator.
    fn next(&mut self) -> Option<u8> {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(self.0.to_be_bytes()[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_others() {
        assert_eq!(script(1, 400), script(1, 400));
        assert_ne!(script(1, 400), script(2, 400));
        assert_eq!(script(3, 17).len(), 17);
    }

    #[test]
    fn noise_does_not_compress_and_scripts_do() {
        use std::io::Write;
        let packed = |bytes: &[u8]| {
            let mut deflate =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            deflate.write_all(bytes).unwrap();
            deflate.finish().unwrap().len()
        };
        let noise: Vec<u8> = Noise::new(7).take(50_000).collect();
        assert!(packed(&noise) > 49_000);
        assert!(packed(&script(7, 50_000)) < 25_000);
    }

    #[test]
    fn copies_and_long_files_make_the_size_asked_for() {
        let within = tempfile::tempdir().unwrap();
        let one = small_files(within.path(), 50).unwrap();
        let ten = repeated(within.path(), &one, one.bytes * 10).unwrap();
        assert!((one.bytes * 10..=one.bytes * 11).contains(&ten.bytes), "{ten:?}");
        assert!(ten.files > 50 * 6);
    }

    #[test]
    fn a_few_files_have_other_content_of_the_same_length() {
        let within = tempfile::tempdir().unwrap();
        let one = small_files(within.path(), 250).unwrap();
        let other = changed(within.path(), &one, 100).unwrap();
        assert_eq!((other.files, other.bytes), (one.files, one.bytes));
        let mut files = Vec::new();
        all_files(&one.path, &mut files).unwrap();
        let differs = |file: &&PathBuf| {
            let twin = other.path.join(file.strip_prefix(&one.path).unwrap());
            std::fs::read(file).unwrap() != std::fs::read(twin).unwrap()
        };
        // The first file is empty, and an empty file is what it was.
        assert_eq!(files.iter().filter(differs).count(), 2);
        assert_eq!(copies(within.path(), &one, 3).unwrap().files, 750);
    }

    #[test]
    fn as_many_small_files_as_asked_for_and_made_once() {
        let within = tempfile::tempdir().unwrap();
        let made = small_files(within.path(), 250).unwrap();
        assert_eq!(made.files, 250);
        assert_eq!(small_files(within.path(), 250).unwrap(), made);
    }
}
