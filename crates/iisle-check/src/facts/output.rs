use iisle_inspect::TargetFramework;
use iisle_inspect::publish::{
    Conflict, ConflictKind, Deps, File, FrameworkReference, Kind, PublishOutput,
};
use iisle_path::NameRules;
use iisle_report::{Location, Severity};

use super::{FileFacts, Rid};
use crate::findings::{Findings, Put};

/// Questions that rules ask of a publish output.
pub(crate) trait OutputFacts {
    /// Whether there is an application that IIS would have to start.
    fn is_for_iis(&self) -> bool;
    /// The target framework of the entry.
    fn framework(&self) -> Option<TargetFramework>;
    /// Whether the entry brings or asks for the web framework.
    fn has_asp_net_core(&self) -> bool;
    /// Whether nothing says that it is for another system.
    fn targets_windows(&self) -> bool;
    /// Whether the app of this stem brings its runtime along.
    fn is_self_contained(&self, stem: &str) -> bool;
    /// Programs of Windows in the root, by their names.
    fn programs(&self) -> impl Iterator<Item = &File>;
    /// The dll with a blank in its name that a text begins with, without quotes.
    fn dll_before_blank(&self, text: &str) -> Option<&File>;
    /// Whether a file of this name lies anywhere.
    fn has_anywhere(&self, name: &str) -> bool;
    /// Whether there is a client that runs in the browser.
    fn has_web_assembly_client(&self) -> bool;
    /// Images of these kinds that cannot run in the app, without those that only its program
    /// contradicts.
    fn own_conflicts(&self, kinds: &[ConflictKind]) -> impl Iterator<Item = &Conflict>;
    /// The name of the entry's deps.json.
    fn deps_name(&self) -> String;
}

impl OutputFacts for PublishOutput {
    fn is_for_iis(&self) -> bool {
        match self.kind {
            Kind::Fdd
            | Kind::FddExe
            | Kind::FddRid
            | Kind::Scd
            | Kind::SingleFdd
            | Kind::SingleScd => self.has_asp_net_core(),
            Kind::Aot | Kind::Native | Kind::Netfx => true,
            Kind::Static => false,
            Kind::Unknown => self.files.iter().any(|file| {
                file.path.is_top_level()
                    && (file.path.has_extension("dll") || file.path.has_extension("exe"))
            }),
        }
    }

    fn framework(&self) -> Option<TargetFramework> {
        TargetFramework::parse(self.target_framework.as_deref()?)
    }

    fn has_asp_net_core(&self) -> bool {
        let web = |it: &FrameworkReference| {
            matches!(it.name.as_str(), "Microsoft.AspNetCore.App" | "Microsoft.AspNetCore.All")
        };
        // ASP.NET Core 2.0 and before came as packages.
        let packages = |deps: &Deps| {
            deps.libraries.iter().any(|library| {
                let name = library.name.as_str();
                name.eq_ignore_ascii_case("Microsoft.AspNetCore")
                    || name.starts_with("Microsoft.AspNetCore.Server.")
                    || name.starts_with("Microsoft.AspNetCore.App.Runtime.")
                    || name.starts_with("runtimepack.Microsoft.AspNetCore.App.")
            })
        };
        self.frameworks.iter().any(web)
            || self.included_frameworks.iter().any(web)
            || self.deps().is_some_and(packages)
            || self.has_anywhere("aspnetcorev2_inprocess.dll")
    }

    fn targets_windows(&self) -> bool {
        let rid = self.rid.as_deref().map(Rid::parse);
        rid.is_none_or(|rid| rid.windows || rid.any_system)
            && self.entry_program().is_none_or(|file| file.foreign_system().is_none())
    }

    fn is_self_contained(&self, stem: &str) -> bool {
        let Some(config) = self.app(stem).and_then(|app| app.runtime_config.as_ref()) else {
            return false;
        };
        // Before 3.1 a self-contained app named no framework at all.
        !config.is_framework_dependent()
            && (!config.included_frameworks.is_empty()
                || (config.is_json && self.file("hostpolicy.dll").is_some()))
    }

    fn programs(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.is_top_level() && file.path.has_extension("exe"))
    }

    fn dll_before_blank(&self, text: &str) -> Option<&File> {
        let fold = |text: &str| NameRules::Windows.fold(text);
        let text = fold(&text.trim().replace('\\', "/"));
        let text = text.trim_start_matches("./");
        self.files.iter().filter(|file| file.path.has_extension("dll")).find(|file| {
            let path = fold(file.path.as_str());
            path.contains(' ')
                && text
                    .strip_prefix(&path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    fn has_anywhere(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.path.file_name().eq_ignore_ascii_case(name))
    }

    fn has_web_assembly_client(&self) -> bool {
        self.files.iter().any(|file| {
            let folders: Vec<_> = file.path.segments().collect();
            let served = folders.first().is_some_and(|top| top.eq_ignore_ascii_case("wwwroot"));
            let framework = folders.iter().any(|it| it.eq_ignore_ascii_case("_framework"));
            let code = file.path.has_extension("wasm")
                || file.path.file_name().starts_with("blazor.webassembly");
            served && framework && code
        })
    }

    fn own_conflicts(&self, kinds: &[ConflictKind]) -> impl Iterator<Item = &Conflict> {
        // When the program has another architecture than the RID of everything else, P002 says so;
        // files of the RID's architecture are right.
        let by_rid = self.rid.as_deref().and_then(|rid| Rid::parse(rid).machine);
        self.conflicts.iter().filter(move |conflict| {
            let own = by_rid.is_none() || conflict.system.is_some();
            kinds.contains(&conflict.kind) && (own || conflict.runs_as.machine() != by_rid)
        })
    }

    fn deps_name(&self) -> String {
        let stem = self.entry.as_deref().unwrap_or("app");
        self.deps().map_or_else(|| format!("{stem}.deps.json"), |deps| deps.path.clone())
    }
}

/// What the app runs as that an image is in conflict with.
pub(crate) fn app_of(conflict: &Conflict) -> String {
    conflict.app.map_or_else(|| "of another architecture".to_owned(), |it| it.to_string())
}

/// Puts what is wrong with an image, with the conflict's own severity.
pub(crate) fn push_conflict<'a>(
    conflict: &Conflict,
    findings: &'a mut Findings<'_>,
    message: String,
) -> Put<'a> {
    findings
        .push(Location::file(conflict.path.as_str()), message)
        .severity(severity(conflict.severity))
        .evidence(conflict.evidence.as_str())
}

/// The severity of a fact as one of a finding.
pub(crate) fn severity(severity: iisle_inspect::publish::Severity) -> Severity {
    match severity {
        iisle_inspect::publish::Severity::Error => Severity::Error,
        iisle_inspect::publish::Severity::Warning => Severity::Warning,
        iisle_inspect::publish::Severity::Info => Severity::Info,
    }
}
