use std::fmt;

use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::subject::{Config, Neighbors, PackageFacts, WebConfigFile};

/// A kind of facts that rules need, by the words of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The evaluated project.
    Project,
    /// The publish output.
    Output,
    /// The web.config in the output or on the target.
    WebConfig,
    /// A Web Deploy package.
    Package,
}

impl Fact {
    /// The word of the catalogue's column *needs*.
    pub fn word(self) -> &'static str {
        match self {
            Self::Project => "csproj",
            Self::Output => "out",
            Self::WebConfig => "wc",
            Self::Package => "pkg",
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One rule of the catalogue: identity, prose and judgment.
#[derive(Debug)]
pub struct Rule {
    /// Never reused, never renumbered.
    pub id: RuleId,
    /// The name in kebab case.
    pub name: &'static str,
    /// The usual severity; a case may be milder or worse.
    pub severity: Severity,
    /// What to do, imperative, one line.
    pub help: &'static str,
    /// What, why, how to see it, how to mend: Markdown.
    pub explain: &'static str,
    /// The HTTP status or symptom it leads to; empty when it shows in no request.
    pub symptom: &'static str,
    /// Where the behavior behind the rule is documented.
    pub source: &'static str,
    pub(crate) check: Check,
}

impl Rule {
    /// The facts without which the rule is skipped, in the order of [`Fact`].
    pub fn needs(&self) -> &'static [Fact] {
        self.check.needs()
    }

    /// The name of its group, which is its folder here.
    pub fn group(&self) -> &'static str {
        match self.id.group() {
            'W' => "web.config",
            'A' => "artifact",
            'P' => "architecture",
            'J' => "project",
            'T' => "target",
            'S' => "sync",
            'R' => "native",
            _ => "package",
        }
    }
}

type Judge<T> = fn(&T, &mut Findings<'_>);

/// How a rule judges. The variant says which facts must be there; *with* the neighbors are facts
/// that sharpen the judgment when they are known.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    Project(Judge<Project>),
    ProjectWith(fn(&Project, Neighbors<'_>, &mut Findings<'_>)),
    Output(Judge<PublishOutput>),
    OutputWith(fn(&PublishOutput, Neighbors<'_>, &mut Findings<'_>)),
    OutputAndProject(fn(&PublishOutput, &Project, &mut Findings<'_>)),
    /// The file as found, also when it is malformed.
    ConfigFile(fn(&WebConfigFile<'_>, &mut Findings<'_>)),
    Config(fn(&Config<'_>, &mut Findings<'_>)),
    ConfigWith(fn(&Config<'_>, Neighbors<'_>, &mut Findings<'_>)),
    ConfigAndOutput(fn(&Config<'_>, &PublishOutput, &mut Findings<'_>)),
    ConfigAndProject(fn(&Config<'_>, &Project, &mut Findings<'_>)),
    Package(fn(&PackageFacts<'_>, &mut Findings<'_>)),
}

impl Check {
    fn needs(self) -> &'static [Fact] {
        match self {
            Self::Project(_) | Self::ProjectWith(_) => &[Fact::Project],
            Self::Output(_) | Self::OutputWith(_) => &[Fact::Output],
            Self::OutputAndProject(_) => &[Fact::Project, Fact::Output],
            Self::ConfigFile(_) | Self::Config(_) | Self::ConfigWith(_) => &[Fact::WebConfig],
            Self::ConfigAndOutput(_) => &[Fact::Output, Fact::WebConfig],
            Self::ConfigAndProject(_) => &[Fact::Project, Fact::WebConfig],
            Self::Package(_) => &[Fact::Package],
        }
    }
}
