//! `iisle check`, `iisle explain`, `iisle rules`.

use std::path::{Path, PathBuf};

use iisle_check::{Allow, ContentFacts, PackageFacts, Profile, Settings, Subject, Verdict};
use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::RuleId;
use iisle_tree::LocalTree;

use crate::package::PackageRequest;
use crate::package_facts::{Built, Gathered, Known};
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
    let tree = request.publish.as_ref().map(LocalTree::open).transpose()?;
    let output = match (&request.publish, &tree) {
        (Some(folder), Some(tree)) => {
            let known = project.as_ref().and_then(|p| p.facts.assembly_name.clone());
            let entry = request.entry.clone();
            Some(crate::inspect::output(tree, entry, known, crate::inspect::names(&[folder]))?)
        }
        _ => None,
    };
    let project = project.as_ref().map(|project| &project.facts);
    let built = tree.as_ref().zip(output.as_ref());
    let built = built.map(|(tree, output)| Built { tree, output });
    match &request.package {
        None => Ok(judge(project, output.as_ref(), &settings)),
        Some(path) => {
            let entry = request.entry.clone();
            judge_package(context, path, entry, (project, built.as_ref()), &settings)
        }
    }
}

/// Judges the package at `path`, and what it was made of as far as that is there.
///
/// # Errors
/// When one of them cannot be read at all.
pub(crate) fn judge_package(
    context: &Context<'_>,
    path: &Path,
    entry: Option<String>,
    (project, built): (Option<&Project>, Option<&Built<'_>>),
    settings: &Settings,
) -> Result<Verdict, Failure> {
    let entry = entry.or_else(|| project?.assembly_name.clone());
    let package = PackageRequest { package: path.to_owned(), offset_minutes: 0 };
    let opened = package.examine(context)?;
    let known = Known { entry, names: crate::inspect::names(&[path]) };
    let gathered = opened.gather(known, built)?;
    let file = path.display().to_string();
    let facts = opened.facts(&file, gathered.as_ref());
    // When nothing else is the output, the first content is one.
    let first = gathered.as_ref().and_then(Gathered::first);
    let first = first.filter(|_| built.is_none());
    Ok(check_package(facts, first, (project, built.map(|built| built.output)), settings))
}

/// Judges a package by the rules about packages, and the content that is the output by all others;
/// where those find something is said by the path inside the package.
fn check_package(
    facts: PackageFacts<'_>,
    content: Option<&ContentFacts>,
    (project, output): (Option<&Project>, Option<&PublishOutput>),
    settings: &Settings,
) -> Verdict {
    let inside = content.map(|content| &content.output);
    let subject = output.or(inside).map_or_else(Subject::default, Subject::of_output);
    let package = Some(facts);
    let mut verdict = iisle_check::check(&Subject { project, package, ..subject }, settings);
    if let Some(ContentFacts { content, .. }) = content {
        let findings = verdict.findings.iter_mut().filter(|finding| finding.id.group() != 'K');
        for location in findings.filter_map(|finding| finding.location.as_mut()) {
            let own = RelPath::parse(&location.file).ok();
            // Without a project all places are those of files that are there or should be.
            if own.is_some_and(|own| project.is_none() || content.files.contains_key(&own)) {
                location.file = format!("{}/{}/{}", facts.file, content.folder, location.file);
            }
        }
    }
    verdict
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
