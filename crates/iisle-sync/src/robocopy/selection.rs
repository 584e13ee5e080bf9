use std::path::Path;

use iisle_tree::Ticks;
use iisle_tree::folder::{Attributes, Entry, Facts};

use super::{Exclusion, Skip, Wildcard};

/// What becomes of links of the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LinkRule {
    /// They count as what they lead to.
    #[default]
    Follow,
    /// They are copied as links.
    Copy,
    /// They are passed over.
    Skip,
}

/// A span of time; both ends belong to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// What lies before is too old.
    pub not_before: Option<Ticks>,
    /// What lies behind is too new.
    pub not_after: Option<Ticks>,
}

/// Which files and directories a copy is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// File specifications; every file when there are none.
    pub include: Vec<Wildcard>,
    /// `/XF`.
    pub exclude_files: Vec<Exclusion>,
    /// `/XD`.
    pub exclude_directories: Vec<Exclusion>,
    /// `/IA`: only files with any of these attributes.
    pub with_attributes: Option<Attributes>,
    /// `/XA`: no files with any of these attributes.
    pub without_attributes: Attributes,
    /// `/MIN`: fewer bytes are too small.
    pub min_size: Option<u64>,
    /// `/MAX`: more bytes are too large.
    pub max_size: Option<u64>,
    /// `/MAXAGE`, `/MINAGE`.
    pub modified: Window,
    /// `/MAXLAD`, `/MINLAD`.
    pub accessed: Window,
    /// Links to files.
    pub file_links: LinkRule,
    /// Links to directories.
    pub directory_links: LinkRule,
}

/// Where an entry lies, on both sides and below their roots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) source: &'a Path,
    pub(super) destination: &'a Path,
    pub(super) below: &'a Path,
}

impl Selection {
    /// Whether a file of that name is among the file specifications.
    pub fn includes(&self, name: &str) -> bool {
        self.include.is_empty() || self.include.iter().any(|spec| spec.matches(name))
    }

    /// Whether every file is among the file specifications.
    pub fn includes_all(&self) -> bool {
        self.include.is_empty() || self.include.iter().any(Wildcard::is_all)
    }

    pub(super) fn excludes_file(&self, name: &str, places: Places<'_>) -> bool {
        means(&self.exclude_files, name, places)
    }

    pub(super) fn excludes_directory(&self, name: &str, places: Places<'_>) -> bool {
        means(&self.exclude_directories, name, places)
    }

    /// Why a file of the source is not taken, by itself.
    pub(super) fn refuses(&self, facts: &Facts) -> Option<Skip> {
        let attributes = facts.attributes;
        if self.with_attributes.is_some_and(|wanted| !attributes.intersects(wanted))
            || attributes.intersects(self.without_attributes)
        {
            return Some(Skip::Attribute);
        }
        if self.max_size.is_some_and(|max| facts.size > max) {
            return Some(Skip::Large);
        }
        if self.min_size.is_some_and(|min| facts.size < min) {
            return Some(Skip::Small);
        }
        let spans = [(self.modified, facts.modified), (self.accessed, facts.accessed)];
        if spans.iter().any(|(span, at)| span.not_before.is_some_and(|first| *at < first)) {
            return Some(Skip::TooOld);
        }
        if spans.iter().any(|(span, at)| span.not_after.is_some_and(|last| *at > last)) {
            return Some(Skip::TooNew);
        }
        None
    }

    /// What becomes of the entry as a link; [`LinkRule::Follow`] for what is none.
    pub(super) fn link_rule(&self, entry: &Entry) -> LinkRule {
        use iisle_tree::folder::Shape;
        match (entry.is_link, entry.shape) {
            (false, _) => LinkRule::Follow,
            (true, Shape::Directory) => self.directory_links,
            (true, Shape::File | Shape::Special | Shape::Dangling) => self.file_links,
        }
    }
}

fn means(exclusions: &[Exclusion], name: &str, places: Places<'_>) -> bool {
    let Places { source, destination, below } = places;
    exclusions.iter().any(|exclusion| exclusion.means(name, [source, destination], below))
}
