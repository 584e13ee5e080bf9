use std::collections::BTreeMap;

use super::{FrameworkVersion, RollForward, Runtimes};
use crate::publish::{FrameworkReference, Kind, PublishOutput, RuntimeConfig, Severity, What};

/// Low bytes of the codes the host ends with.
///
/// Source: dotnet/runtime, `src/native/corehost/error_codes.h`.
const NO_HOST_POLICY: u8 = 131;
const BROKEN_DEPS: u8 = 139;
const MISSING_ASSET: u8 = 140;
const INVALID_CONFIG: u8 = 147;
const MISSING_FRAMEWORK: u8 = 150;
const INCOMPATIBLE_REFERENCES: u8 = 156;

/// What the host would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Every framework that takes part: those the app names in file order, then those that
    /// frameworks reference.
    pub frameworks: Vec<Chosen>,
    /// The low byte of the host's code when it gives up: 131, 139, 140, 147, 150 or 156.
    pub exit: Option<u8>,
}

/// The answer for one framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The framework.
    pub name: String,
    /// The version that was asked for in the end.
    pub wanted: String,
    /// The policy that applied, such as `Minor`.
    pub roll_forward: String,
    /// The installed version; `None` when none fits, or the host gave up before.
    pub chosen: Option<String>,
}

/// What the surroundings of the host say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostSettings {
    /// `DOTNET_ROLL_FORWARD`: stronger than what the files say.
    pub roll_forward: Option<String>,
    /// `DOTNET_ROLL_FORWARD_TO_PRERELEASE=1`.
    pub to_prerelease: bool,
}

/// Chooses frameworks for the entry of an output as the host would.
///
/// A self-contained output needs none. Of an output that has no entry the answer is `None`, and
/// of one that is not .NET as well.
///
/// Source: dotnet/runtime, `docs/design/features/framework-version-resolution.md` and
/// `src/native/corehost/fxr/fx_resolver.cpp`.
pub fn resolve(
    output: &PublishOutput,
    installed: &Runtimes,
    settings: &HostSettings,
) -> Option<Resolution> {
    let Some(config) = output.runtime_config() else {
        let is_dotnet = output.entry_assembly().is_some() && output.kind == Kind::Unknown;
        return is_dotnet
            .then(|| Resolution { frameworks: Vec::new(), exit: Some(NO_HOST_POLICY) });
    };
    let mut resolution = resolve_config(config, installed, settings);
    if resolution.exit.is_none() && !config.is_framework_dependent() && !output.has_host_policy() {
        resolution.exit = Some(NO_HOST_POLICY);
    }
    if resolution.exit.is_none() && output.deps().is_some_and(|deps| !deps.problems.is_empty()) {
        resolution.exit = Some(BROKEN_DEPS);
    }
    // Since .NET 8 the host no longer looks whether the files are there.
    let checks_files = resolution.major("Microsoft.NETCore.App").is_some_and(|major| major < 8);
    if resolution.exit.is_none() && checks_files && lacks_needed_asset(output) {
        resolution.exit = Some(MISSING_ASSET);
    }
    Some(resolution)
}

/// Whether an assembly or native library is missing that deps.json lists.
fn lacks_needed_asset(output: &PublishOutput) -> bool {
    let mut missing = output.observed(What::MissingAsset);
    missing.any(|observation| observation.severity == Severity::Error)
}

/// Chooses the frameworks that a runtimeconfig.json names.
pub(super) fn resolve_config(
    config: &RuntimeConfig,
    installed: &Runtimes,
    settings: &HostSettings,
) -> Resolution {
    if config.exit.is_some() {
        return Resolution { frameworks: Vec::new(), exit: config.exit };
    }
    let from_environment = match settings.roll_forward.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(word) => match RollForward::parse(word) {
            Some(policy) => Some(policy),
            None => return Resolution { frameworks: Vec::new(), exit: Some(INVALID_CONFIG) },
        },
    };
    let of_file = config.roll_forward.as_deref().and_then(RollForward::parse);
    let of_number = config.roll_forward_on_no_candidate_fx.and_then(RollForward::of_no_candidate);
    let of_file = of_file.or(of_number).unwrap_or_default();
    let references = config.frameworks.iter().map(|it| {
        let own = it.roll_forward.as_deref().and_then(RollForward::parse);
        (it, from_environment.or(own).unwrap_or(of_file))
    });
    let mut frameworks = Vec::new();
    for (reference, policy) in references {
        match Wanted::parse(reference, policy) {
            Some(wanted) => frameworks.push(wanted),
            None => return Resolution::gave_up(config, MISSING_FRAMEWORK),
        }
    }
    let mut resolver = Resolver {
        installed,
        prereleases: settings.to_prerelease,
        effective: BTreeMap::new(),
        chosen: Vec::new(),
        inherited: from_environment.unwrap_or_default(),
    };
    let exit = resolver.run(&frameworks).err();
    Resolution { frameworks: resolver.answer(&frameworks), exit }
}

