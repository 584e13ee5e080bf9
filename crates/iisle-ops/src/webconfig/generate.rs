use std::path::PathBuf;

use iisle_report::Warning;
use iisle_webconfig::{Explanation, Settings, SettingsNotice, explain};

use crate::pack::settle;
use crate::{Failure, Writes};

/// A new web.config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateRequest {
    /// What it says.
    pub settings: Settings,
    /// Where it goes; `None` gives the text back.
    pub path: Option<PathBuf>,
    /// Whether it is written.
    pub writes: Writes,
}

/// What came of generating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateReport {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Where it is.
    pub path: Option<PathBuf>,
    /// Whether anything was written.
    pub written: bool,
    /// What it says.
    pub explanation: Explanation,
    /// What the module would ignore.
    pub warnings: Vec<Warning>,
}

/// Generates a web.config.
///
/// # Errors
/// When the module would refuse it, or it cannot be written.
pub fn generate(request: &GenerateRequest) -> Result<GenerateReport, Failure> {
    let GenerateRequest { settings, path, writes } = request;
    let notices = settings.check().map_err(|e| {
        Failure::of(&e).context("cannot generate a web.config that the module would refuse")
    })?;
    let bytes = iisle_webconfig::generate(settings);
    let config = iisle_webconfig::read(&bytes).expect("what is generated is a web.config");
    let written = match (path, writes) {
        (Some(path), Writes::Yes) => settle(path.clone(), &bytes)?.written,
        _ => false,
    };
    let warning = |notice: SettingsNotice| {
        let SettingsNotice { code, message } = notice;
        Warning { code: code.to_owned(), message, location: None }
    };
    Ok(GenerateReport {
        bytes,
        path: path.clone(),
        written,
        explanation: explain(&config),
        warnings: notices.into_iter().map(warning).collect(),
    })
}
