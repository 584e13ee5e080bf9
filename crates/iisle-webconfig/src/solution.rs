//! The GUID that a solution file gives a project.
//!
//! Source: dotnet/sdk, `WebConfigTelemetry.cs`; Microsoft Learn, "Solution (.sln) file".

use crate::compatible::Newline;
use crate::transform::equal_ignoring_case;

/// How many folders are searched for solutions, from the project's own upwards.
pub const SOLUTION_FOLDERS: usize = 5;

/// Whether a folder's file of this name is looked at: `*.sln` and `*.slnx`.
pub fn is_solution(name: &str, host: Newline) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["sln", "slnx"].iter().any(|known| host.same_name(extension, known))
}

/// The GUID of the project in the text of a solution, as written there; both paths are absolute,
/// that of the solution's folder and that of the project file.
///
/// `host` is the convention that paths follow: on Unix a backslash is part of a name, which is why
/// solutions as Visual Studio writes them match no project there. An empty GUID counts as none.
pub fn solution_guid(text: &str, folder: &str, project: &str, host: Newline) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split(['\n', '\r']);
    let mut projects = lines.filter_map(project_line);
    let project = normal(project, host);
    let (_, guid) = projects.find(|(relative, _)| {
        let path = if is_rooted(relative, host) {
            (*relative).to_owned()
        } else {
            format!("{folder}/{relative}")
        };
        equal_ignoring_case(&normal(&path, host), &project)
    })?;
    (!guid.is_empty()).then(|| guid.to_owned())
}

fn is_rooted(path: &str, host: Newline) -> bool {
    match host {
        Newline::Lf => path.starts_with('/'),
        Newline::CrLf => path.starts_with(['/', '\\']) || path.get(1..2) == Some(":"),
    }
}

/// A path without `.` and `..` steps and with `/`.
fn normal(path: &str, host: Newline) -> String {
    let path = match host {
        Newline::Lf => path.to_owned(),
        Newline::CrLf => path.replace('\\', "/"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

/// Relative path and GUID of a line `Project("…") = "name", "relative path", "guid"`.
fn project_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("Project")?.trim_start().strip_prefix('(')?;
    let (_, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(')')?.trim_start().strip_prefix('=')?;
    let (_, rest) = quoted(rest.trim_start())?;
    let (path, rest) = quoted(rest.trim_start().strip_prefix(',')?.trim_start())?;
    let (guid, rest) = quoted(rest.trim_start().strip_prefix(',')?.trim_start())?;
    rest.trim().is_empty().then_some((path.trim(), guid.trim()))
}

/// A text in double quotes, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"')
}

#[cfg(test)]
mod tests {
    use super::{Newline, is_solution, solution_guid};

    const SOLUTION: &str = "\u{feff}\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\nProject(\"{FAE04EC0}\") = \"Lib\", \"Lib\\Lib.csproj\", \"{11}\"\r\nEndProject\r\nProject (\"{FAE04EC0}\")=\"App\" , \"src/App/../App/App.csproj\",\"{22}\"  \r\n";

    #[test]
    fn the_path_decides_ignoring_case() {
        let guid = |project| solution_guid(SOLUTION, "/repo", project, Newline::Lf);
        assert_eq!(guid("/repo/src/App/App.csproj").as_deref(), Some("{22}"));
        assert_eq!(guid("/REPO/src/app/APP.csproj").as_deref(), Some("{22}"));
        assert_eq!(guid("/other/src/App/App.csproj"), None);
    }

    #[test]
    fn backslashes_separate_on_windows_alone() {
        let guid = |host| solution_guid(SOLUTION, "/repo", "/repo/Lib/Lib.csproj", host);
        assert_eq!(guid(Newline::CrLf).as_deref(), Some("{11}"));
        assert_eq!(guid(Newline::Lf), None);
    }

    #[test]
    fn other_lines_do_not_count() {
        for line in [
            "# Project(\"{F}\") = \"A\", \"A.csproj\", \"{1}\"",
            "Project(\"{F}\") = \"A\", \"A.csproj\", \"{1}\" x",
            "Project(\"{F}\") = \"A\", \"A.csproj\"",
            "Project(\"{F}\") = \"A\", \"A.csproj\", \"\"",
        ] {
            assert_eq!(solution_guid(line, "/r", "/r/A.csproj", Newline::Lf), None, "{line}");
        }
    }

    #[test]
    fn solutions_are_told_by_their_extension() {
        assert!(is_solution("A.sln", Newline::Lf) && is_solution("a.b.slnx", Newline::Lf));
        assert!(is_solution("A.SLN", Newline::CrLf) && !is_solution("A.SLN", Newline::Lf));
        assert!(!is_solution("A.slnf", Newline::Lf) && !is_solution("sln", Newline::Lf));
    }
}
