use thiserror::Error;

/// What a folder holds that can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovered<'a> {
    /// A project of MSBuild.
    Project(&'a str),
    /// A Cargo manifest.
    Cargo(&'a str),
}

/// Why there is nothing to publish in a folder, or too much.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum DiscoverError {
    #[error("there is no project file")]
    Nothing,
    #[error("there are several project files: {}", names.join(", "))]
    Several { names: Vec<String> },
    #[error("`{name}` is a solution, expected a project")]
    Solution { name: String },
    #[error("`{name}` is a project of a kind that is no web application")]
    OtherKind { name: String },
    #[error("`{name}` is a project of .NET Core 1 previews, which nothing can evaluate any more")]
    ProjectJson { name: String },
}

/// Finds the project among the names of a folder's files.
///
/// A project of MSBuild goes before a Cargo manifest beside it.
pub fn discover<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> Result<Discovered<'a>, DiscoverError> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    let with = |extensions: &[&str]| -> Vec<&'a str> {
        let has = |name: &&&str| {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension);
            extension
                .is_some_and(|it| extensions.iter().any(|known| it.eq_ignore_ascii_case(known)))
        };
        names.iter().filter(has).copied().collect()
    };
    match with(&["csproj", "fsproj", "vbproj"])[..] {
        [only] => return Ok(Discovered::Project(only)),
        [] => {}
        ref several => {
            return Err(DiscoverError::Several {
                names: several.iter().map(|name| (*name).to_owned()).collect(),
            });
        }
    }
    let named = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).copied();
    if let Some(manifest) = names.iter().find(|name| **name == "Cargo.toml") {
        return Ok(Discovered::Cargo(manifest));
    }
    if let Some(name) = with(&["sln", "slnx", "slnf"]).first() {
        return Err(DiscoverError::Solution { name: (*name).to_owned() });
    }
    if let Some(name) = with(&["xproj"]).first().copied().or_else(|| named("project.json")) {
        return Err(DiscoverError::ProjectJson { name: name.to_owned() });
    }
    let others = ["esproj", "shproj", "sqlproj", "wixproj", "vcxproj", "dcproj", "proj"];
    match with(&others).first() {
        Some(name) => Err(DiscoverError::OtherKind { name: (*name).to_owned() }),
        None => Err(DiscoverError::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::{Discovered, discover};

    fn error(names: &[&str]) -> String {
        discover(names.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn the_only_project_is_found() {
        let found = discover(["Program.cs", "Shop.CSPROJ", "Cargo.toml", "x.esproj"]);
        assert_eq!(found, Ok(Discovered::Project("Shop.CSPROJ")));
        assert_eq!(discover(["main.rs", "Cargo.toml"]), Ok(Discovered::Cargo("Cargo.toml")));
    }

    #[test]
    fn anything_else_is_said_clearly() {
        assert_eq!(error(&[]), "there is no project file");
        assert_eq!(
            error(&["b.csproj", "a.fsproj"]),
            "there are several project files: a.fsproj, b.csproj"
        );
        assert_eq!(error(&["all.slnx"]), "`all.slnx` is a solution, expected a project");
        assert_eq!(
            error(&["db.sqlproj"]),
            "`db.sqlproj` is a project of a kind that is no web application"
        );
        assert_eq!(
            error(&["project.json"]),
            "`project.json` is a project of .NET Core 1 previews, which nothing can evaluate any more"
        );
    }
}
