use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};

use iisle_tree::{LocalTree, TreeMut, host};

/// The folder in which the module makes a copy of an app after the other.
#[derive(Debug)]
pub(crate) struct Copies {
    folder: PathBuf,
    /// As web.config has it.
    written: String,
}

/// One copy of an app.
pub(crate) struct NumberedCopy {
    /// Where it is, as web.config has it: `ShadowCopyDirectory/12`.
    pub(crate) name: String,
    /// Its files.
    pub(crate) files: Box<dyn TreeMut>,
}

impl Copies {
    /// Those of the site in `root`, whose web.config says `written`; `None` when that is a place of
    /// another machine which cannot be seen from here.
    pub(crate) fn of(root: &Path, written: &str) -> Option<Self> {
        let root = host::resolve(root).unwrap_or_else(|_| root.to_owned());
        let folder = place(&root, written)?;
        Some(Self { folder, written: written.trim_end_matches(['\\', '/']).to_owned() })
    }

    /// The one that the app runs from, or will: it has the highest number.
    pub(crate) fn last(&self) -> Option<NumberedCopy> {
        let number = |entry: host::Entry| match entry.kind {
            host::Kind::Directory => entry.path.file_name()?.to_str()?.parse::<u32>().ok(),
            host::Kind::File | host::Kind::Other => None,
        };
        let last = host::list(&self.folder).ok()?.into_iter().filter_map(number).max()?;
        let files = LocalTree::open(self.folder.join(last.to_string())).ok()?;
        let separator = if self.written.contains('\\') { '\\' } else { '/' };
        Some(NumberedCopy {
            name: format!("{}{separator}{last}", self.written),
            files: Box::new(files),
        })
    }
}

/// Where `written` is for an app in `root`, an absolute path: beside its files, or a place of the
/// machine that serves it. Drives of another machine are reached by the shares that Windows has of
/// them.
fn place(root: &Path, written: &str) -> Option<PathBuf> {
    let native = written.replace(['\\', '/'], MAIN_SEPARATOR_STR);
    let windows = written.replace('/', "\\");
    let drive = match windows.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => Some(windows.split_at(2)),
        _ => None,
    };
    if drive.is_none() && !windows.starts_with(r"\\") {
        return Some(root.join(native));
    }
    let root = root.to_str()?;
    let root = match root.strip_prefix(r"\\?\UNC\") {
        Some(rest) => format!(r"\\{rest}"),
        None => root.strip_prefix(r"\\?\").unwrap_or(root).to_owned(),
    };
    match (root.strip_prefix(r"\\"), drive) {
        (Some(share), Some((drive, rest))) => {
            let server = share.split('\\').next()?;
            Some(format!(r"\\{server}\{}${rest}", &drive[..1]).into())
        }
        // A site on a mounted share: nobody here knows whose drives these are.
        _ if root.starts_with('/') => None,
        _ => Some(native.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use std::path::Path;

    // AO-5
    #[test]
    fn copies_are_looked_for_on_the_machine_that_serves_the_app() {
        let place = |root: &str, written: &str| {
            let found = place(Path::new(root), written)?;
            Some(found.to_str().unwrap().replace(['\\', '/'], "|"))
        };
        let copies = |root, written| place(root, written).unwrap_or_default();
        // How a path is joined is the host's own.
        assert!(copies("/srv/shop", "ShadowCopyDirectory").ends_with("shop|ShadowCopyDirectory"));
        assert!(copies("/srv/shop", "..\\Copies\\").ends_with("shop|..|Copies|"));
        for written in ["d:\\Copies\\Shop", "d:/Copies/Shop"] {
            for root in [r"\\?\UNC\web01\c$\sites\shop", r"\\web01\sites\shop"] {
                assert_eq!(copies(root, written), "||web01|d$|Copies|Shop");
            }
            for root in [r"\\?\C:\sites\shop", r"C:\sites\shop"] {
                assert_eq!(copies(root, written), "d:|Copies|Shop");
            }
            assert_eq!(place("/mnt/web01/shop", written), None);
        }
        assert_eq!(copies(r"C:\sites", r"\\files\copies"), "||files|copies");
        assert_eq!(place("/mnt/web01/shop", r"\\files\copies"), None);
    }
}
