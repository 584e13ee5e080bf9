use std::fmt::Write as _;

use crate::PackOptions;
use crate::manifest::source_manifest;
use crate::parameters::set_parameters;

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
        companion("SourceManifest.xml", source_manifest(&options.root)),
        companion("deploy-readme.txt", windows_lines(&readme)),
        // Lines that end in LF alone make cmd.exe miss labels.
        companion("deploy.cmd", windows_lines(iisle_templates::DEPLOY_CMD)),
    ]
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
    use super::{companions, digest_lines};
    use crate::PackOptions;

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
    fn digests_are_lines_that_sha256sum_checks() {
        let (one, two) = ([0xab; 32], [0; 32]);
        let lines = digest_lines([("App.zip", &one), ("a\\b", &two)]);
        let (ab, zero) = ("ab".repeat(32), "0".repeat(64));
        assert_eq!(lines, format!("{ab}  App.zip\n\\{zero}  a\\\\b\n"));
    }
}
