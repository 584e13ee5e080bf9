use std::path::{Path, PathBuf};

use iisle_report::Location;
use iisle_tree::host;
use iisle_webconfig::{Difference, Explanation, Newline, ReadError, WebConfig, compare, explain};

use super::places::find;
use super::{MAX_WEB_CONFIG, WEB_CONFIG};
use crate::Failure;

/// What a web.config means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowReport {
    /// The file.
    pub path: PathBuf,
    /// Everything it says.
    pub explanation: Explanation,
}

/// Explains a web.config: a file, or the one of a folder.
///
/// # Errors
/// When there is none, or it is not one.
pub fn show(path: &Path) -> Result<ShowReport, Failure> {
    let (path, config) = read(path)?;
    Ok(ShowReport { path, explanation: explain(&config) })
}

/// How two files differ in meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebConfigDiff {
    /// The first file.
    pub a: PathBuf,
    /// The second file.
    pub b: PathBuf,
    /// Everything they do not say alike.
    pub differences: Vec<Difference>,
}

/// Compares two files, or those of two folders, by meaning.
///
/// # Errors
/// When one of them is not there, or not a web.config.
pub fn diff(a: &Path, b: &Path) -> Result<WebConfigDiff, Failure> {
    let (a, first) = read(a)?;
    let (b, second) = read(b)?;
    Ok(WebConfigDiff { a, b, differences: compare(&first, &second) })
}

fn read(path: &Path) -> Result<(PathBuf, WebConfig), Failure> {
    let message = || format!("cannot read `{}`", path.display());
    let file = if host::is_dir(path) {
        find(path, WEB_CONFIG, Newline::CrLf).ok_or_else(|| {
            Failure::new(format!("there is no web.config in `{}`", path.display()))
                .hint("name a web.config, or the folder that `dotnet publish` wrote")
        })?
    } else {
        path.to_owned()
    };
    let bytes = host::read(&file, MAX_WEB_CONFIG)?;
    let config = iisle_webconfig::read(&bytes).map_err(|error| {
        let shown = file.display().to_string();
        let code = match &error {
            ReadError::Malformed { .. } => "malformed-web-config",
            _ => "wrong-root",
        };
        let place = match error.position() {
            Some(at) => Location::at(shown, at.line, at.column),
            None => Location::file(shown),
        };
        Failure::of(&error).context(message()).code(code).at(place)
    })?;
    Ok((file, config))
}
