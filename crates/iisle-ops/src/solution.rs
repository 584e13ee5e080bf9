//! Solutions and traversal projects: which of their projects can be published.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use iisle_inspect::project::Project;
use iisle_msbuild::{
    EvaluateError, Evaluator, ItemPasses, Problem, PublishOptions, SdkPackages, Solution,
    SolutionForm,
};
use iisle_tree::host;

use crate::project::{self, HostFiles};
use crate::{Context, Failure};

/// The SDK of projects that only name other projects.
const TRAVERSAL: &str = "Microsoft.Build.Traversal";
/// The largest solution that is read.
const MAX_SOLUTION: u64 = 64 << 20;
/// Solutions nested deeper are not followed.
const DEEPEST: usize = 16;

/// A project of a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolutionMember {
    /// The project file, with `/`, relative to the solution's folder unless it lies elsewhere.
    pub path: String,
    /// What the solution calls it.
    pub name: String,
    /// Whether publishing it gives something that can be hosted; `None` when that is not known.
    pub publishable: Option<bool>,
    /// Why it cannot be published, or why that is not known.
    pub reason: Option<String>,
}

/// Whether a path names a solution by its extension.
pub(crate) fn is_solution(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| SolutionForm::of(name).is_some())
}

/// Whether the evaluation failed because the project is a traversal one.
pub(crate) fn is_traversal(error: &EvaluateError) -> bool {
    matches!(error.problem(), Problem::MissingSdk { sdk } if sdk.eq_ignore_ascii_case(TRAVERSAL))
}

/// Whether a project that was evaluated is a traversal one.
pub(crate) fn names_traversal(sdks: &[String]) -> bool {
    sdks.iter().any(|sdk| sdk.eq_ignore_ascii_case(TRAVERSAL))
}

/// The projects of a solution or traversal project, each evaluated as for publishing.
///
/// # Errors
/// When the solution cannot be read. A project that cannot is a member without an answer.
pub(crate) fn members(context: &Context<'_>, path: &Path) -> Result<Vec<SolutionMember>, Failure> {
    let path = project::absolute(context, path);
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let files = HostFiles::default();
    let evaluator = Evaluator::new(&files);
    let mut listing = Listing {
        context,
        files: &files,
        evaluator: &evaluator,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    listing.add(&path, 0)?;
    let found = listing.found;
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(vec![None; found.len()]);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, file)) = found.get(at) else { return };
            let member = judge(context, &files, &evaluator, &folder, (name, file));
            answers.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(member);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(found.len());
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(answers.into_iter().flatten().collect())
}

/// Collects project files, each once.
struct Listing<'l, 'c> {
    context: &'l Context<'c>,
    files: &'l HostFiles,
    evaluator: &'l Evaluator<'l>,
    seen: BTreeSet<PathBuf>,
    found: Vec<(String, PathBuf)>,
}

impl Listing<'_, '_> {
    fn add(&mut self, path: &Path, depth: usize) -> Result<(), Failure> {
        if !self.seen.insert(path.to_owned()) || depth > DEEPEST {
            return Ok(());
        }
        if !is_solution(path) {
            return self.traverse(path, depth);
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let form = SolutionForm::of(name).unwrap_or(SolutionForm::Sln);
        let bytes = host::read(path, MAX_SOLUTION)?;
        let solution = Solution::parse(form, &bytes).map_err(|error| {
            Failure::of(&error).context(format!("cannot read the solution `{}`", path.display()))
        })?;
        let mut folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if let Some(base) = &solution.filters {
            let base = project::clean(&folder.join(base));
            base.parent().unwrap_or(Path::new("")).clone_into(&mut folder);
        }
        for member in solution.projects {
            let file = project::clean(&folder.join(&member.path));
            if self.seen.insert(file.clone()) {
                self.found.push((member.name, file));
            }
        }
        Ok(())
    }

    /// The projects a traversal project refers to, and those of the ones among them.
    fn traverse(&mut self, path: &Path, depth: usize) -> Result<(), Failure> {
        let request = iisle_msbuild::Request {
            sdk_packages: SdkPackages::Empty,
            ..project::request(self.context, self.files, path, Vec::new())
        };
        let evaluated =
            self.evaluator.evaluate(&request).map_err(|error| project::failure(path, &error))?;
        for item in evaluated.items("ProjectReference").iter().chain(evaluated.items("ProjectFile"))
        {
            let file = project::clean(Path::new(&item.full_path));
            let nested =
                is_solution(&file) || file.extension().is_some_and(|extension| extension == "proj");
            if nested && host::is_file(&file) {
                self.add(&file, depth + 1)?;
            } else if self.seen.insert(file.clone()) {
                let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                self.found.push((stem, file));
            }
        }
        Ok(())
    }
}

fn judge(
    context: &Context<'_>,
    files: &HostFiles,
    evaluator: &Evaluator<'_>,
    folder: &Path,
    (name, file): (&str, &Path),
) -> SolutionMember {
    let shown = file.strip_prefix(folder).unwrap_or(file).to_string_lossy().replace('\\', "/");
    let member = |publishable: Option<bool>, reason: Option<String>| SolutionMember {
        path: shown.clone(),
        name: name.to_owned(),
        publishable,
        reason,
    };
    if !host::is_file(file) {
        return member(None, Some("the file does not exist".to_owned()));
    }
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !matches!(extension.as_str(), "csproj" | "fsproj" | "vbproj" | "proj") {
        return member(Some(false), Some("it is no web application".to_owned()));
    }
    let globals = PublishOptions::default().global_properties(project::build_machine());
    let request = iisle_msbuild::Request {
        items: ItemPasses::Skipped,
        ..project::request(context, files, file, globals)
    };
    match evaluator.evaluate(&request) {
        Ok(evaluated) => {
            let facts = Project::from_evaluated(&file.display().to_string(), &evaluated);
            let reason = facts.why_not_publishable().map(|why| why.to_string());
            let several = facts.publishable.is_none() && facts.target_frameworks.len() > 1;
            let reason = reason.or_else(|| {
                several.then(|| format!("it has {} frameworks", facts.target_frameworks.len()))
            });
            member(facts.publishable, reason)
        }
        Err(error) => {
            let code = error.code().map(|code| format!("{code}: ")).unwrap_or_default();
            member(None, Some(format!("{code}{error}")))
        }
    }
}

/// Why a solution cannot be published: a project of it must be named.
pub(crate) fn refuse(context: &Context<'_>, path: &Path) -> Failure {
    let shown = path.display();
    let members = match members(context, path) {
        Ok(members) => members,
        Err(failure) => return failure,
    };
    let given = |wanted: Option<bool>| -> Vec<String> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let named = members.iter().filter(|member| member.publishable == wanted);
        named.map(|member| folder.join(&member.path).display().to_string()).collect()
    };
    let certain = given(Some(true));
    let can = if certain.is_empty() { given(None) } else { certain };
    let failure = Failure::new(format!(
        "`{shown}` is a solution of {} projects, and one project is published at a time",
        members.len()
    ));
    if can.is_empty() {
        return failure.hint("none of its projects can be published: name another one");
    }
    can.iter().fold(failure, |failure, project| failure.hint(format!("name `{project}`")))
}