impl Resolution {
    fn gave_up(config: &RuntimeConfig, exit: u8) -> Self {
        let none_chosen = |it: &FrameworkReference| Chosen {
            name: it.name.clone(),
            wanted: it.version.clone(),
            roll_forward: it.roll_forward.clone().unwrap_or_default(),
            chosen: None,
        };
        Self { frameworks: config.frameworks.iter().map(none_chosen).collect(), exit: Some(exit) }
    }

    fn major(&self, name: &str) -> Option<u64> {
        let chosen = self.frameworks.iter().find(|it| it.name == name)?.chosen.as_ref()?;
        FrameworkVersion::parse(chosen).map(|version| version.major)
    }
}

/// A reference to a framework.
#[derive(Clone, PartialEq, Eq)]
struct Wanted {
    name: String,
    version: FrameworkVersion,
    policy: RollForward,
}

impl Wanted {
    fn parse(reference: &FrameworkReference, policy: RollForward) -> Option<Self> {
        let version = FrameworkVersion::parse(&reference.version)?;
        Some(Self { name: reference.name.clone(), version, policy })
    }

    /// What two references to one framework ask for together; `None` when they contradict.
    fn combine(&self, other: &Self) -> Option<Self> {
        let (lower, higher) =
            if self.version < other.version { (self, other) } else { (other, self) };
        lower
            .policy
            .reaches(&lower.version, &higher.version)
            .then(|| Self { policy: lower.policy.min(higher.policy), ..higher.clone() })
    }
}

struct Resolver<'a> {
    installed: &'a Runtimes,
    prereleases: bool,
    /// What is asked for in the end, by name.
    effective: BTreeMap<String, Wanted>,
    /// In the order of resolution.
    chosen: Vec<(String, Option<FrameworkVersion>)>,
    /// The policy of references between frameworks.
    inherited: RollForward,
}

/// Why a walk over the references ended early.
enum Stop {
    /// A framework that was already chosen is asked for in a higher version.
    Again,
    Exit(u8),
}

impl Resolver<'_> {
    fn run(&mut self, references: &[Wanted]) -> Result<(), u8> {
        // Every round raises a version, and there are few of them.
        for _ in 0..100 {
            self.chosen.clear();
            match self.walk(references) {
                Ok(()) => return Ok(()),
                Err(Stop::Again) => {}
                Err(Stop::Exit(code)) => return Err(code),
            }
        }
        Err(INCOMPATIBLE_REFERENCES)
    }

    fn walk(&mut self, references: &[Wanted]) -> Result<(), Stop> {
        for reference in references {
            let known = self.effective.entry(reference.name.clone());
            known.or_insert_with(|| reference.clone());
        }
        for reference in references {
            self.visit(reference)?;
        }
        Ok(())
    }

    fn visit(&mut self, reference: &Wanted) -> Result<(), Stop> {
        let current = &self.effective[&reference.name];
        let combined = reference.combine(current).ok_or(Stop::Exit(INCOMPATIBLE_REFERENCES))?;
        let changed = combined != *current;
        self.effective.insert(reference.name.clone(), combined.clone());
        if self.chosen.iter().any(|(name, _)| *name == reference.name) {
            return if changed { Err(Stop::Again) } else { Ok(()) };
        }
        let installed = self.installed.versions(&combined.name);
        let found = combined.policy.choose(&combined.version, installed, self.prereleases).cloned();
        self.chosen.push((combined.name.clone(), found.clone()));
        let found = found.ok_or(Stop::Exit(MISSING_FRAMEWORK))?;
        match base_of(&combined.name) {
            Some(base) => self.walk(&[Wanted {
                name: base.to_owned(),
                version: found,
                policy: self.inherited,
            }]),
            None => Ok(()),
        }
    }

    /// The answers in the order of the file, then the rest.
    fn answer(&self, references: &[Wanted]) -> Vec<Chosen> {
        let mut names: Vec<&str> = Vec::new();
        let in_file = references.iter().map(|it| it.name.as_str());
        for name in in_file.chain(self.chosen.iter().map(|(name, _)| name.as_str())) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let chosen = |name: &str| {
            let found = self.chosen.iter().find(|(it, _)| it == name)?;
            found.1.as_ref().map(ToString::to_string)
        };
        let answers = names.into_iter().filter_map(|name| {
            let wanted = self.effective.get(name)?;
            Some(Chosen {
                name: name.to_owned(),
                wanted: wanted.version.to_string(),
                roll_forward: wanted.policy.word().to_owned(),
                chosen: chosen(name),
            })
        });
        answers.collect()
    }
}

/// The framework that another one is built on, in the same version.
///
/// Source: the runtimeconfig.json files of the shared frameworks.
fn base_of(name: &str) -> Option<&'static str> {
    match name {
        "Microsoft.AspNetCore.App" | "Microsoft.WindowsDesktop.App" => {
            Some("Microsoft.NETCore.App")
        }
        "Microsoft.AspNetCore.All" => Some("Microsoft.AspNetCore.App"),
        _ => None,
    }
}
