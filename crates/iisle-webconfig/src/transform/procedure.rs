use iisle_xml::Document;

use crate::generate::{Settings, generate, is_xml_char};
use crate::model::MODULE_V1;
use crate::read::{self, ReadError};
use crate::transform::editor::Editor;
use crate::transform::outcome::{Outcome, TransformError};
use crate::transform::steps::{self, ENVIRONMENT, STDOUT_LOG_FILE_AZURE};
use crate::transform::target::{Framework, Launch, OnMalformed, Target, TransformOptions};
use crate::transform::{hosting_model, variables};

/// Makes the web.config of a publish output from its source, `None` for a newly generated one.
///
/// Only tags that need a change are rewritten: layout, quotes, encoding, byte order mark and line
/// ends stay, and a source that is right comes back byte for byte.
///
/// # Errors
/// Nothing is half done: an error means that the file in the output is to stay as it is.
///
/// Source: dotnet/sdk, `WebConfigTransform.cs`, with our deviations W01 to W21.
pub fn transform(
    source: Option<&[u8]>,
    target: &Target,
    options: &TransformOptions,
) -> Result<Outcome, TransformError> {
    transform_through(source, target, options, |_| Ok(None))
}

/// The same with a chain of further transformations (XDT) at its place in the SDK's order: behind
/// the hosting settings, before the variables of properties and command line. It is handed the
/// bytes so far and returns new ones, or `None` when it changes nothing.
pub fn transform_through<E: From<TransformError>>(
    source: Option<&[u8]>,
    target: &Target,
    options: &TransformOptions,
    chain: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, E>,
) -> Result<Outcome, E> {
    if target.framework == Framework::NetFramework {
        return Ok(untouched(source));
    }
    let (mut editor, created) = begin(source, target, options)?;
    if let Some(bytes) = chain(&editor.document.to_bytes())? {
        editor.replace(read::open(&bytes).map_err(TransformError::from)?);
    }
    finish(&mut editor, target, options)?;
    Ok(Outcome {
        bytes: Some(editor.document.to_bytes()),
        created,
        // A generated file has no source that was changed.
        changes: if created { Vec::new() } else { editor.changes },
        warnings: editor.warnings,
        notes: editor.notes,
    })
}

/// A .NET Framework app keeps its file as it is (W13).
fn untouched(source: Option<&[u8]>) -> Outcome {
    Outcome {
        bytes: source.map(<[u8]>::to_vec),
        created: false,
        changes: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    }
}

/// Everything before the chain; the flag says whether the document was generated.
fn begin(
    source: Option<&[u8]>,
    target: &Target,
    options: &TransformOptions,
) -> Result<(Editor, bool), TransformError> {
    check_characters(target)?;
    let opened = source.map(read::open).transpose();
    let (document, unusable) = match opened {
        Ok(document) => (document, None),
        Err(error) if options.on_malformed == OnMalformed::Regenerate => (None, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let Some(document) = document else {
        let mut editor = generated(target)?;
        if let Some(error) = unusable {
            warn_unusable(&mut editor, error);
        }
        steps::apply_guid(&mut editor, target);
        return Ok((editor, true));
    };
    let mut editor = Editor::new(document);
    let section = steps::apply_hosting(&mut editor, target, options)?;
    steps::apply_environment_name(&mut editor, section, target, options.variables)?;
    steps::apply_guid(&mut editor, target);
    Ok((editor, false))
}

fn warn_unusable(editor: &mut Editor, error: ReadError) {
    let position = error.position();
    let message = format!("{error}; a new file was generated");
    let code = TransformError::from(error).code();
    editor.warn(code, message, position);
}

/// A newly generated document, complete but for what comes behind the chain.
fn generated(target: &Target) -> Result<Editor, TransformError> {
    let module = target.module.as_deref().map(str::trim).filter(|module| !module.is_empty());
    let module = module.unwrap_or(MODULE_V1);
    let property = target.hosting_model.as_ref();
    let model = hosting_model::decide(None, property, module, &target.launch)?;

    let mut settings = match &target.launch {
        Launch::Dotnet { dll } => Settings::framework_dependent(dll),
        Launch::AppHost { executable, .. } => Settings::executable(executable),
        Launch::SingleFile { executable, .. } => Settings::single_file(executable),
        Launch::Native { executable } => Settings::native(executable),
    };
    module.clone_into(&mut settings.module);
    settings.hosting_model = model.value;
    if target.azure {
        STDOUT_LOG_FILE_AZURE.clone_into(&mut settings.stdout_log_file);
    }
    if let Some(name) = target.environment_name.as_ref().filter(|name| !name.is_empty()) {
        settings.environment_variables.push((ENVIRONMENT.to_owned(), name.clone()));
    }
    let document =
        Document::parse(&generate(&settings)).map_err(|source| ReadError::Malformed { source })?;
    let mut editor = Editor::new(document);
    if model.gave_way {
        let message = "the output has no dll for in-process hosting: out-of-process".to_owned();
        editor.note("single-file-outofprocess", message, None);
    }
    Ok(editor)
}

/// Everything behind the chain: variables, and what is to be said about the result.
fn finish(
    editor: &mut Editor,
    target: &Target,
    options: &TransformOptions,
) -> Result<(), TransformError> {
    let property = target.environment_variables.as_deref().unwrap_or_default();
    let property = variables::parse(property)?;
    for name in &property.without_value {
        let message = format!("the variable `{name}` has no `=` and gets an empty value");
        editor.warn("env-without-value", message, None);
    }
    let sets_environment = |(name, _): &(String, String)| name.eq_ignore_ascii_case(ENVIRONMENT);
    let named = target.environment_name.as_deref().is_some_and(|name| !name.is_empty());
    if named && property.entries.iter().any(sets_environment) {
        let message = format!(
            "`{ENVIRONMENT}` is given by `EnvironmentName` and by `WebConfigEnvironmentVariables`; \
             the latter wins"
        );
        editor.warn("environment-name-conflict", message, None);
    }
    for (at, (name, _)) in target.settings.iter().enumerate() {
        if name.trim().is_empty() {
            return Err(TransformError::VariableNameMissing { entry: at + 1 });
        }
    }
    let Some(section) = steps::find_section(editor, options)? else {
        return Ok(());
    };
    for (name, value) in property.entries.iter().chain(&target.settings) {
        steps::set_variable(editor, section, name.trim(), value, options.variables)?;
    }
    steps::check_environment(editor, section, target);
    Ok(())
}

/// Refuses values that no XML file can hold, before anything is written with them.
fn check_characters(target: &Target) -> Result<(), TransformError> {
    let mut texts: Vec<(&str, &str)> = Vec::new();
    texts.extend(target.launch.dll().map(|text| ("the dll's name", text)));
    texts.extend(target.launch.executable().map(|text| ("the executable's name", text)));
    texts.extend(target.module.as_deref().map(|text| ("the module's name", text)));
    texts.extend(target.environment_name.as_deref().map(|text| ("the environment's name", text)));
    texts.extend(target.project_guid.as_deref().map(|text| ("the project's GUID", text)));
    let property = target.environment_variables.as_deref();
    texts.extend(property.map(|text| ("`WebConfigEnvironmentVariables`", text)));
    for (name, value) in &target.settings {
        texts.extend([("the name of a variable", name.as_str()), ("a variable", value.as_str())]);
    }
    for (what, text) in texts {
        if let Some(c) = text.chars().find(|&c| !is_xml_char(c)) {
            let (what, character) = (what.to_owned(), u32::from(c));
            return Err(TransformError::Inexpressible { what, character });
        }
    }
    Ok(())
}
