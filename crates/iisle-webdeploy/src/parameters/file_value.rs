use iisle_path::RelPath;
use iisle_xml::Document;
use iisle_xml::xpath::{Dialect, Namespaces, XNode, XPath};
use thiserror::Error;

use super::declare::escape_regex;
use super::{Entry, Kind, Parameter};
use crate::{NetRegex, SourcePath};

/// Why a value of a file cannot become a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum FileValueError {
    #[error("`{path}` is neither XML nor JSON")]
    Format { path: RelPath },
    #[error("`{place}` is no XPath that selects nodes")]
    XPath { place: String },
    #[error("`{place}` is no pointer such as /Section/Key")]
    Pointer { place: String },
    #[error("`{path}` has nothing at `{place}`")]
    Missing { path: RelPath, place: String },
}

/// A parameter for one value of a file in a package: an XPath of an XML file, a pointer such as
/// `/ConnectionStrings/Main` of a JSON file. Its default is the value that is there.
///
/// What holds a password has no default and is secret: it must be set by whoever deploys.
pub fn file_value(
    root: &SourcePath,
    name: &str,
    path: &RelPath,
    place: &str,
    content: &[u8],
) -> Result<Parameter, FileValueError> {
    let missing = || FileValueError::Missing { path: path.clone(), place: place.to_owned() };
    let (kind, matching, value) = if let Ok(document) = Document::parse(content) {
        let value = xml_value(&document, place)?.ok_or_else(missing)?;
        (Kind::XmlFile, place.to_owned(), value)
    } else {
        let text = str::from_utf8(content).ok().map(|text| text.trim_start_matches('\u{feff}'));
        let text = text.filter(|text| text.trim_start().starts_with(['{', '[']));
        let text = text.ok_or_else(|| FileValueError::Format { path: path.clone() })?;
        let patterns = json_patterns(place)?;
        let found = patterns.into_iter().find_map(|pattern| {
            let value = NetRegex::parse(&pattern).ok()?.first_match(text).ok()??;
            Some((pattern, value))
        });
        let (pattern, value) = found.ok_or_else(missing)?;
        (Kind::TextFile, pattern, value)
    };
    let scope = format!("^{}$", escape_regex(&root.below(Some(path))));
    let is_secret =
        ["password", "pwd="].iter().any(|word| value.to_ascii_lowercase().contains(word));
    let about = match kind {
        Kind::TextFile => format!("{place} in {path}, written as it is: escape it as JSON"),
        _ => format!("{place} in {path}"),
    };
    Ok(Parameter {
        name: name.to_owned(),
        description: Some(about),
        // Literal: braces in it stand for nothing.
        value: (!is_secret).then_some(value),
        tags: if is_secret { vec!["Password".to_owned()] } else { Vec::new() },
        entries: vec![Entry { kind, scope, matching, tags: Vec::new() }],
        ..Parameter::default()
    })
}

/// The text of the first node that an XPath selects.
fn xml_value(document: &Document, place: &str) -> Result<Option<String>, FileValueError> {
    let error = || FileValueError::XPath { place: place.to_owned() };
    let path = XPath::parse_as(place, Dialect::DotNet).map_err(|_| error())?;
    // As Web Deploy does when it applies the parameter.
    let root = XNode::Tree(document.root());
    let nodes = path.select(document, &root, &Namespaces::new()).map_err(|_| error())?;
    Ok(nodes.first().map(|node| node.text(document)))
}

