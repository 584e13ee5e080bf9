use thiserror::Error;

use crate::{Host, escape};

/// What can be said on the command line of `dotnet publish`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// `-c`, `--configuration`.
    pub configuration: Option<String>,
    /// `-f`, `--framework`.
    pub framework: Option<String>,
    /// `-r`, `--runtime`.
    pub runtime: Option<String>,
    /// `-a`, `--arch`.
    pub arch: Option<String>,
    /// `--os`.
    pub os: Option<String>,
    /// `--self-contained` and `--no-self-contained`.
    pub self_contained: Option<bool>,
    /// `--use-current-runtime`.
    pub use_current_runtime: bool,
    /// `-o`, absolute.
    pub output: Option<String>,
    /// `--artifacts-path`, absolute.
    pub artifacts_path: Option<String>,
    /// `--no-build`.
    pub no_build: bool,
    /// `--version-suffix`.
    pub version_suffix: Option<String>,
    /// `-p:NAME=VALUE` in the order given; read one switch with [`property_switch`].
    pub properties: Vec<(String, String)>,
}

impl PublishOptions {
    /// The global properties of the publish, in the order that makes `-p:` win over switches.
    ///
    /// `Configuration` is here only when it was given: whether `Release` is added depends on the
    /// project (`PublishRelease`).
    ///
    /// Source: dotnet/sdk, src/Cli/dotnet/Commands/Publish and `CommonOptions`;
    /// measured with 10.0.401.
    pub fn global_properties(&self, host: Host) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = vec![pair("_IsPublishing", "true")];
        if let Some(configuration) = &self.configuration {
            all.push(pair("Configuration", configuration));
        }
        if let Some(framework) = &self.framework {
            all.push(pair("TargetFramework", framework));
        }
        if self.use_current_runtime {
            all.push(pair("UseCurrentRuntimeIdentifier", "True"));
        }
        if let Some(runtime) = &self.runtime {
            all.push(pair("RuntimeIdentifier", runtime));
            all.push(pair("_CommandLineDefinedRuntimeIdentifier", "true"));
        } else if self.arch.is_some() || self.os.is_some() {
            all.push(pair("RuntimeIdentifier", &self.composed_rid(host)));
        }
        if let Some(self_contained) = self.self_contained {
            all.push(pair("SelfContained", if self_contained { "true" } else { "false" }));
            all.push(pair("_CommandLineDefinedSelfContained", "true"));
        }
        if let Some(output) = &self.output {
            all.push(pair("PublishDir", output));
            all.push(pair("_CommandLineDefinedOutputPath", "true"));
        }
        if let Some(path) = &self.artifacts_path {
            all.push(pair("ArtifactsPath", path));
        }
        if self.no_build {
            all.push(pair("NoBuild", "true"));
        }
        if let Some(suffix) = &self.version_suffix {
            all.push(pair("VersionSuffix", suffix));
        }
        all.extend(self.properties.iter().cloned());
        all
    }

    /// The SDK's own identifier with its parts replaced by `--os` and `-a`.
    fn composed_rid(&self, host: Host) -> String {
        let os = self.os.as_deref().unwrap_or(host.rid_os());
        let arch = match self.arch.as_deref() {
            Some(arch) if arch.eq_ignore_ascii_case("amd64") => "x64",
            Some(arch) => arch,
            None => host.architecture.rid_part(),
        };
        format!("{os}-{arch}")
    }
}

/// Values of switches are plain text; what MSBuild would decode is escaped.
fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), escape::escape(value).into_owned())
}

/// Why a `-p:` switch cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum SwitchError {
    #[error("`{text}` is no property switch, expected NAME=VALUE")]
    NoAssignment { text: String },
    #[error("`{name}` is no valid property name")]
    BadName { name: String },
}

/// Reads what stands behind `-p:`: `NAME=VALUE`, several separated by `;`.
///
/// A `,` separates too, when an assignment follows it. Double quotes keep separators together and
/// are dropped. Values stay escaped.
///
/// Source: dotnet/msbuild, src/MSBuild/XMake.cs; measured.
pub fn property_switch(text: &str) -> Result<Vec<(String, String)>, SwitchError> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in split_switch(text) {
        if part.trim().is_empty() {
            continue;
        }
        let Some((name, value)) = part.split_once('=') else {
            return Err(SwitchError::NoAssignment { text: text.to_owned() });
        };
        let name = name.trim();
        if !is_property_name(name) {
            return Err(SwitchError::BadName { name: name.to_owned() });
        }
        pairs.push((name.to_owned(), value.trim().to_owned()));
    }
    if pairs.is_empty() {
        return Err(SwitchError::NoAssignment { text: text.to_owned() });
    }
    Ok(pairs)
}

/// Splits at separators outside quotes that an assignment follows; so a list as value survives.
fn split_switch(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let tail = &rest[next.len_utf8()..];
        match next {
            '"' => quoted = !quoted,
            ';' | ',' if !quoted && starts_assignment(tail) => parts.push(String::new()),
            other => parts.last_mut().expect("never empty").push(other),
        }
        rest = tail;
    }
    parts
}

