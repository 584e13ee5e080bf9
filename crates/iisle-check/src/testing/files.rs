//! A folder as text: `== path` begins a file, the lines below are its content.

use super::image;

/// One file of a text.
pub(super) struct File {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// Reads a text of files. Content is moved left by its common indentation.
///
/// Content may also be a word for bytes that are no text: `empty`, `utf-16: …`, and for programs
/// what [`image::parse`] reads.
pub(super) fn parse(text: &str) -> Vec<File> {
    let mut files: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if let Some(path) = line.trim().strip_prefix("== ") {
            files.push((path.trim().to_owned(), Vec::new()));
        } else if let Some((_, lines)) = files.last_mut() {
            lines.push(line);
        }
    }
    files.into_iter().map(|(path, lines)| File { bytes: bytes(&path, &lines), path }).collect()
}

fn bytes(path: &str, lines: &[&str]) -> Vec<u8> {
    let blank = |line: &&&str| !line.trim().is_empty();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(blank).map(indent).min().unwrap_or_default();
    let dedented: Vec<_> =
        lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    let text = dedented.join("\n");
    let text = text.trim_end();
    if text == "empty" {
        return Vec::new();
    }
    if let Some(text) = text.strip_prefix("utf-16: ") {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        return units.flat_map(u16::to_le_bytes).collect();
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.eq_ignore_ascii_case("web.config") {
        return format!("{}\n", web_config(text)).into_bytes();
    }
    image::parse(text).unwrap_or_else(|| format!("{text}\n").into_bytes())
}

/// A section alone stands for the file of the SDK around it.
fn web_config(text: &str) -> String {
    if !text.starts_with("<aspNetCore") {
        return text.to_owned();
    }
    let text = text.replace('\n', "\n      ");
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <location path="." inheritInChildApplications="false">
    <system.webServer>
      <handlers>
        <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
      </handlers>
      {text}
    </system.webServer>
  </location>
</configuration>"#
    )
}