/// Expressions for the value at a pointer: one for texts, one for numbers and the like.
fn json_patterns(place: &str) -> Result<[String; 2], FileValueError> {
    let keys: Vec<_> = place.strip_prefix('/').unwrap_or_default().split('/').collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(FileValueError::Pointer { place: place.to_owned() });
    }
    let keys: Vec<_> = keys.iter().map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    let before = before_json_value(&keys);
    Ok([
        format!(r#"(?<={before}")(?:[^"\\]|\\.)*(?=")"#),
        format!(r#"(?<={before})[^\s,"{{}}\[\]/]+"#),
    ])
}

/// How deep objects and lists may lie in what stands before a value.
const DEPTH: usize = 6;

/// The text of a JSON file from its beginning to the value that `keys` lead to.
///
/// Counting from the beginning, with texts, comments and brackets as wholes, is what keeps a key of
/// the same name elsewhere in the file from being hit.
fn before_json_value(keys: &[String]) -> String {
    let plain = concat!(
        r#"[^{}\[\]"/]|"(?:[^"\\]|\\.)*""#,
        r"|//[^\r\n]*[\r\n]|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
    );
    let mut members = format!("(?:{plain})*");
    for _ in 0..DEPTH {
        members = format!(r"(?:{plain}|[\[{{]{members}[\]}}])*");
    }
    let keys = keys.iter().map(|key| format!(r#"\{{{members}"{}"\s*:\s*"#, escape_regex(key)));
    format!(r"\A{members}{}", keys.collect::<String>())
}

/// The names of the connection strings that a file declares, with the places of their values.
pub fn connection_strings(content: &[u8]) -> Vec<(String, String)> {
    if let Ok(document) = Document::parse(content) {
        let path = "/configuration/connectionStrings/add";
        let root = document.root();
        let sections = document.elements(root).filter(|n| document.name(*n) == "connectionStrings");
        let entries = sections.flat_map(|section| document.elements(section).collect::<Vec<_>>());
        return entries
            .filter_map(|entry| document.attribute(entry, "name"))
            .filter(|name| !name.contains('\''))
            .map(|name| (name.to_owned(), format!("{path}[@name='{name}']/@connectionString")))
            .collect();
    }
    let Ok(text) = str::from_utf8(content) else { return Vec::new() };
    let before = before_json_value(&["ConnectionStrings".to_owned()]);
    let names =
        NetRegex::parse(&format!(r#"(?<={before}\{{[^{{}}]*")(?:[^"\\:{{}}]|\\.)+(?="\s*:\s*")"#));
    let names = names.and_then(|names| names.all_matches(text)).unwrap_or_default();
    names
        .into_iter()
        .map(|name| {
            let key = name.replace('~', "~0").replace('/', "~1");
            (name, format!("/ConnectionStrings/{key}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{connection_strings, file_value};
    use crate::{NetRegex, SourcePath};
    use iisle_path::RelPath;

    const JSON: &str = r#"{ "Logging": { "LogLevel": { "Default": "Information" } },
  "ConnectionStrings": { "Main": "Server=.\\SQL;Database=Shop", "Other": "Server=x;Password=p" },
  "Smtp": { "Tls": { "On": true }, "Port": 25 } }"#;

    fn check(path: &str, place: &str, content: &str) -> String {
        let path = RelPath::parse(path).unwrap();
        match file_value(&SourcePath::default(), "P", &path, place, content.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(parameter) => {
                let entry = &parameter.entries[0];
                format!("{} {:?} {}", entry.kind, parameter.value, entry.scope)
            }
        }
    }

    #[test]
    fn values_of_files_become_parameters_with_what_is_there() {
        let xml = "<configuration><connectionStrings><add name='Main' connectionString='x' /></connectionStrings></configuration>";
        let rows = [
            check(
                "web.config",
                "/configuration/connectionStrings/add[@name='Main']/@connectionString",
                xml,
            ),
            check("web.config", "//none", xml),
            check("web.config", "//[", xml),
            check("a/appsettings.json", "/ConnectionStrings/Main", JSON),
            check("appsettings.json", "/ConnectionStrings/Other", JSON),
            check("appsettings.json", "/Smtp/Port", JSON),
            check("appsettings.json", "/Smtp/Tls/On", JSON),
            check("appsettings.json", "/Logging/LogLevel/Default", JSON),
            check("appsettings.json", "/Smtp/None", JSON),
            check("appsettings.json", "Smtp", JSON),
            check("a.bin", "/x", "MZ"),
        ];
        insta::assert_snapshot!(rows.join("\n"));
    }

    #[test]
    fn the_expression_of_a_pointer_hits_that_value_and_no_other() {
        let path = RelPath::parse("appsettings.json").unwrap();
        let root = SourcePath::default();
        let parameter = file_value(&root, "P", &path, "/Smtp/Port", JSON.as_bytes()).unwrap();
        let regex = NetRegex::parse(&parameter.entries[0].matching).unwrap();
        let (changed, places) = regex.replace_all(JSON, "587").unwrap();
        assert_eq!((changed, places), (JSON.replace("25", "587"), 1));
    }

    /// Keys of the same name at other places, texts that look like keys, comments, nesting.
    #[test]
    fn a_pointer_counts_from_the_beginning_of_the_file() {
        let json = r#"{
  // "Smtp": { "Port": 1 }
  "Old": { "Smtp": { "Port": 2, "x": [[{ "Port": 3 }]] } }, /* " { */
  "Text": "\"Smtp\": { \"Port\": 4 }",
  "Smtp": { "List": [ { "Port": 5 } ], "Tls": { "Port": 6 }, "Port": 25, "Empty": "" }
}"#;
        assert_eq!(
            check("a.json", "/Smtp/Port", json),
            "TextFile Some(\"25\") ^C:\\\\app\\\\a\\.json$"
        );
        assert!(check("a.json", "/Smtp/Tls/Port", json).contains("\"6\""));
        assert!(check("a.json", "/Old/Smtp/Port", json).contains("\"2\""));
        assert!(check("a.json", "/Smtp/Empty", json).contains("Some(\"\")"));
        assert_eq!(check("a.json", "/Port", json), "`a.json` has nothing at `/Port`");
        let path = RelPath::parse("a.json").unwrap();
        let parameter =
            file_value(&SourcePath::default(), "P", &path, "/Smtp/Port", json.as_bytes()).unwrap();
        let regex = NetRegex::parse(&parameter.entries[0].matching).unwrap();
        assert_eq!(regex.replace_all(json, "587").unwrap(), (json.replace("25", "587"), 1));
    }

    #[test]
    fn connection_strings_are_found_in_both_kinds_of_files() {
        let xml = b"<configuration><connectionStrings><add name='A' connectionString='x'/><clear/></connectionStrings></configuration>";
        let names = |content: &[u8]| {
            connection_strings(content).into_iter().map(|(n, _)| n).collect::<Vec<_>>()
        };
        assert_eq!(names(xml), ["A"]);
        assert_eq!(names(JSON.as_bytes()), ["Main", "Other"]);
        assert_eq!(names(b"{}"), Vec::<String>::new());
        assert_eq!(
            names(br#"{ "A": { "ConnectionStrings": { "X": "y" } } }"#),
            Vec::<String>::new()
        );
    }
}
