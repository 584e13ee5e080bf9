//! `iisle evaluate`: what MSBuild would say of a project.

use std::path::{Path, PathBuf};

use iisle_msbuild::{
    Assignment, Item, ItemPasses, Moment, Origin, Place, Request, Traced, Unsupported,
};
use iisle_report::{Location, Warning};

use crate::project::HostFiles;
use crate::{Context, Failure, SolutionMember, dotnet, project, solution};

/// Who evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EvaluatedBy {
    /// We do.
    #[default]
    Ourselves,
    /// The installed `dotnet msbuild`, or we when there is none.
    Dotnet,
}

/// What to evaluate and to print.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvaluateRequest {
    /// A project file, a solution, or a folder that holds one.
    pub project: PathBuf,
    /// Global properties, in order.
    pub properties: Vec<(String, String)>,
    /// Properties to print.
    pub get_properties: Vec<String>,
    /// Item types to print.
    pub get_items: Vec<String>,
    /// A property whose assignments are listed.
    pub trace: Option<String>,
    /// Who evaluates.
    pub by: EvaluatedBy,
    /// The time that `DateTime.Now` gives; none leaves it unknown.
    pub now: Option<Moment>,
}

impl EvaluateRequest {
    fn asks_nothing(&self) -> bool {
        self.get_properties.is_empty() && self.get_items.is_empty() && self.trace.is_none()
    }
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluateReport {
    /// The project file, absolute.
    pub project: PathBuf,
    /// The properties asked for, in order, undefined ones empty; without a question all of them.
    pub properties: Vec<(String, String)>,
    /// The items asked for, by type.
    pub items: Vec<(String, Vec<EvaluatedItem>)>,
    /// The assignments of the property to trace.
    pub trace: Vec<Assignment>,
    /// What there is to warn about.
    pub warnings: Vec<Warning>,
    /// Values that are not certain, among those asked for.
    pub unknown: Vec<Unsupported>,
    /// For a solution or a traversal project: its projects; otherwise nothing else is there.
    pub projects: Option<Vec<SolutionMember>>,
}

impl EvaluateReport {
    fn of_projects(project: PathBuf, projects: Vec<SolutionMember>) -> Self {
        Self {
            project,
            properties: Vec::new(),
            items: Vec::new(),
            trace: Vec::new(),
            warnings: Vec::new(),
            unknown: Vec::new(),
            projects: Some(projects),
        }
    }
}

/// An item as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedItem {
    /// What was included.
    pub identity: String,
    /// Its own metadata in the order it was set, then what follows from the identity.
    pub metadata: Vec<(String, String)>,
}

impl EvaluatedItem {
    fn of(item: &Item) -> Self {
        let follows = item.well_known(project::build_machine());
        let follows = follows.into_iter().map(|(name, value)| (name.to_owned(), value));
        let metadata = item.metadata.iter().cloned().chain(follows).collect();
        Self { identity: item.identity.clone(), metadata }
    }
}

