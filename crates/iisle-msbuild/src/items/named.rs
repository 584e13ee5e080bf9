use super::item::WorkItem;
use crate::escape::unescape;
use crate::glob::{self, Glob};
use crate::paths::Style;

/// What an Include, Update or Remove names.
pub(super) enum Named {
    /// One file, as written and absolute.
    Literal { include: String, full: String },
    /// Files by pattern: as written, absolute, and absolute with the dots left in.
    Glob { pattern: String, whole: Glob, dotted: Glob },
    /// Items of some type.
    Items(Vec<WorkItem>),
}

impl Named {
    /// Reads a literal or a pattern.
    pub(super) fn of(part: &str, style: Style, project_dir: &str) -> Self {
        let fixed = style.fix(part);
        let escaped_wildcard = fixed.to_ascii_lowercase();
        let escaped_wildcard = escaped_wildcard.contains("%2a") || escaped_wildcard.contains("%3f");
        let plain = unescape(&fixed).into_owned();
        let full = style.full(project_dir, &plain);
        if !escaped_wildcard && glob::is_glob(&plain) {
            let dotted = Glob::as_written(&style.combine(project_dir, &plain));
            return Self::Glob { whole: Glob::new(&full), pattern: plain, dotted };
        }
        Self::Literal { include: fixed, full }
    }

    pub(super) fn fits(&self, item: &WorkItem, segments: &[&str]) -> bool {
        match self {
            Self::Literal { full, .. } => same_path(full, &item.full),
            Self::Glob { whole, .. } => whole.matches(segments),
            Self::Items(items) => items.iter().any(|other| same_path(&other.full, &item.full)),
        }
    }
}

/// Since 2026 the engine ignores case on every system. A separator at the end makes no other path.
fn same_path(first: &str, second: &str) -> bool {
    let [first, second] = [first, second].map(|path| path.trim_end_matches(['/', '\\']));
    first.len() == second.len() && first.eq_ignore_ascii_case(second)
        || first.to_lowercase() == second.to_lowercase()
}

/// The parts of a path.
pub(super) fn segments(path: &str) -> Vec<&str> {
    path.split(['/', '\\']).filter(|part| !part.is_empty()).collect()
}

/// The parts of what an item names: behind a separator at the end stands a file without a name.
pub(super) fn item_segments(path: &str) -> Vec<&str> {
    let mut parts = segments(path);
    if path.ends_with(['/', '\\']) {
        parts.push("");
    }
    parts
}
