//! The chain of transforms (XDT) that a publish runs over its web.config: which, and in which
//! order. Running them is not done here.
//!
//! Source: dotnet/sdk, `Microsoft.NET.Sdk.Publish.TransformFiles.targets`, `GenerateEnvTransform.cs`.

use std::borrow::Cow;

use iisle_xml::escape_attribute;
use thiserror::Error;

use crate::generate::is_xml_char;
use crate::task::TaskParameters;
use crate::transform::equal_ignoring_case;

/// The folder of publish profiles in a project, with `/`.
const PROFILES: &str = "Properties/PublishProfiles";

/// The namespace of transforms.
const XDT: &str = "http://schemas.microsoft.com/XML-Document-Transform";

/// What the names of the transform files are made of. Empty texts count as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainNames {
    /// `Configuration`.
    pub configuration: Option<String>,
    /// `PublishProfileName`.
    pub publish_profile: Option<String>,
    /// `PublishProfileDirectory`; `None` is `Properties/PublishProfiles`.
    pub publish_profile_directory: Option<String>,
    /// `EnvironmentName`.
    pub environment: Option<String>,
    /// `CustomTransformFileName`.
    pub custom_transform: Option<String>,
    /// `CustomTransformDirectory`.
    pub custom_transform_directory: Option<String>,
}

impl ChainNames {
    /// The transform files to look for, in the order they are applied, relative to the project
    /// directory (or absolute, where a directory is) with `/`. A name that comes twice in its group,
    /// ignoring case, is applied once.
    pub fn files(&self) -> Vec<String> {
        let Self {
            configuration,
            publish_profile,
            publish_profile_directory,
            environment,
            custom_transform,
            custom_transform_directory,
        } = self;
        let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        let mut files: Vec<String> = Vec::new();
        for name in [configuration, publish_profile, environment].into_iter().filter_map(text) {
            let file = slashes(&format!("web.{name}.config"));
            if !files.iter().any(|known| equal_ignoring_case(known, &file)) {
                files.push(file);
            }
        }
        if let Some(name) = text(publish_profile) {
            let folder = text(publish_profile_directory);
            let folder = slashes(folder.as_deref().unwrap_or(PROFILES));
            files.push(slashes(&format!("{}/{name}.transform", folder.trim_end_matches('/'))));
        }
        if let Some(name) = text(custom_transform) {
            files.push(slashes(&name));
            let folder = text(custom_transform_directory);
            files.extend(folder.map(|folder| {
                slashes(&format!("{}/{name}", slashes(&folder).trim_end_matches('/')))
            }));
        }
        files
    }
}

/// The SDK's targets join names with backslashes on every host.
fn slashes(path: &str) -> String {
    path.replace('\\', "/")
}

impl TaskParameters {
    /// The names that the chain is made of.
    pub fn chain(&self) -> ChainNames {
        ChainNames {
            configuration: self.configuration.clone(),
            publish_profile: self.publish_profile.clone(),
            publish_profile_directory: self.publish_profile_directory.clone(),
            environment: self.environment_name.clone(),
            custom_transform: self.custom_transform.clone(),
            custom_transform_directory: self.custom_transform_directory.clone(),
        }
    }

    /// Whether the chain runs: as `RunXdt` says, else as the task itself does.
    pub fn runs_chain(&self) -> bool {
        self.run_xdt.unwrap_or(!self.skip)
    }
}

/// A transform that the publish writes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedTransform {
    /// The name of its file.
    pub name: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why the transforms cannot be generated; the publish fails then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum EnvironmentError {
    /// The entry itself may hold a secret.
    #[error("entry {entry} of `WebConfigEnvironmentVariables` has no name")]
    NameMissing { entry: usize },
    #[error("`WebConfigEnvironmentVariables` holds U+{character:04X}, which XML cannot express")]
    Inexpressible { character: u32 },
}

