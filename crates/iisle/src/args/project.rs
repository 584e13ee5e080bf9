use clap::Args;

// Options of `dotnet publish` that shape the evaluation of a project.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProjectArgs {
    /// Build configuration (default: what `dotnet publish` uses)
    #[arg(short, long, value_name = "NAME")]
    pub(crate) configuration: Option<String>,
    /// Runtime identifier, such as win-x64
    #[arg(short, long, value_name = "RID")]
    pub(crate) runtime: Option<String>,
    /// Target framework, when the project has several
    #[arg(short, long, value_name = "TFM")]
    pub(crate) framework: Option<String>,
    /// Whether the app brings its own runtime
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) self_contained: Option<bool>,
    /// A global MSBuild property; also written -p:NAME=VALUE
    #[arg(short = 'p', long = "property", value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) property: Vec<(String, String)>,
}

pub(super) fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text.strip_prefix(':').unwrap_or(text))?;
    Ok((name.trim().to_owned(), value))
}

/// A name, as it is written, and what is behind the first `=`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("expected NAME=VALUE, found `{text}`")),
    }
}
