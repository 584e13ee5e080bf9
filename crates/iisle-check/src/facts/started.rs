use iisle_inspect::publish::{File, PublishOutput};
use iisle_webconfig::{Hosting, HostingModel, ProcessPath};

use super::{FileFacts, OutputFacts};

/// What the module starts, as far as the output shows it.
#[derive(Debug, Clone)]
pub(crate) enum Started<'a> {
    /// `dotnet` with an assembly that is in the output.
    Assembly(&'a File),
    /// `dotnet` with an assembly that is not in the output; its relative path.
    MissingAssembly(String),
    /// `dotnet` with a first argument that is no assembly.
    NoAssembly(String),
    /// `dotnet` without arguments.
    NoArguments,
    /// A program that is in the output.
    Program(&'a File),
    /// A program that is not in the output; its relative path, with the extension.
    MissingProgram(String),
    /// A place outside the output, a token, or nothing at all.
    Elsewhere,
}

/// Options of the host that take a value.
///
/// Source: dotnet/runtime, `docs/design/features/host-startup.md` and `dotnet exec --help`.
const WITH_VALUE: [&str; 8] = [
    "--additionalprobingpath",
    "--additional-deps",
    "--depsfile",
    "--fx-version",
    "--roll-forward",
    "--roll-forward-on-no-candidate-fx",
    "--runtimeconfig",
    "--hostfxr",
];

impl<'a> Started<'a> {
    pub(crate) fn of(hosting: &Hosting<'_>, output: &'a PublishOutput) -> Self {
        match hosting.process_path() {
            ProcessPath::Missing | ProcessPath::Elsewhere(_) => Self::Elsewhere,
            ProcessPath::Dotnet => Self::assembly(hosting, output),
            ProcessPath::Relative(path) => {
                // A token stands for a path that nobody knows yet.
                if path.contains(['%', '#', '$', '"']) {
                    return Self::Elsewhere;
                }
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                let path = if name.contains('.') { path } else { format!("{path}.exe") };
                match output.file(&path) {
                    Some(file) => Self::Program(file),
                    // A bare name is searched for in PATH when the process is started.
                    None if is_bare(hosting.section.process_path())
                        && hosting.hosting_model() != Some(HostingModel::InProcess)
                        && is_tool(&name) =>
                    {
                        Self::Elsewhere
                    }
                    None => Self::MissingProgram(path),
                }
            }
        }
    }

    fn assembly(hosting: &Hosting<'_>, output: &'a PublishOutput) -> Self {
        let text = hosting.section.arguments().trim();
        if text.is_empty() {
            return Self::NoArguments;
        }
        // The module first tries the whole text as a file, so that a blank needs no quotes.
        if let Some(file) = relative(text).and_then(|path| output.file(&path)) {
            return Self::Assembly(file);
        }
        let arguments = hosting.arguments();
        let mut arguments = arguments.iter().map(String::as_str).peekable();
        arguments.next_if(|first| first.eq_ignore_ascii_case("exec"));
        while let Some(option) = arguments.next_if(|it| it.starts_with('-')) {
            if WITH_VALUE.iter().any(|known| option.eq_ignore_ascii_case(known)) {
                arguments.next();
            }
        }
        let Some(first) = arguments.next() else {
            return Self::NoAssembly(text.to_owned());
        };
        if first.contains(['%', '#', '$']) || first.contains("__") {
            return Self::Elsewhere;
        }
        let extension = first.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        if !matches!(extension.as_deref(), Some("dll" | "exe")) {
            // `.\My App.dll` without quotes is the matter of W028.
            return match output.dll_before_blank(text) {
                Some(file) => Self::Assembly(file),
                None => Self::NoAssembly(first.to_owned()),
            };
        }
        match relative(first) {
            None => Self::Elsewhere,
            Some(path) => match output.file(&path) {
                Some(file) => Self::Assembly(file),
                None => Self::MissingAssembly(path),
            },
        }
    }

    /// Whether what is started is in the output.
    pub(crate) fn is_there(&self) -> bool {
        matches!(self, Self::Assembly(_) | Self::Program(_))
    }

    /// The program, when it is a native one that hosts no .NET app beside it.
    pub(crate) fn native(&self, output: &PublishOutput) -> Option<&'a File> {
        match self {
            Self::Program(file) if file.is_native_program(output) => Some(file),
            _ => None,
        }
    }
}

/// Whether a path is a name alone.
fn is_bare(path: &str) -> bool {
    !path.contains(['\\', '/'])
}

/// Programs that are installed rather than deployed.
fn is_tool(name: &str) -> bool {
    let stem = name.to_ascii_lowercase();
    let stem = stem.strip_suffix(".exe").unwrap_or(&stem);
    matches!(stem, "node" | "java" | "python" | "python3" | "cmd" | "powershell" | "pwsh" | "ruby")
}

/// A relative path of Windows as steps below the root; `None` when it leads elsewhere.
fn relative(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('"');
    if text.starts_with(['\\', '/', '%']) || text.contains(':') {
        return None;
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in text.split(['\\', '/']) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            _ => steps.push(step),
        }
    }
    Some(steps.join("/"))
}
