//! Solutions: which projects they hold. Configurations and dependencies are left alone.

use iisle_xml::{Document, XmlError};
use thiserror::Error;

use crate::sdk::json_texts;

/// The forms of solutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolutionForm {
    /// `.sln`, lines of text.
    Sln,
    /// `.slnx`, XML.
    Slnx,
    /// `.slnf`, JSON: a part of another solution.
    Filter,
}

impl SolutionForm {
    /// The form a file name says; `None` when it is no solution.
    pub fn of(file_name: &str) -> Option<Self> {
        match file_name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "sln" => Some(Self::Sln),
            "slnx" => Some(Self::Slnx),
            "slnf" => Some(Self::Filter),
            _ => None,
        }
    }
}

/// A project a solution names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolutionProject {
    /// What the solution calls it; the stem of the file when it says nothing.
    pub name: String,
    /// The project file, with `/`, relative to the folder of the solution unless absolute.
    pub path: String,
}

/// What a solution says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Solution {
    /// Its projects, in the order of the file; a filter's are those it keeps.
    pub projects: Vec<SolutionProject>,
    /// For a filter: the solution it belongs to, with `/`, relative to the filter's folder. The
    /// paths of its projects are relative to that solution.
    pub filters: Option<String>,
}

/// Why a file is no solution.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum SolutionError {
    #[error("the first line must begin with `{expected}`")]
    NoHeader { expected: &'static str },
    #[error("it is no valid XML")]
    Xml { source: XmlError },
    #[error("the root element is `{found}`, expected `Solution`")]
    Root { found: String },
    #[error("it is no JSON with `solution.path` and `solution.projects`")]
    Filter,
}

/// The type of a folder that only groups projects.
const FOLDER: &str = "2150E333-8FDC-42A3-9474-1A3956D46DE8";
const HEADER: &str = "Microsoft Visual Studio Solution File";

impl Solution {
    /// Reads a solution.
    ///
    /// Source: dotnet/msbuild, `documentation/solutions`, and `src/Build/Construction/Solution`.
    pub fn parse(form: SolutionForm, bytes: &[u8]) -> Result<Self, SolutionError> {
        match form {
            SolutionForm::Sln => lines(&decoded(bytes)),
            SolutionForm::Slnx => elements(bytes),
            SolutionForm::Filter => filter(&decoded(bytes)),
        }
    }
}

/// UTF-8 unless a byte order mark says UTF-16.
fn decoded(bytes: &[u8]) -> String {
    let units = |pairs: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = pairs.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => String::from_utf8_lossy(rest).into_owned(),
    }
}

fn project(name: Option<&str>, path: &str) -> SolutionProject {
    let path = path.trim().replace('\\', "/");
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let name = name.filter(|name| !name.is_empty()).unwrap_or(stem).to_owned();
    SolutionProject { name, path }
}

/// `Project("{type}") = "name", "path", "{id}"`.
fn lines(text: &str) -> Result<Solution, SolutionError> {
    let mut all = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if !all.next().is_some_and(|line| line.starts_with(HEADER)) {
        return Err(SolutionError::NoHeader { expected: HEADER });
    }
    let mut solution = Solution::default();
    for line in all {
        let Some(rest) = line.strip_prefix("Project(") else { continue };
        let quoted: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
        let [kind, name, path, ..] = quoted[..] else { continue };
        let kind = kind.trim_matches(['{', '}', ' ']);
        // A web site is a folder or an address, no project.
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_site = path.contains("://") || !file.contains('.');
        if !kind.eq_ignore_ascii_case(FOLDER) && !is_site {
            solution.projects.push(project(Some(name), path));
        }
    }
    Ok(solution)
}

