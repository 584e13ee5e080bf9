use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use iisle_path::RelPath;
use iisle_tree::digest::Digest;
use iisle_tree::{Stamp, Ticks};
use memchr::{memchr, memchr2};
use serde_json::Value;
use thiserror::Error;

/// The version of the form.
const SCHEMA: u64 = 1;

/// Whose files a deployment brings. Several may go to one folder; each has a manifest of its own and
/// deletes only its own files.
///
/// A name of letters, digits, `-` and `_`, at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream(String);

impl Default for Stream {
    /// `main`.
    fn default() -> Self {
        Self("main".to_owned())
    }
}

/// A text that is no name of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no name of a stream: expected letters, digits, `-` and `_`, at most 64")]
pub struct StreamError(String);

impl Stream {
    /// Reads a name.
    ///
    /// # Errors
    /// When it holds anything else than names of streams do.
    pub fn parse(text: &str) -> Result<Self, StreamError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=64).contains(&text.len()) && text.bytes().all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StreamError(text.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the manifest knows of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its size in bytes.
    pub size: u64,
    /// Its last write.
    pub modified: Ticks,
    /// Its digest; `None` for a file that was there before the first deployment.
    pub digest: Option<Digest>,
    /// The last write of the file it was made from, when that is another.
    pub origin: Option<Ticks>,
}

impl Entry {
    /// Whether a file looks as it was deployed.
    pub fn is(&self, found: Stamp) -> bool {
        (self.size, self.modified) == (found.size, found.modified)
    }
}

/// The files that the last deployment of a stream brought or found as it wanted them.
///
/// Kept as text, a line for each file in the order of paths: a large one is neither parsed nor
/// written anew for a few changes.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    text: Vec<u8>,
    /// Each file's line without the comma, in order.
    lines: Vec<Range<usize>>,
}

const START: &[u8] = b"{\"path\":\"";

impl Manifest {
    /// Reads what a `Writer` wrote, or the same JSON in another form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: Vec<u8>) -> Result<Self, String> {
        match Self::lines(&text) {
            Some(lines) => Ok(Self { text, lines }),
            None => Self::parse_json(&text),
        }
    }

    /// The lines of a manifest in our own form.
    fn lines(text: &[u8]) -> Option<Vec<Range<usize>>> {
        let mut lines = Vec::new();
        let mut at = memchr(b'\n', text)? + 1;
        if !text[..at].ends_with(b"\"files\":[\n") || !text[..at].starts_with(b"{\"schema\":1,") {
            return None;
        }
        let mut before = Cow::Borrowed(&[][..]);
        while &text[at..] != b"]}\n" {
            let end = at + memchr(b'\n', &text[at..])?;
            let line = &text[at..end];
            // Every line but the last has a comma.
            let is_last = &text[end + 1..] == b"]}\n";
            let line = if is_last { line } else { line.strip_suffix(b",")? };
            if !line.starts_with(START) || !line.ends_with(b"}") {
                return None;
            }
            let path = key(line);
            if path <= before {
                return None;
            }
            before = path;
            lines.push(at..at + line.len());
            at = end + 1;
        }
        Some(lines)
    }

    fn parse_json(text: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if value["schema"] != SCHEMA {
            return Err(format!("its form is {}", value["schema"]));
        }
        let files = value["files"].as_array().ok_or("it lists no files")?;
        let mut known = std::collections::BTreeMap::new();
        for file in files {
            let bad = || format!("`{file}` is no file");
            let path = file["path"].as_str().and_then(|path| RelPath::parse(path).ok());
            known.insert(path.ok_or_else(bad)?, entry(file).ok_or_else(bad)?);
        }
        let head = Head { stream: &Stream::default(), ..Head::default() };
        let mut writer = Writer::new(&head);
        for (path, entry) in &known {
            writer.entry(path, entry);
        }
        let text = writer.finish();
        let lines = Self::lines(&text).ok_or("it cannot be read")?;
        Ok(Self { text, lines })
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it lists no file.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The file of that path.
    pub fn get(&self, path: &RelPath) -> Option<Entry> {
        let find = |line: &Range<usize>| self.key(line).as_ref().cmp(bytes(path));
        let at = self.lines.binary_search_by(find).ok()?;
        entry(&serde_json::from_slice(&self.text[self.lines[at].clone()]).ok()?)
    }

    /// The deployment that made it.
    pub fn deployment(&self) -> Option<String> {
        let end = self.text.iter().position(|byte| *byte == b'\n')?;
        let head = [&self.text[..end], b"]}"].concat();
        let value: Value = serde_json::from_slice(&head).ok()?;
        value["deployment"].as_str().map(str::to_owned)
    }

    /// The manifest after a deployment: `changes` by path, `None` for files that are gone.
    ///
    /// `changes` is in order of paths. What lies between them is copied as it stands.
    pub fn changed(&self, head: &Head<'_>, changes: &[(&RelPath, Option<Entry>)]) -> Vec<u8> {
        let mut writer = Writer::new(head);
        writer.text.reserve(self.text.len() + changes.len() * 150);
        let mut at = 0;
        for (path, entry) in changes {
            let start = at;
            at = self.first_from(at, path);
            writer.lines(self.between(start, at));
            if let Some(entry) = entry {
                writer.entry(path, entry);
            }
            if self.lines.get(at).is_some_and(|line| self.key(line).as_ref() == bytes(path)) {
                at += 1;
            }
        }
        writer.lines(self.between(at, self.lines.len()));
        writer.finish()
    }

    /// The first line from `start` on whose path is not before `path`.
    fn first_from(&self, start: usize, path: &RelPath) -> usize {
        let is_before = |line: &Range<usize>| self.key(line).as_ref() < bytes(path);
        // Where everything changes, it is the next one.
        if self.lines.get(start).is_none_or(|line| !is_before(line)) {
            return start;
        }
        start + self.lines[start..].partition_point(is_before)
    }

    /// Lines that follow one another, as they are written.
    fn between(&self, start: usize, end: usize) -> &[u8] {
        match &self.lines[start..end] {
            [first, .., last] => &self.text[first.start..last.end],
            [only] => &self.text[only.clone()],
            [] => &[],
        }
    }

    fn key(&self, line: &Range<usize>) -> Cow<'_, [u8]> {
        key(&self.text[line.clone()])
    }
}

