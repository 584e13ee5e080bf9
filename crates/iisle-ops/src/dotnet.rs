//! Lets the installed `dotnet msbuild` evaluate.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use iisle_report::Warning;
use serde_json::Value;

use crate::evaluate::{EvaluateReport, EvaluatedItem};
use crate::{CommandOutput, Context, Failure, Invocation};

/// What to ask the engine.
pub(crate) struct Question<'q> {
    pub(crate) project: &'q Path,
    pub(crate) properties: &'q [(String, String)],
    pub(crate) get_properties: &'q [String],
    pub(crate) get_items: &'q [String],
}

/// Said when the engine was asked for and is not there.
pub(crate) fn not_found() -> Warning {
    Warning {
        code: "dotnet-not-found".to_owned(),
        message: "there is no `dotnet` in the path: the values are our own".to_owned(),
        location: None,
    }
}

/// Asks `dotnet msbuild`; `None` when there is no such program.
///
/// Its warnings and errors go to stderr, as it writes them.
///
/// # Errors
/// When it ends badly, or prints what is no answer.
pub(crate) fn ask(
    context: &Context<'_>,
    question: &Question<'_>,
) -> Result<Option<EvaluateReport>, Failure> {
    let Question { project, properties, get_properties, get_items } = question;
    let mut arguments: Vec<OsString> = vec!["msbuild".into(), (*project).into(), "-nologo".into()];
    arguments.extend(properties.iter().map(|(name, value)| format!("-p:{name}={value}").into()));
    arguments.extend(get_properties.iter().map(|name| format!("-getProperty:{name}").into()));
    arguments.extend(get_items.iter().map(|name| format!("-getItem:{name}").into()));
    let invocation = Invocation {
        program: "dotnet".to_owned(),
        arguments,
        directory: context.current_dir.to_owned(),
        output: CommandOutput::Captured,
    };
    let completed = match context.commands.run(&invocation) {
        Ok(completed) => completed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::of(&error).context("cannot run `dotnet msbuild`")),
    };
    let shown = project.display();
    if completed.code != Some(0) {
        let how = match completed.code {
            Some(code) => format!("`dotnet msbuild` ended with code {code}"),
            None => "`dotnet msbuild` was stopped".to_owned(),
        };
        return Err(Failure::new(how)
            .context(format!("cannot read the project `{shown}`"))
            .hint("what `dotnet msbuild` said stands above"));
    }
    let printed = String::from_utf8_lossy(&completed.stdout);
    let printed = printed.trim_start_matches('\u{feff}');
    let mut report = EvaluateReport {
        project: project.to_path_buf(),
        properties: Vec::new(),
        items: Vec::new(),
        trace: Vec::new(),
        warnings: Vec::new(),
        unknown: Vec::new(),
        projects: None,
    };
    if let ([name], []) = (*get_properties, *get_items) {
        let value = printed.strip_suffix('\n').unwrap_or(printed);
        let value = value.strip_suffix('\r').unwrap_or(value);
        report.properties.push((name.clone(), value.to_owned()));
        return Ok(Some(report));
    }
    let answer: Value = serde_json::from_str(printed).map_err(|error| {
        Failure::of(&error).context(format!("`dotnet msbuild` printed no JSON about `{shown}`"))
    })?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for name in *get_properties {
        let value = answer.get("Properties").and_then(|all| all.get(name)).map(text);
        report.properties.push((name.clone(), value.unwrap_or_default()));
    }
    for name in *get_items {
        let items = answer.get("Items").and_then(|all| all.get(name)).and_then(Value::as_array);
        let items = items.into_iter().flatten().map(|item| EvaluatedItem {
            identity: item.get("Identity").map(text).unwrap_or_default(),
            metadata: item
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| *name != "Identity")
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
        });
        report.items.push((name.clone(), items.collect()));
    }
    Ok(Some(report))
}