/// `Project` elements with `Path`, below `Solution` or its `Folder`s.
fn elements(bytes: &[u8]) -> Result<Solution, SolutionError> {
    let document = Document::parse(bytes).map_err(|source| SolutionError::Xml { source })?;
    let root = document.root();
    if document.local_name(root) != "Solution" {
        let found = document.local_name(root).to_owned();
        return Err(SolutionError::Root { found });
    }
    let mut solution = Solution::default();
    for node in document.descendants(root) {
        if document.local_name(node) != "Project" {
            continue;
        }
        if let Some(path) = document.attribute(node, "Path").filter(|path| !path.trim().is_empty())
        {
            solution.projects.push(project(document.attribute(node, "DisplayName"), path));
        }
    }
    Ok(solution)
}

fn filter(text: &str) -> Result<Solution, SolutionError> {
    let mut solution = Solution::default();
    for (keys, value) in json_texts(text).ok_or(SolutionError::Filter)? {
        match keys.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["solution", "path"] => solution.filters = Some(value.replace('\\', "/")),
            ["solution", "projects", ""] => solution.projects.push(project(None, &value)),
            _ => {}
        }
    }
    if solution.filters.is_none() {
        return Err(SolutionError::Filter);
    }
    Ok(solution)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(form: SolutionForm, text: &str) -> String {
        match Solution::parse(form, text.as_bytes()) {
            Err(error) => format!("{error}\n"),
            Ok(solution) => {
                let filters = solution.filters.map(|path| format!("of {path}\n"));
                let projects =
                    solution.projects.iter().map(|p| format!("{}: {}\n", p.name, p.path));
                filters.into_iter().chain(projects).collect()
            }
        }
    }

    #[test]
    fn solutions_of_every_form_name_their_projects() {
        let text = "\u{feff}\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\n\
            Project(\"{9A19103F-16F7-4668-BE54-9A1E7A4F7556}\") = \"Shop\", \"src\\Shop\\Shop.csproj\", \"{1}\"\r\nEndProject\r\n\
            Project(\"{2150E333-8FDC-42A3-9474-1A3956D46DE8}\") = \"docs\", \"docs\", \"{2}\"\r\nEndProject\r\n\
            Project(\"{E24C65DC-7377-472B-9ABA-BC803B73C61A}\") = \"site\", \"http://localhost/site\", \"{3}\"\r\nEndProject\r\n";
        assert_eq!(check(SolutionForm::Sln, text), "Shop: src/Shop/Shop.csproj\n");
        let text = "<Solution><Folder Name=\"/a/\"><Project Path=\"a\\A.csproj\"><Build /></Project></Folder><Project Path=\"b.fsproj\" DisplayName=\"B!\"/></Solution>";
        assert_eq!(check(SolutionForm::Slnx, text), "A: a/A.csproj\nB!: b.fsproj\n");
        let text =
            "{\"solution\":{\"path\":\"..\\\\All.sln\",\"projects\":[\"src\\\\A.csproj\",]}}";
        assert_eq!(check(SolutionForm::Filter, text), "of ../All.sln\nA: src/A.csproj\n");
    }

    #[test]
    fn what_is_no_solution_is_refused() {
        insta::assert_snapshot!(
            [
                check(SolutionForm::Sln, "hello"),
                check(SolutionForm::Slnx, "<Project />"),
                check(SolutionForm::Slnx, "<Solution>"),
                check(SolutionForm::Filter, "{\"solution\":{}}"),
                check(SolutionForm::Filter, "[" ),
            ]
            .concat(),
            @r"
        the first line must begin with `Microsoft Visual Studio Solution File`
        the root element is `Project`, expected `Solution`
        it is no valid XML
        it is no JSON with `solution.path` and `solution.projects`
        it is no JSON with `solution.path` and `solution.projects`
        "
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_solution_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = [HEADER.as_bytes(), b"\nProject(", &bytes].concat();
            prop_assert!(Solution::parse(SolutionForm::Sln, &text).is_ok());
            for form in [SolutionForm::Slnx, SolutionForm::Filter] {
                drop(Solution::parse(form, &bytes));
            }
        }
    }
}
