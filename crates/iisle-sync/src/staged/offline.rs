use std::time::Duration;

use iisle_path::RelPath;
use iisle_tree::workshop::{Look, Spot, State, Workshop};
use iisle_tree::{Tree, TreeError, TreeMut};

use super::StagedError;
use super::layout::work;
use crate::plan::Plan;
use crate::preflight::locked;
use crate::step::{Step, is_offline_page};

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
    /// When a file that is to be changed is in use, or a program or a setting of a site is changed.
    ///
    /// Source: `sync.md` §4.4, 2.
    Auto(Away<'a>),
    /// Always.
    Always(Away<'a>),
}

/// How the app is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away<'a> {
    /// The page that visitors see; our mark is added.
    pub page: &'a [u8],
    /// How long the app may take to let go of its files.
    pub limit: Duration,
}

impl<'a> Offline<'a> {
    /// Whether the app is taken away for `plan`, which is about a folder that is there.
    ///
    /// # Errors
    /// When files cannot be examined.
    pub fn is_needed(&self, destination: &dyn TreeMut, plan: &Plan) -> Result<bool, TreeError> {
        // Who holds files costs a look at every process, and says nothing where that is decided.
        let is_held = matches!(self, Self::Auto(_)) && !locked(destination, plan)?.is_empty();
        Ok(self.away(destination, plan, is_held)?.is_some())
    }

    /// How the app is taken away, if it is; `held` says whether a file of the plan is in use.
    pub(super) fn away(
        &self,
        destination: &dyn Tree,
        plan: &Plan,
        held: bool,
    ) -> Result<Option<Away<'a>>, TreeError> {
        if plan.steps.iter().any(|step| is_offline_page(step.path())) {
            // The page itself is what is deployed or deleted.
            return Ok(None);
        }
        Ok(match self {
            Self::Never => None,
            Self::Auto(away) => {
                let config = RelPath::parse("web.config").expect("it is a name");
                let needed = held
                    || plan.steps.iter().any(stops_the_app)
                        && destination.stamp(&config)?.is_some();
                needed.then_some(*away)
            }
            Self::Always(away) => Some(*away),
        })
    }
}

/// Whether a step changes a program or a setting that a running app has read.
fn stops_the_app(step: &Step) -> bool {
    let path = match step {
        Step::Replace { path, source: _, stamp: _, old: _ }
        | Step::Delete { path, old: _ }
        | Step::RenameCase { from: path, path: _, old: _ } => path,
        Step::Create { path: _, source: _, stamp: _ }
        | Step::Touch { path: _, stamp: _, old: _ }
        | Step::MarkDirectory { path: _, marks: _, old: _ }
        | Step::CreateDirectory { path: _ }
        | Step::DeleteDirectory { path: _ } => return false,
    };
    path.has_extension("dll")
        || path.has_extension("exe")
        || path.has_extension("config")
        || [".deps.json", ".runtimeconfig.json"]
            .iter()
            .any(|end| path.file_name().to_ascii_lowercase().ends_with(end))
        || path.file_name().to_ascii_lowercase().starts_with("appsettings")
}

/// Where the page lies in a site.
pub fn page_path() -> RelPath {
    RelPath::parse("app_offline.htm").expect("it is a name")
}

fn site() -> Spot {
    Spot::Site(page_path())
}

/// Puts the page into the folder in one step; whether it is ours. One that is there stays: the
/// operator took the site down.
pub(super) fn place(shop: &dyn Workshop, page: &[u8], id: &str) -> Result<bool, StagedError> {
    match shop.state(&site())? {
        // The module looks for a file.
        Some(State::Directory) => return Err(TreeError::NotAFile(site().to_string()).into()),
        Some(State::File(_) | State::Other) => return is_ours(shop),
        None => {}
    }
    let page = text(page, id);
    let made = work("page");
    shop.remove(&made)?;
    shop.create(&made, Look::of_own(page.len()), &mut page.as_slice())?;
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

/// Whether a page of ours lies there.
pub(super) fn is_ours(shop: &dyn Workshop) -> Result<bool, StagedError> {
    let Some(State::File(stamp)) = shop.state(&site())? else { return Ok(false) };
    if stamp.size > LIMIT {
        return Ok(false);
    }
    let page = shop.read(&site(), LIMIT)?;
    Ok(String::from_utf8_lossy(&page).contains(PAGE_MARK))
}

/// The page with our mark, and long enough that browsers show it.
fn text(page: &[u8], id: &str) -> Vec<u8> {
    let mut bytes = page.to_vec();
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

    // AO-1
    #[test]
    fn a_page_is_marked_and_long_enough() {
        let text = String::from_utf8(text(b"<p>short</p>", "id7")).unwrap();
        assert!(text.len() >= 600 && text.contains(&format!("{PAGE_MARK}id7 -->")));
    }

    // AO-2
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may")]
    fn a_foreign_page_stays_and_ours_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        std::fs::create_dir(&root).unwrap();
        let shop = LocalWorkshop::beside(&root).unwrap();
        assert!(place(&shop, b"<p>", "1").unwrap());
        assert!(place(&shop, b"<p>", "2").unwrap(), "ours of an earlier run");
        lift(&shop).unwrap();
        assert_eq!(shop.state(&site()).unwrap(), None);
        lift(&shop).unwrap();
        std::fs::write(root.join("app_offline.htm"), "by hand").unwrap();
        assert!(!place(&shop, b"<p>", "3").unwrap());
        lift(&shop).unwrap();
        assert_eq!(shop.read(&site(), LIMIT).unwrap(), b"by hand");
        std::fs::remove_file(root.join("app_offline.htm")).unwrap();
        std::fs::create_dir(root.join("app_offline.htm")).unwrap();
        let error = place(&shop, b"<p>", "4").unwrap_err().to_string();
        assert_eq!(error, "`app_offline.htm` is a folder, expected a file");
    }
}