/// The transforms that bring `WebConfigEnvironmentVariables` into the file: one for a section in a
/// `location`, one for a section without; none when the property names no variable.
///
/// As the SDK splits it: at `;` and `=`, empty pieces dropped, the parts behind the name joined
/// without their equals signs, nothing trimmed.
pub fn environment_transforms(property: &str) -> Result<Vec<GeneratedTransform>, EnvironmentError> {
    if let Some(c) = property.chars().find(|&c| !is_xml_char(c)) {
        return Err(EnvironmentError::Inexpressible { character: u32::from(c) });
    }
    let mut variables = String::new();
    for (at, piece) in property.split(';').filter(|piece| !piece.is_empty()).enumerate() {
        let mut parts = piece.split('=').filter(|part| !part.is_empty());
        let name = parts.next().ok_or(EnvironmentError::NameMissing { entry: at + 1 })?;
        let value: String = parts.collect();
        let (name, value) = (attribute(name), attribute(&value));
        variables.extend([
            "<environmentVariable name=\"",
            &*name,
            "\" value=\"",
            &*value,
            "\" xdt:Locator=\"Match(name)\" xdt:Transform=\"InsertIfMissing\"/>",
        ]);
    }
    if variables.is_empty() {
        return Ok(Vec::new());
    }
    let list = format!(
        "<system.webServer><aspNetCore><environmentVariables xdt:Transform=\"InsertIfMissing\">\
         {variables}</environmentVariables></aspNetCore></system.webServer>"
    );
    let document =
        |inner: &str| format!("<configuration xmlns:xdt=\"{XDT}\">{inner}</configuration>");
    let with_location = document(&format!("<location>{list}</location>"));
    Ok(vec![
        GeneratedTransform {
            name: "EnvironmentWithLocation.transform",
            bytes: with_location.into_bytes(),
        },
        GeneratedTransform {
            name: "EnvironmentNoLocation.transform",
            bytes: document(&list).into_bytes(),
        },
    ])
}

fn attribute(value: &str) -> Cow<'_, str> {
    escape_attribute(value)
}

#[cfg(test)]
mod tests {
    use super::{ChainNames, environment_transforms};

    fn names(configuration: &str, profile: &str, environment: &str, custom: &str) -> ChainNames {
        let text = |text: &str| Some(text.to_owned());
        ChainNames {
            configuration: text(configuration),
            publish_profile: text(profile),
            environment: text(environment),
            custom_transform: text(custom),
            ..ChainNames::default()
        }
    }

    #[test]
    fn files_come_in_the_order_of_the_sdk() {
        let all = names("Release", "Prod", "Staging", "mine.xdt");
        let expected = [
            "web.Release.config",
            "web.Prod.config",
            "web.Staging.config",
            "Properties/PublishProfiles/Prod.transform",
            "mine.xdt",
        ];
        assert_eq!(all.files(), expected);
        assert_eq!(names("", "", "", "").files(), Vec::<String>::new());
    }

    #[test]
    fn a_name_that_comes_twice_is_applied_once_at_its_first_place() {
        let same = names("Release", "release", "RELEASE", "");
        let expected = ["web.Release.config", "Properties/PublishProfiles/release.transform"];
        assert_eq!(same.files(), expected);
    }

    #[test]
    fn custom_transforms_are_looked_for_in_the_project_and_in_their_directory() {
        let mut custom = names("", "P", "", r"xdt\a.transform");
        custom.custom_transform_directory = Some(r"C:\transforms\".to_owned());
        custom.publish_profile_directory = Some(r"..\profiles".to_owned());
        let expected = [
            "web.P.config",
            "../profiles/P.transform",
            "xdt/a.transform",
            "C:/transforms/xdt/a.transform",
        ];
        assert_eq!(custom.files(), expected);
    }

    /// Names and values of the variables in the transform with a location.
    fn variables(property: &str) -> String {
        match environment_transforms(property) {
            Ok(transforms) => match transforms.first() {
                Some(first) => {
                    let text = String::from_utf8(first.bytes.clone()).unwrap();
                    let entries = text.split("<environmentVariable name=\"").skip(1);
                    let entry = |entry: &str| entry.split("\" xdt:").next().unwrap().to_owned();
                    entries.map(entry).collect::<Vec<_>>().join("|")
                }
                None => "(none)".to_owned(),
            },
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn variables_lose_their_equals_signs_and_keep_their_blanks() {
        assert_eq!(variables("Conn=Server=.;U=a&b"), r#"Conn" value="Server.|U" value="a&amp;b"#);
        assert_eq!(
            variables(";;NOVALUE;=v; S = v "),
            r#"NOVALUE" value="|v" value="| S " value=" v "#
        );
        assert_eq!(variables(";;"), "(none)");
    }

    #[test]
    fn an_entry_of_equals_signs_fails() {
        let message = "entry 2 of `WebConfigEnvironmentVariables` has no name";
        assert_eq!(variables("A=1;=="), message);
    }
}