/// Evaluates a project.
///
/// # Errors
/// When there is no project, or MSBuild would refuse it too.
pub fn evaluate(
    context: &Context<'_>,
    request: &EvaluateRequest,
) -> Result<EvaluateReport, Failure> {
    let found = project::find(&request.project)?;
    let path = project::absolute(context, &found);
    if solution::is_solution(&path) {
        if !request.asks_nothing() {
            let message = format!(
                "`{}` is a solution, and only projects have properties and items",
                found.display()
            );
            return Err(Failure::new(message)
                .hint("name one of its projects: without questions the solution lists them"));
        }
        let projects = solution::members(context, &path)?;
        return Ok(EvaluateReport::of_projects(path, projects));
    }
    // Patterns are dear, and properties never see items.
    let items = if request.get_items.is_empty() { ItemPasses::Unlisted } else { ItemPasses::Made };
    let files = HostFiles::default();
    let asked = Request {
        now: request.now,
        items,
        traced: if request.trace.is_some() { Traced::All } else { Traced::Nothing },
        ..project::request(context, &files, &path, request.properties.clone())
    };
    let evaluated = match iisle_msbuild::evaluate(&files, &asked) {
        Ok(evaluated) if request.asks_nothing() && solution::names_traversal(evaluated.sdks()) => {
            let projects = solution::members(context, &path)?;
            return Ok(EvaluateReport::of_projects(path, projects));
        }
        Err(error) if request.asks_nothing() && solution::is_traversal(&error) => {
            let projects = solution::members(context, &path)?;
            return Ok(EvaluateReport::of_projects(path, projects));
        }
        evaluated => evaluated,
    };
    if request.by == EvaluatedBy::Dotnet {
        let names = match &evaluated {
            _ if !request.asks_nothing() => request.get_properties.clone(),
            Ok(evaluated) => evaluated.properties().map(|p| p.name.clone()).collect(),
            Err(_) => iisle_msbuild::publish_properties().iter().map(|&n| n.to_owned()).collect(),
        };
        let question = dotnet::Question {
            project: &path,
            properties: &request.properties,
            get_properties: &names,
            get_items: &request.get_items,
        };
        if let Some(answer) = dotnet::ask(context, &question)? {
            return Ok(answer);
        }
    }
    let evaluated = evaluated.map_err(|error| project::failure(&found, &error))?;
    // The environment is not what a project says, and may hold secrets.
    let said = |p: &&iisle_msbuild::Property| !matches!(p.origin(), Origin::Environment);
    let wanted = &request.get_properties;
    let properties = if wanted.is_empty() && request.get_items.is_empty() && request.trace.is_none()
    {
        evaluated.properties().filter(said).map(|p| (p.name.clone(), p.value.clone())).collect()
    } else {
        wanted
            .iter()
            .map(|name| (name.clone(), evaluated.property(name).unwrap_or_default().to_owned()))
            .collect()
    };
    let items = request.get_items.iter().map(|name| {
        let items = evaluated.items(name).iter().map(EvaluatedItem::of);
        (name.clone(), items.collect())
    });
    let items = items.collect();
    let asked = |name: &str| {
        let mut names = request.get_properties.iter().chain(&request.get_items);
        request.get_properties.is_empty() || names.any(|wanted| wanted.eq_ignore_ascii_case(name))
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut warnings: Vec<Warning> =
        evaluated.warnings().iter().map(|w| warning(folder, w)).collect();
    warnings.extend(project::response_files(&files, &path));
    if request.by == EvaluatedBy::Dotnet {
        warnings.push(dotnet::not_found());
    }
    let beyond: Vec<Unsupported> = wanted
        .iter()
        .filter(|name| evaluated.doubt(name).is_none())
        .filter_map(|name| evaluated.beyond_model(name))
        .chain(request.get_items.iter().filter_map(|name| evaluated.items_beyond_model(name)))
        .collect();
    Ok(EvaluateReport {
        properties,
        items,
        trace: request.trace.iter().flat_map(|name| evaluated.trace(name)).collect(),
        warnings,
        unknown: evaluated
            .unknown()
            .iter()
            .filter(|u| asked(&u.name))
            .cloned()
            .chain(beyond)
            .collect(),
        projects: None,
        project: path,
    })
}

fn warning(folder: &Path, warning: &iisle_msbuild::Warning) -> Warning {
    Warning {
        code: warning.code.unwrap_or("iisle").to_owned(),
        message: warning.message.clone(),
        location: warning.place.as_ref().map(|place| location(folder, place)),
    }
}

/// A place as reports have it: relative to the project's folder when it lies inside.
pub fn location(folder: &Path, place: &Place) -> Location {
    let file = place.file.strip_prefix(folder).unwrap_or(&place.file);
    Location::at(
        file.display().to_string().replace('\\', "/"),
        place.position.line,
        place.position.column,
    )
}

/// The word for who made an assignment.
pub fn by(origin: &Origin, project: &Path) -> &'static str {
    match origin {
        Origin::Global => "global",
        Origin::Environment => "environment",
        Origin::Engine | Origin::BuiltInModel { .. } => "sdk",
        Origin::File { place, .. } if *place.file == *project => "project",
        Origin::File { .. } => "import",
    }
}
