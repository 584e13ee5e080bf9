//! `iisle check`, `iisle explain`, `iisle rules`.

use std::path::PathBuf;

use iisle_check::{Allow, Profile, Settings, Subject, Verdict};
use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::RuleId;
use iisle_tree::LocalTree;

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
    /// How the project is evaluated.
    pub options: ProjectOptions,
    /// How findings are judged.
    pub settings: CheckSettings,
    /// The entry of the output.
    pub entry: Option<String>,
}

/// Judges a project and a publish output by every rule whose facts are there.
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
    Ok(judge(project.as_ref().map(|p| &p.facts), output.as_ref(), &settings))
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