fn starts_assignment(text: &str) -> bool {
    let end = text.find([';', ',', '"']).unwrap_or(text.len());
    match text[..end].split_once('=') {
        Some((name, _)) => is_property_name(name.trim()),
        None => text[..end].trim().is_empty(),
    }
}

/// Whether a text may name a property: `[A-Za-z_][A-Za-z0-9_-]*`.
pub(crate) fn is_property_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The names of the properties that decide a deployment; what reports show of a project.
pub fn publish_properties() -> &'static [&'static str] {
    &[
        "MSBuildProjectName",
        "MSBuildProjectExtension",
        "TargetFramework",
        "TargetFrameworks",
        "TargetFrameworkIdentifier",
        "TargetFrameworkVersion",
        "Configuration",
        "Platform",
        "PlatformTarget",
        "Prefer32Bit",
        "OutputType",
        "AssemblyName",
        "RootNamespace",
        "TargetName",
        "TargetExt",
        "TargetFileName",
        "RuntimeIdentifier",
        "RuntimeIdentifiers",
        "SelfContained",
        "PublishSelfContained",
        "UseAppHost",
        "DefaultAppHostRuntimeIdentifier",
        "UseRidGraph",
        "PublishSingleFile",
        "PublishTrimmed",
        "PublishReadyToRun",
        "PublishAot",
        "IncludeNativeLibrariesForSelfExtract",
        "IncludeAllContentForSelfExtract",
        "EnableCompressionInSingleFile",
        "OutputPath",
        "IntermediateOutputPath",
        "PublishDir",
        "PublishProfile",
        "PublishProfileImported",
        "PublishProfileName",
        "PublishUrl",
        "DeleteExistingFiles",
        "WebPublishMethod",
        "PublishProtocol",
        "PublishRelease",
        "DeployOnBuild",
        "DeployIisAppPath",
        "DesktopBuildPackageLocation",
        "AspNetCoreHostingModel",
        "AspNetCoreModuleName",
        "EnvironmentName",
        "IsTransformWebConfigDisabled",
        "IsWebConfigTransformDisabled",
        "RunXdt",
        "PublishIISAssets",
        "IsPublishable",
        "IsPackable",
        "ProjectDepsFileName",
        "ProjectRuntimeConfigFileName",
        "GenerateRuntimeConfigurationFiles",
        "SatelliteResourceLanguages",
        "InvariantGlobalization",
        "ServerGarbageCollection",
        "RollForward",
        "RuntimeFrameworkVersion",
        "UserSecretsId",
        "DebugType",
        "CopyOutputSymbolsToPublishDirectory",
        "PublishDocumentationFile",
        "StaticWebAssetsEnabled",
        "Version",
        "ProjectGuid",
        "UseArtifactsOutput",
        "ArtifactsPath",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pairs: &[(String, String)]) -> String {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn switches_become_the_properties_dotnet_sends() {
        let options = PublishOptions {
            configuration: Some("Release".into()),
            runtime: Some("win-x64".into()),
            self_contained: Some(false),
            output: Some("/out;x".into()),
            properties: vec![("A".into(), "1%3b2".into())],
            ..PublishOptions::default()
        };
        insta::assert_snapshot!(shown(&options.global_properties(Host::default())), @r"
        _IsPublishing=true
        Configuration=Release
        RuntimeIdentifier=win-x64
        _CommandLineDefinedRuntimeIdentifier=true
        SelfContained=false
        _CommandLineDefinedSelfContained=true
        PublishDir=/out%3bx
        _CommandLineDefinedOutputPath=true
        A=1%3b2
        ");
    }

    #[test]
    fn os_and_architecture_replace_parts_of_the_sdks_own_identifier() {
        let options = PublishOptions { arch: Some("amd64".into()), ..PublishOptions::default() };
        let host = Host { architecture: crate::Architecture::Arm64, ..Host::default() };
        assert_eq!(options.global_properties(host)[1].1, "linux-x64");
        let options = PublishOptions { os: Some("win".into()), ..PublishOptions::default() };
        assert_eq!(options.global_properties(host)[1].1, "win-arm64");
    }

    #[test]
    fn a_switch_holds_several_assignments_and_lists_survive() {
        let read = |text| property_switch(text).map(|pairs| shown(&pairs));
        assert_eq!(read("A=1").as_deref(), Ok("A=1"));
        assert_eq!(read("A=1;B=2,C=3").as_deref(), Ok("A=1\nB=2\nC=3"));
        assert_eq!(read("R=win-x64;linux-x64").as_deref(), Ok("R=win-x64;linux-x64"));
        assert_eq!(read("A=\"x;B=2\"").as_deref(), Ok("A=x;B=2"));
        assert_eq!(read("A=").as_deref(), Ok("A="));
        assert_eq!(read("A"), Err(SwitchError::NoAssignment { text: "A".into() }));
        assert_eq!(read("1A=x"), Err(SwitchError::BadName { name: "1A".into() }));
    }
}
