use std::fmt::Write as _;

use iisle_path::NameRules;

use crate::manifest::source_manifest;
use crate::parameters::set_parameters;
use crate::{PackOptions, Parameters};

/// A file that lies beside a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Its name, `App.deploy.cmd` for `App.zip`.
    pub file_name: String,
    /// Its content, the same on every host.
    pub content: Vec<u8>,
}

/// The files that belong beside a package `<name>.zip`, in the order of their names.
///
/// XML has a byte order mark and LF; the script and its help have CR LF and no mark.
pub fn companions(name: &str, options: &PackOptions) -> Vec<Companion> {
    let readme = iisle_templates::DEPLOY_README.replace("{name}", name);
    let companion = |suffix: &str, content: String| Companion {
        file_name: format!("{name}.{suffix}"),
        content: content.into_bytes(),
    };
    vec![
        companion("SetParameters.xml", set_parameters(&options.declared())),
        companion("SourceManifest.xml", source_manifest(options)),
        companion("deploy-readme.txt", windows_lines(&readme)),
        // Lines that end in LF alone make cmd.exe miss labels.
        companion("deploy.cmd", windows_lines(iisle_templates::DEPLOY_CMD)),
    ]
}

/// The `SetParameters.xml` of one environment: every parameter, with the values that differ there.
///
/// Secrets are not among them, whatever `values` says: they belong into no file.
///
/// # Errors
/// What is wrong with the values, in words that do not hold them.
pub fn environment_parameters(
    declared: &Parameters,
    values: &[(String, String)],
) -> Result<String, String> {
    for (name, value) in values {
        let parameter = declared.get(name);
        let parameter =
            parameter.ok_or_else(|| format!("the parameter `{name}` is not declared"))?;
        parameter
            .accepts(value)
            .map_err(|why| format!("the value of the parameter `{name}` is refused: {why}"))?;
    }
    let mut own = Parameters::default();
    for parameter in declared {
        let same = |(name, _): &&(String, String)| NameRules::Windows.same(name, &parameter.name);
        let mut parameter = parameter.clone();
        if let Some((_, value)) = values.iter().rev().find(same) {
            parameter.value = Some(value.clone());
        }
        own.merge(parameter);
    }
    Ok(set_parameters(&own))
}

fn windows_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// The text of `<name>.sha256`, which `sha256sum -c` checks: one line for each file, by the
/// names as given.
pub fn digest_lines<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8; 32])>) -> String {
    let mut lines = String::new();
    for (name, digest) in files {
        // The format marks lines whose name had to be escaped by a backslash in front.
        let escaped = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        if escaped != name {
            lines.push('\\');
        }
        for byte in digest {
            let _ = write!(lines, "{byte:02x}");
        }
        let _ = writeln!(lines, "  {escaped}");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{companions, digest_lines, environment_parameters};
    use crate::{PackOptions, Parameters};

    #[test]
    fn companions_are_named_after_the_package() {
        let all = companions("Mein Sh\u{f6}p", &PackOptions::default());
        for companion in &all {
            let text = String::from_utf8(companion.content.clone()).unwrap();
            insta::assert_snapshot!(companion.file_name.replace("Mein Sh\u{f6}p", "name"), text);
        }
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn the_script_has_windows_lines_and_nothing_beyond_ascii() {
        let all = companions("App", &PackOptions::default());
        let script = all.iter().find(|c| c.file_name == "App.deploy.cmd").unwrap();
        assert!(script.content.is_ascii());
        let text = str::from_utf8(&script.content).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.ends_with("\r\n"));
        for forbidden in ["notepad", "iisle"] {
            assert!(!text.to_lowercase().contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn an_environment_has_its_own_values_and_no_secrets() {
        let declared = Parameters::parse(
            br#"<parameters>
              <parameter name="Application" defaultValue="Site" />
              <parameter name="Mode" defaultValue="dev"><parameterValidation kind="Enumeration" validationString="dev,prod" /></parameter>
              <parameter name="Login" tags="Password" />
            </parameters>"#,
        )
        .unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let values = [pair("mode", "prod"), pair("Login", "hidden")];
        let text = environment_parameters(&declared, &values).unwrap();
        assert!(text.contains(r#"name="Mode" value="prod""#), "{text}");
        assert!(!text.contains("hidden"), "{text}");
        assert!(environment_parameters(&declared, &[pair("Mode", "test")]).is_err());
        let error = environment_parameters(&declared, &[pair("Mood", "hidden")]).unwrap_err();
        assert_eq!(error, "the parameter `Mood` is not declared");
    }

    #[test]
    fn digests_are_lines_that_sha256sum_checks() {
        let (one, two) = ([0xab; 32], [0; 32]);
        let lines = digest_lines([("App.zip", &one), ("a\\b", &two)]);
        let (ab, zero) = ("ab".repeat(32), "0".repeat(64));
        assert_eq!(lines, format!("{ab}  App.zip\n\\{zero}  a\\\\b\n"));
    }
}
