//! `iisle check`, `iisle explain`, `iisle rules`.

use std::path::{Path, PathBuf};

use iisle_check::{Allow, PackageFacts, Profile, Settings, Subject, Verdict};
use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::RuleId;
use iisle_tree::LocalTree;

use crate::package::{Opened, PackageRequest};
use crate::project::{self, ProjectOptions};
use crate::{Context, Failure};

/// How findings are judged, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// The environment; `None` is production, because a check that is too strict is heard.
    pub profile: Option<Profile>,
    /// `ID` or `ID=PATH`, each.
    pub allow: Vec<String>,
}

impl CheckSettings {
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let allow = |text: &String| {
            let allow = Allow::parse(text)
                .map_err(|e| Failure::of(&e).hint("iisle rules lists them all"))?;
            match iisle_check::find(allow.id) {
                Some(_) => Ok(allow),
                None => Err(unknown_rule(allow.id)),
            }
        };
        let allows = self.allow.iter().map(allow).collect::<Result<_, _>>()?;
        Ok(Settings { profile: self.profile.unwrap_or_default(), allows })
    }
}

/// What to judge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckRequest {
    /// A project file, or a folder that holds one.
    pub project: Option<PathBuf>,
    /// The publish output.
    pub publish: Option<PathBuf>,
    /// A Web Deploy package; without a publish output its first content is judged as one.
    pub package: Option<PathBuf>,
    /// How the project is evaluated.
    pub options: ProjectOptions,
    /// How findings are judged.
    pub settings: CheckSettings,
    /// The entry of the output.
    pub entry: Option<String>,
}

/// Judges a project, a publish output and a package by every rule whose facts are there.
///
/// # Errors
/// When one of them cannot be read at all.
pub fn check(context: &Context<'_>, request: &CheckRequest) -> Result<Verdict, Failure> {
    let settings = request.settings.settings()?;
    let project = match &request.project {
        None => None,
        Some(path) => Some(project::read(context, &project::find(path)?, &request.options)?),
    };
    let output = match &request.publish {
        None => None,
        Some(folder) => {
            let tree = LocalTree::open(folder)?;
            let known = project.as_ref().and_then(|p| p.facts.assembly_name.clone());
            let entry = request.entry.clone();
            Some(crate::inspect::output(&tree, entry, known, crate::inspect::names(&[folder]))?)
        }
    };
    let project = project.as_ref().map(|project| &project.facts);
    match &request.package {
        None => Ok(judge(project, output.as_ref(), &settings)),
        Some(path) => {
            let known = request.entry.clone().or_else(|| project?.assembly_name.clone());
            let package = PackageRequest { package: path.clone(), offset_minutes: 0 };
            let opened = package.examine(context)?;
            check_package(path, &opened, known, (project, output.as_ref()), &settings)
        }
    }
}

/// Judges a package by the rules about packages and, when nothing else is the output, its first
/// content by all others; where those find something is said by the path inside the package.
fn check_package(
    path: &Path,
    opened: &Opened,
    entry: Option<String>,
    (project, output): (Option<&Project>, Option<&PublishOutput>),
    settings: &Settings,
) -> Result<Verdict, Failure> {
    let file = path.display().to_string();
    let facts = Some(PackageFacts { file: &file, faults: &opened.faults });
    let content = opened.package.as_ref().and_then(|p| Some((p, p.contents().first()?)));
    let content = content.filter(|(_, content)| output.is_none() && !content.is_file);
    let inside = match content {
        None => None,
        Some((package, content)) => {
            let names = crate::inspect::names(&[path]);
            Some(crate::inspect::output(&package.tree(content), entry, None, names)?)
        }
    };
    let subject = output.or(inside.as_ref()).map_or_else(Subject::default, Subject::of_output);
    let mut verdict = iisle_check::check(&Subject { project, package: facts, ..subject }, settings);
    if let Some((_, content)) = content {
        let findings = verdict.findings.iter_mut().filter(|finding| finding.id.group() != 'K');
        for location in findings.filter_map(|finding| finding.location.as_mut()) {
            let own = RelPath::parse(&location.file).ok();
            if own.is_some_and(|own| content.files.contains_key(&own)) {
                location.file = format!("{file}/{}/{}", content.folder, location.file);
            }
        }
    }
    Ok(verdict)
}

/// Judges facts that were gathered.
pub(crate) fn judge(
    project: Option<&Project>,
    output: Option<&PublishOutput>,
    settings: &Settings,
) -> Verdict {
    let subject = output.map_or_else(Subject::default, Subject::of_output);
    iisle_check::check(&Subject { project, ..subject }, settings)
}

/// The rule of this id.
///
/// # Errors
/// When the text is no id or there is no such rule; the nearest ids are named.
pub fn explain(id: &str) -> Result<&'static iisle_check::Rule, Failure> {
    let Some(parsed) = RuleId::parse(id) else {
        return Err(Failure::new(format!(
            "`{id}` is no rule id, expected a letter and three digits such as `W013`"
        ))
        .hint("iisle rules lists them all"));
    };
    iisle_check::find(parsed).ok_or_else(|| unknown_rule(parsed))
}

fn unknown_rule(id: RuleId) -> Failure {
    let same_group: Vec<_> = iisle_check::rules()
        .filter(|rule| rule.id.group() == id.group())
        .map(|rule| rule.id.to_string())
        .collect();
    let failure = Failure::new(format!("there is no rule `{id}`"));
    if same_group.is_empty() {
        failure.hint("iisle rules lists them all")
    } else {
        failure.hint(format!("rules of this group: {}", same_group.join(" ")))
    }
}
