//! Which file is the source of the transformation (W07, W08, W21).

use thiserror::Error;

/// Where the source is to come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourceChoice {
    /// The project's file if it was published, else a linked item, else a generated file.
    #[default]
    Auto,
    /// Always a generated file.
    Generate,
    /// The project's file, also when it was excluded from the publish.
    Project,
    /// What lies in the publish output, as when there is no project at all.
    KeepTarget,
    /// No web.config work.
    None,
}

/// The file to start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// This file of the project directory.
    Project(String),
    /// The content item that the project links as web.config, by the path given.
    Linked(String),
    /// This file of the publish output.
    Target(String),
    /// A generated file.
    Generated,
    /// Nothing is to be done.
    None,
}

/// The decision about the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlan {
    /// The file to start from.
    pub source: Source,
    /// The project's file whose content is not used, to be reported with the code
    /// `project-web-config-ignored`.
    pub ignored: Option<String>,
    /// Files of the publish output that differ from `web.config` in case and are to be deleted
    /// once the new file stands.
    pub stale: Vec<String>,
}

/// Several files of one directory are called web.config to Windows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {place} holds {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and "))]
pub struct AmbiguousWebConfig {
    /// `project` or `publish output`.
    pub place: &'static str,
    /// The names, as given.
    pub names: Vec<String>,
}

impl AmbiguousWebConfig {
    /// The stable word of the error.
    pub fn code(&self) -> &'static str {
        "ambiguous-web-config"
    }
}

/// Decides which file is the source, from the names of the files in the project directory and in
/// the root of the publish output; names compare ignoring case.
///
/// `linked` is the path of a content item outside the project directory whose target path is
/// web.config, when the evaluation of the project shows one.
///
/// # Errors
/// [`AmbiguousWebConfig`] when one of the two directories holds two candidates.
///
/// Source: dotnet/sdk, `TransformWebConfig.cs`, with the deviations that the module names.
pub fn choose_source(
    project: &[&str],
    published: &[&str],
    linked: Option<&str>,
    choice: SourceChoice,
) -> Result<SourcePlan, AmbiguousWebConfig> {
    if choice == SourceChoice::None {
        return Ok(SourcePlan { source: Source::None, ignored: None, stale: Vec::new() });
    }
    let target = only(published, "publish output")?;
    let stale = target.iter().filter(|name| **name != "web.config").map(|name| (*name).to_owned());
    let stale = stale.collect();
    let project = match choice {
        SourceChoice::KeepTarget => None,
        _ => only(project, "project")?,
    };
    let source = match (choice, project, target, linked) {
        (SourceChoice::Auto, Some(name), Some(_), _) | (SourceChoice::Project, Some(name), ..) => {
            Source::Project(name.to_owned())
        }
        (SourceChoice::Auto | SourceChoice::Project, _, _, Some(path)) => {
            Source::Linked(path.to_owned())
        }
        (SourceChoice::KeepTarget, _, Some(name), _) => Source::Target(name.to_owned()),
        _ => Source::Generated,
    };
    let ignored = project.filter(|_| source == Source::Generated).map(str::to_owned);
    Ok(SourcePlan { source, ignored, stale })
}

/// The one name that is web.config ignoring case.
fn only<'a>(names: &[&'a str], place: &'static str) -> Result<Option<&'a str>, AmbiguousWebConfig> {
    let mut found = names.iter().copied().filter(|name| name.eq_ignore_ascii_case("web.config"));
    let first = found.next();
    let more: Vec<_> = found.map(str::to_owned).collect();
    match first {
        Some(first) if !more.is_empty() => {
            let mut names = vec![first.to_owned()];
            names.extend(more);
            Err(AmbiguousWebConfig { place, names })
        }
        _ => Ok(first),
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceChoice, choose_source};

    /// Names are separated by commas.
    fn check(project: &str, published: &str, linked: Option<&str>, choice: SourceChoice) -> String {
        let project: Vec<_> = project.split(',').collect();
        let published: Vec<_> = published.split(',').collect();
        match choose_source(&project, &published, linked, choice) {
            Ok(plan) => {
                let ignored = plan.ignored.map(|name| format!(" ignoring {name}"));
                let stale = plan.stale.iter().map(|name| format!(" deleting {name}"));
                let stale: String = stale.collect();
                format!("{:?}{}{stale}", plan.source, ignored.unwrap_or_default())
            }
            Err(error) => format!("{}: {error}", error.code()),
        }
    }

    #[test]
    fn the_published_project_file_is_the_source() {
        let auto = |project, published| check(project, published, None, SourceChoice::Auto);
        assert_eq!(auto("App.csproj,web.config", "web.config"), r#"Project("web.config")"#);
        let upper = auto("Web.config", "App.dll,Web.Config");
        assert_eq!(upper, r#"Project("Web.config") deleting Web.Config"#);
    }

    #[test]
    fn an_excluded_project_file_is_ignored_and_said_so() {
        let auto = |project, published| check(project, published, None, SourceChoice::Auto);
        assert_eq!(auto("web.config", "App.dll"), "Generated ignoring web.config");
        // What an earlier publish left is no source (W21).
        assert_eq!(auto("App.csproj", "WEB.config"), "Generated deleting WEB.config");
        let forced = check("web.config", "App.dll", None, SourceChoice::Project);
        assert_eq!(forced, r#"Project("web.config")"#);
    }

    #[test]
    fn a_linked_item_takes_the_place_of_a_file_that_was_not_published() {
        let link = Some("../shared/web.config");
        let auto = check("App.csproj", "App.dll,web.config", link, SourceChoice::Auto);
        assert_eq!(auto, r#"Linked("../shared/web.config")"#);
        let both = check("web.config", "web.config", link, SourceChoice::Auto);
        assert_eq!(both, r#"Project("web.config")"#);
    }

    #[test]
    fn without_a_project_the_target_can_be_kept() {
        let keep = |published| check("", published, None, SourceChoice::KeepTarget);
        assert_eq!(keep("a,Web.config"), r#"Target("Web.config") deleting Web.config"#);
        assert_eq!(keep("a"), "Generated");
        assert_eq!(check("web.config", "web.config", None, SourceChoice::None), "None");
    }

    #[test]
    fn two_candidates_in_one_directory_are_refused() {
        let auto = |project, published| check(project, published, None, SourceChoice::Auto);
        let project = auto("Web.config,web.config", "web.config");
        assert_eq!(
            project,
            "ambiguous-web-config: the project holds `Web.config` and `web.config`"
        );
        let published = auto("", "Web.config,x,web.config");
        assert!(published.starts_with("ambiguous-web-config: the publish output holds"));
    }
}