fn bytes(path: &RelPath) -> &[u8] {
    path.as_str().as_bytes()
}

/// The path in a line, unescaped.
fn key(line: &[u8]) -> Cow<'_, [u8]> {
    let text = &line[START.len()..];
    let mut at = memchr2(b'"', b'\\', text).unwrap_or(text.len());
    if text.get(at) != Some(&b'\\') {
        return Cow::Borrowed(&text[..at]);
    }
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    let quoted = &line[START.len() - 1..line.len().min(START.len() + at + 1)];
    let decoded: String = serde_json::from_slice(quoted).unwrap_or_default();
    Cow::Owned(decoded.into_bytes())
}

fn entry(value: &Value) -> Option<Entry> {
    let digest = match &value["digest"] {
        Value::Null => None,
        digest => Some(Digest::parse(digest.as_str()?)?),
    };
    let (size, modified) = (value["size"].as_u64()?, value["modified"].as_i64()?);
    let origin = value["origin"].as_i64().map(Ticks);
    Some(Entry { size, modified: Ticks(modified), digest, origin })
}

/// What a manifest says of its deployment.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Whose files.
    pub stream: &'a Stream,
    /// Which deployment.
    pub deployment: &'a str,
    /// Where the files came from, for people.
    pub source: &'a str,
    /// Name and version of the program.
    pub tool: &'a str,
}

impl Default for Head<'_> {
    fn default() -> Self {
        static MAIN: std::sync::LazyLock<Stream> = std::sync::LazyLock::new(Stream::default);
        Self { stream: &MAIN, deployment: "", source: "", tool: "" }
    }
}

/// Writes a manifest, file by file in order of paths.
#[derive(Debug)]
struct Writer {
    text: Vec<u8>,
    is_first: bool,
}

impl Writer {
    fn new(head: &Head<'_>) -> Self {
        let Head { stream, deployment, source, tool } = *head;
        let [stream, deployment, source, tool] =
            [stream.as_str(), deployment, source, tool].map(Value::from);
        let text = format!(
            "{{\"schema\":{SCHEMA},\"stream\":{stream},\"deployment\":{deployment},\"source\":{source},\"tool\":{tool},\"files\":[\n"
        );
        Self { text: text.into_bytes(), is_first: true }
    }

