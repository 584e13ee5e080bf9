use std::collections::BTreeMap;

use super::FrameworkVersion;

/// The frameworks that are installed where the application will run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runtimes {
    /// Versions by name, sorted. Names compare with case: they are names of folders.
    pub frameworks: BTreeMap<String, Vec<FrameworkVersion>>,
    /// Lines that are none of a list of runtimes: number from 1, and text.
    pub strange_lines: Vec<(u32, String)>,
}

impl Runtimes {
    /// Reads what `dotnet --list-runtimes` prints, a line `NAME VERSION [FOLDER]` each.
    ///
    /// Versions that the host would not recognize are left out, as it leaves out such folders.
    pub fn parse(text: &str) -> Self {
        let mut runtimes = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, number) in text.lines().zip(1..) {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (None, _) => {}
                (Some(name), Some(version))
                    if version.starts_with(|c: char| c.is_ascii_digit()) =>
                {
                    let versions = runtimes.frameworks.entry(name.to_owned()).or_default();
                    versions.extend(FrameworkVersion::parse(version));
                }
                _ => runtimes.strange_lines.push((number, line.to_owned())),
            }
        }
        for versions in runtimes.frameworks.values_mut() {
            versions.sort();
        }
        runtimes
    }

    pub(super) fn versions(&self, name: &str) -> &[FrameworkVersion] {
        self.frameworks.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Runtimes;

    #[test]
    fn the_list_of_dotnet_is_read() {
        let text = "Microsoft.NETCore.App 8.0.11 [C:\\Program Files\\dotnet\\shared\\Microsoft.NETCore.App]\r\n\
                    Microsoft.NETCore.App 8.0.4 [/usr/share/dotnet]\r\n\r\nMicrosoft.NETCore.App 9.0 [x]\n\
                    No runtimes here";
        let runtimes = Runtimes::parse(text);
        let found: Vec<_> =
            runtimes.versions("Microsoft.NETCore.App").iter().map(ToString::to_string).collect();
        assert_eq!(found, ["8.0.4", "8.0.11"]);
        assert_eq!(runtimes.strange_lines, [(5, "No runtimes here".to_owned())]);
    }
}
