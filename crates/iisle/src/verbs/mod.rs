//! One file per verb: arguments become a request, the report becomes an answer.

mod apply;
mod check;
mod completions;
mod deploy;
mod evaluate;
mod explain;
mod inspect;
mod pack;
mod package;
mod publish;
mod releases;
mod sync;
mod webconfig;
mod xdt;

use iisle_ops::{Failure, ProjectOptions, property_switch};

use crate::args::{PackageVerb, ProjectArgs, ReleasesVerb, Verb};
use crate::session::{Answer, Session};

/// Runs a verb; gives its name and what it says.
pub(crate) fn run(verb: Verb, session: &Session) -> (&'static str, Answer) {
    let name = name(&verb);
    session.begin(name);
    if takes_back(&verb) {
        Session::heed_interrupts();
    }
    let answer = match verb {
        Verb::Publish(args) => publish::run(*args, session),
        Verb::Inspect(args) => inspect::run(args, session),
        Verb::Evaluate(args) => evaluate::run(args, session),
        Verb::Webconfig(verb) => webconfig::run(verb, session),
        Verb::Xdt(args) => xdt::run(args, session),
        Verb::Check(args) => check::run(*args, session),
        Verb::Explain(args) => explain::run(&args, session),
        Verb::Rules(args) => Ok(explain::list(&args, session)),
        Verb::Pack(args) => pack::run(*args, session),
        Verb::Package(verb) => package::run(verb, session),
        Verb::Deploy(args) => Ok(deploy::run(*args, session)),
        Verb::Sync(args) => sync::run(*args, session),
        Verb::Apply(args) => apply::run(args, session),
        Verb::Releases(verb) => releases::run(verb, session),
        Verb::Completions(args) => Ok(completions::run(&args)),
    };
    (name, answer.unwrap_or_else(|failure| session.could_not_run(failure)))
}

/// Whether the verb looks out for interrupts and leaves things as they were. What all others have
/// begun is worth nothing.
fn takes_back(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Publish(_)
            | Verb::Pack(_)
            | Verb::Package(PackageVerb::Extract(_))
            | Verb::Deploy(_)
            | Verb::Sync(_)
            | Verb::Apply(_)
    )
}

fn name(verb: &Verb) -> &'static str {
    match verb {
        Verb::Publish(_) => "publish",
        Verb::Inspect(_) => "inspect",
        Verb::Evaluate(_) => "evaluate",
        Verb::Webconfig(crate::args::WebconfigVerb::Generate(_)) => "webconfig generate",
        Verb::Webconfig(crate::args::WebconfigVerb::Transform(_)) => "webconfig transform",
        Verb::Webconfig(crate::args::WebconfigVerb::Show(_)) => "webconfig show",
        Verb::Webconfig(crate::args::WebconfigVerb::Diff(_)) => "webconfig diff",
        Verb::Xdt(_) => "xdt",
        Verb::Check(_) => "check",
        Verb::Explain(_) => "explain",
        Verb::Rules(_) => "rules",
        Verb::Pack(_) => "pack",
        Verb::Package(PackageVerb::Show(_)) => "package show",
        Verb::Package(PackageVerb::Params(_)) => "package params",
        Verb::Package(PackageVerb::Verify(_)) => "package verify",
        Verb::Package(PackageVerb::Diff(_)) => "package diff",
        Verb::Package(PackageVerb::Extract(_)) => "package extract",
        Verb::Deploy(_) => "deploy",
        Verb::Sync(_) => "sync",
        Verb::Apply(_) => "apply",
        Verb::Releases(ReleasesVerb::List { folder: _ }) => "releases list",
        Verb::Releases(ReleasesVerb::Activate { folder: _, name: _ }) => "releases activate",
        Verb::Releases(ReleasesVerb::Prune { folder: _, keep: _ }) => "releases prune",
        Verb::Completions(_) => "completions",
    }
}

/// The options of `dotnet publish` as typed.
fn project_options(
    args: ProjectArgs,
    publish_profile: Option<String>,
) -> Result<ProjectOptions, Failure> {
    let ProjectArgs { configuration, runtime, framework, self_contained, property } = args;
    Ok(ProjectOptions {
        configuration,
        runtime,
        framework,
        self_contained,
        properties: properties(&property)?,
        publish_profile,
    })
}

/// Switches as MSBuild reads them: one may hold several assignments.
fn properties(switches: &[(String, String)]) -> Result<Vec<(String, String)>, Failure> {
    let mut all = Vec::new();
    for (name, value) in switches {
        let pairs = property_switch(&format!("{name}={value}")).map_err(|e| Failure::of(&e))?;
        all.extend(pairs);
    }
    Ok(all)
}