    /// Adds lines, which end neither in a comma nor in a line end; none for an empty text.
    fn lines(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        if !std::mem::take(&mut self.is_first) {
            self.text.extend_from_slice(b",\n");
        }
        self.text.extend_from_slice(lines);
    }

    fn entry(&mut self, path: &RelPath, entry: &Entry) {
        let Entry { size, modified, digest, origin } = entry;
        let path = Value::from(path.as_str());
        let mut line = format!("{{\"path\":{path},\"size\":{size},\"modified\":{}", modified.0);
        let written = match digest {
            Some(digest) => write!(line, ",\"digest\":\"{digest}\""),
            None => write!(line, ",\"digest\":null"),
        };
        let written = written.and_then(|()| match origin {
            Some(origin) => write!(line, ",\"origin\":{}}}", origin.0),
            None => write!(line, "}}"),
        });
        written.expect("a string takes everything");
        self.lines(line.as_bytes());
    }

    fn finish(mut self) -> Vec<u8> {
        let end: &[u8] = if self.is_first { b"]}\n" } else { b"\n]}\n" };
        self.text.extend_from_slice(end);
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Head, Manifest, Stream};
    use iisle_path::RelPath;
    use iisle_tree::Ticks;
    use iisle_tree::digest::Digest;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn entry(size: u64) -> Entry {
        let digest = (!size.is_multiple_of(3)).then(|| Digest::of(&size.to_le_bytes()));
        let origin = size.is_multiple_of(2).then_some(Ticks(5));
        Entry { size, modified: Ticks(7), digest, origin }
    }

    #[test]
    fn names_of_streams_are_names_of_files() {
        assert_eq!(Stream::parse("blue-2").unwrap().as_str(), "blue-2");
        for text in ["", "a/b", "..", "a.b", "é", &"x".repeat(65)] {
            assert!(Stream::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_in_another_form_is_read_and_what_is_none_is_refused() {
        let changes = [(&path("a"), Some(entry(1))), (&path("b"), Some(entry(3)))];
        let ours = Manifest::default().changed(&Head::default(), &changes);
        let value: serde_json::Value = serde_json::from_slice(&ours).unwrap();
        let other = serde_json::to_string_pretty(&value).unwrap();
        let manifest = Manifest::parse(other.into_bytes()).unwrap();
        assert_eq!((manifest.len(), manifest.get(&path("b"))), (2, Some(entry(3))));
        for text in ["", "{}", "{\"schema\":1,\"files\":[{\"path\":\"../x\"}]}"] {
            assert!(Manifest::parse(text.into()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn changes_are_what_a_map_makes_of_them(
            old in proptest::collection::btree_map("[a-c/\"\\\\é\u{1}-]{1,5}", 0_u64..9, 0..9),
            new in proptest::collection::btree_map("[a-c/\"\\\\é\u{1}-]{1,5}", proptest::option::of(0_u64..9), 0..9),
        ) {
            let known = |text: &String| RelPath::parse(text).ok();
            let old: BTreeMap<RelPath, Entry> =
                old.iter().filter_map(|(p, n)| Some((known(p)?, entry(*n)))).collect();
            let new: BTreeMap<RelPath, Option<Entry>> =
                new.iter().filter_map(|(p, n)| Some((known(p)?, n.map(entry)))).collect();
            let first: Vec<_> = old.iter().map(|(p, e)| (p, Some(*e))).collect();
            let text = Manifest::default().changed(&Head::default(), &first);
            let manifest = Manifest::parse(text).unwrap();
            let second: Vec<_> = new.iter().map(|(p, e)| (p, *e)).collect();
            let text = manifest.changed(&Head::default(), &second);
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
            let after = Manifest::parse(text).unwrap();
            let mut wanted = old.clone();
            for (path, entry) in &new {
                match entry {
                    Some(entry) => drop(wanted.insert(path.clone(), *entry)),
                    None => drop(wanted.remove(path)),
                }
            }
            prop_assert_eq!(after.len(), wanted.len());
            for (path, entry) in &wanted {
                prop_assert_eq!(after.get(path), Some(*entry));
            }
        }
    }
}
