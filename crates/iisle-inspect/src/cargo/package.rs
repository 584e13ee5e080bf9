/// A Cargo package whose program is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CargoPackage {
    /// Name of the package.
    pub package: String,
    /// `package.version`.
    pub version: String,
    /// The program that is published.
    pub bin: String,
    /// All programs of the package, in its order.
    pub bins: Vec<String>,
    /// The target triple that was asked for; `None` for the host.
    pub target: Option<String>,
    /// What the triple is in .NET's words.
    pub rid: Option<String>,
    /// The profile: `release`.
    pub profile: String,
    /// Where the program is, a path of the host.
    pub executable: String,
    /// Static folders and files to publish, relative to the package's folder.
    pub static_files: Vec<String>,
    /// Where to publish to, when the package says.
    pub publish_dir: Option<String>,
}
