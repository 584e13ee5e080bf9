//! Where things may lie: guards against writing over sources.

use std::path::Path;

use iisle_inspect::project::Project;
use iisle_path::{Patterns, RelPath};
use iisle_tree::host::{self, Overlap};

use crate::Failure;

/// Refuses an output folder that is, holds, or lies among the sources of its project.
///
/// A folder below the project that its default globs leave out (`bin`, `obj`, and what
/// `DefaultItemExcludes` names) is where output belongs.
pub(super) fn check_output(folder: &Path, project: &Project, output: &Path) -> Result<(), Failure> {
    let shown = output.display();
    let problem = match host::overlap(output, folder)? {
        Overlap::Apart => return Ok(()),
        Overlap::FirstInside => None,
        Overlap::Same => Some("is the project's own folder"),
        Overlap::SecondInside => Some("holds the project"),
    };
    if let Some(problem) = problem {
        return Err(Failure::new(format!("the output folder `{shown}` {problem}"))
            .hint("publish to a folder of its own: `dotnet publish -o ../publish`"));
    }
    let inner = host::resolve(output)?;
    let outer = host::resolve(folder)?;
    let relative =
        inner.strip_prefix(&outer).unwrap_or(&inner).to_string_lossy().replace('\\', "/");
    if is_excluded(project, &relative)? {
        return Ok(());
    }
    Err(Failure::new(format!("the output folder `{shown}` lies among the sources of the project"))
        .hint("the next `dotnet publish` would sweep it up as content: publish to a folder outside, or below bin/")
        .hint(format!("or leave it out for good: <DefaultItemExcludes>$(DefaultItemExcludes);{relative}/**</DefaultItemExcludes>")))
}

/// Whether the project's default globs leave out what lies below `relative`.
fn is_excluded(project: &Project, relative: &str) -> Result<bool, Failure> {
    let mut patterns = vec!["/bin/**".to_owned(), "/obj/**".to_owned(), "/artifacts/**".to_owned()];
    let named = ["BaseOutputPath", "BaseIntermediateOutputPath", "OutputPath"];
    for text in named.iter().filter_map(|name| project.property(name)) {
        patterns.push(format!("/{}/**", tidy(text)));
    }
    for text in project.property("DefaultItemExcludes").unwrap_or_default().split(';') {
        patterns.push(format!("/{}", tidy(text)));
    }
    // What cannot be read as a pattern excludes nothing.
    patterns.retain(|pattern| pattern.len() > 1 && Patterns::parse([pattern]).is_ok());
    let probe = RelPath::parse(&format!("{relative}/web.config")).map_err(|e| Failure::of(&e))?;
    Ok(Patterns::parse(&patterns)?.is_match(&probe))
}

fn tidy(text: &str) -> String {
    let mut text = text.trim().replace('\\', "/");
    while text.contains("//") {
        text = text.replace("//", "/");
    }
    let text = text.strip_prefix("./").unwrap_or(&text);
    text.trim_matches('/').to_owned()
}

/// Refuses a target that is, holds or lies in the output or the project.
pub(super) fn check_target(
    output: &Path,
    project: Option<&Path>,
    target: &Path,
) -> Result<(), Failure> {
    crate::sync::separate(output, target)?;
    let Some(folder) = project else { return Ok(()) };
    let shown = target.display();
    if matches!(host::overlap(folder, target)?, Overlap::Same | Overlap::FirstInside) {
        return Err(Failure::new(format!("the target `{shown}` holds the sources of the project"))
            .hint("choose the folder that IIS serves"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn msbuilds_mixed_separators_become_one() {
        assert_eq!(tidy(r".\bin\Release//net8.0/"), "bin/Release/net8.0");
        assert_eq!(tidy(r"bin\/**"), "bin/**");
        assert_eq!(tidy("**/*.user"), "**/*.user");
    }
}
