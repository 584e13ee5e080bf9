use std::time::Duration;

use iisle_path::RelPath;
use iisle_tree::workshop::{Spot, State, Workshop};
use iisle_tree::{Stamp, Ticks};

use super::StagedError;

/// What stands in every page of ours, so that one of somebody else is left alone.
pub const PAGE_MARK: &str = "<!-- iisle deployment ";

/// More is no page.
const LIMIT: u64 = 64 << 10;
/// Browsers replace error pages below 512 bytes by pages of their own.
const ENOUGH: usize = 600;

/// Whether the app is taken offline while files are swapped.
///
/// Source: the ASP.NET Core Module stops an app whose folder has an `app_offline.htm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offline<'a> {
    /// Never.
    Never,
    /// When a file that is to be changed is in use.
    WhenInUse(Away<'a>),
    /// Always.
    Always(Away<'a>),
}

/// How the app is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away<'a> {
    /// The page that visitors see; a page of ours when `None`.
    pub page: Option<&'a [u8]>,
    /// How long the app may take to let go of its files.
    pub limit: Duration,
}

impl<'a> Offline<'a> {
    /// How the app is taken away, if it is; `in_use` says whether a file is held.
    pub(super) fn away(&self, in_use: impl FnOnce() -> bool) -> Option<Away<'a>> {
        match self {
            Self::Never => None,
            Self::WhenInUse(away) => in_use().then_some(*away),
            Self::Always(away) => Some(*away),
        }
    }
}

fn site() -> Spot {
    Spot::Site(RelPath::parse("app_offline.htm").expect("it is a name"))
}

fn work(name: &str) -> Spot {
    Spot::Work(RelPath::parse(name).expect("it is a name"))
}

/// Puts the page into the folder in one step; whether it is ours. One that is there stays: the
/// operator took the site down.
pub(super) fn place(
    shop: &dyn Workshop,
    page: Option<&[u8]>,
    id: &str,
) -> Result<bool, StagedError> {
    if shop.state(&site())?.is_some() {
        return is_ours(shop);
    }
    let page = text(page, id);
    let made = work("page");
    shop.remove(&made)?;
    let stamp = Stamp { size: page.len() as u64, modified: Ticks::UNIX_EPOCH, read_only: false };
    shop.create(&made, stamp, None, &mut page.as_slice())?;
    shop.rename(&made, &site())?;
    Ok(true)
}

/// Takes our page away, if it is there. The name is free at once.
pub(super) fn lift(shop: &dyn Workshop) -> Result<(), StagedError> {
    if is_ours(shop)? {
        shop.rename(&site(), &work("page"))?;
    }
    Ok(shop.remove(&work("page"))?)
}

fn is_ours(shop: &dyn Workshop) -> Result<bool, StagedError> {
    let Some(State::File(stamp)) = shop.state(&site())? else { return Ok(false) };
    if stamp.size > LIMIT {
        return Ok(false);
    }
    let page = shop.read(&site(), LIMIT)?;
    Ok(String::from_utf8_lossy(&page).contains(PAGE_MARK))
}

/// The page with our mark, and long enough that browsers show it.
fn text(page: Option<&[u8]>, id: &str) -> Vec<u8> {
    const OURS: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"robots\" content=\"noindex\">\n<title>Back soon</title>\n</head>\n<body>\n\
        <p>This site is being updated and will be back in a moment.</p>\n</body>\n</html>\n";
    let mut bytes = page.unwrap_or(OURS.as_bytes()).to_vec();
    bytes.extend_from_slice(format!("\n{PAGE_MARK}{id} -->\n").as_bytes());
    if bytes.len() < ENOUGH {
        let filling = " ".repeat(ENOUGH - bytes.len());
        bytes.extend_from_slice(format!("<!--{filling}-->\n").as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, PAGE_MARK, lift, place, site, text};
    use iisle_tree::workshop::{LocalWorkshop, Workshop};

    #[test]
    fn a_page_is_marked_and_long_enough() {
        for page in [None, Some(b"<p>short</p>".as_slice())] {
            let text = String::from_utf8(text(page, "id7")).unwrap();
            assert!(text.len() >= 600 && text.contains(&format!("{PAGE_MARK}id7 -->")));
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may")]
    fn a_foreign_page_stays_and_ours_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        std::fs::create_dir(&root).unwrap();
        let shop = LocalWorkshop::beside(&root).unwrap();
        assert!(place(&shop, None, "1").unwrap());
        assert!(place(&shop, None, "2").unwrap(), "ours of an earlier run");
        lift(&shop).unwrap();
        assert_eq!(shop.state(&site()).unwrap(), None);
        lift(&shop).unwrap();
        std::fs::write(root.join("app_offline.htm"), "by hand").unwrap();
        assert!(!place(&shop, None, "3").unwrap());
        lift(&shop).unwrap();
        assert_eq!(shop.read(&site(), LIMIT).unwrap(), b"by hand");
    }
}
