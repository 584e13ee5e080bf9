use std::path::Path;

use iisle_path::NameRules;
use iisle_report::Location;
use iisle_tree::host;
use iisle_webdeploy::{Origin, Package, Parameters, Resolved, SetParameters, Setting, Unresolved};

use super::report::DeployFailure;
use super::request::{DeployRequest, ExtraSettings, SettingSource};
use crate::{Failure, shell};

/// The largest SetParameters.xml that is read.
const MAX_SETTINGS: u64 = 16 << 20;

/// What the package declares, and what files of settings declare beside it.
pub(super) fn declared(
    package: &Package,
    sources: &[SettingSource],
) -> Result<Parameters, Failure> {
    let mut all = package.parameters().clone();
    for source in sources {
        let SettingSource::File(path) = source else { continue };
        for parameter in read_settings(path)?.declared {
            if all.get(&parameter.name).is_some() {
                let problem =
                    format!("the parameter `{}` has already been declared", parameter.name);
                return Err(Failure::new(problem).at(Location::file(path.display().to_string())));
            }
            all.merge(parameter);
        }
    }
    Ok(all)
}

fn read_settings(path: &Path) -> Result<SetParameters, Failure> {
    let bytes = host::read(path, MAX_SETTINGS)?;
    SetParameters::parse(&bytes).map_err(|error| {
        let file = path.display().to_string();
        let location = match error.position() {
            Some(at) => Location::at(file.clone(), at.line, at.column),
            None => Location::file(file.clone()),
        };
        Failure::of(&error).context(format!("cannot read the settings `{file}`")).at(location)
    })
}

/// All values in the order in which they count.
pub(super) fn settings(
    sources: &[SettingSource],
    parameters: &Parameters,
    extra: ExtraSettings,
) -> Result<Vec<Setting>, Failure> {
    let mut all = Vec::new();
    for source in sources {
        match source {
            SettingSource::Value(setting) => {
                // Blanks around a name are part of it only where it is declared so.
                let is_known = |name: &str| parameters.get(name).is_some();
                let (name, trimmed) = (setting.name.as_str(), setting.name.trim());
                let name = if !is_known(name) && is_known(trimmed) { trimmed } else { name };
                all.push(Setting { name: name.to_owned(), ..setting.clone() });
            }
            SettingSource::File(path) => {
                for (name, value) in read_settings(path)?.values {
                    if extra == ExtraSettings::Refuse || parameters.get(&name).is_some() {
                        all.push(Setting { name, value, origin: Origin::SetFile });
                    }
                }
            }
        }
    }
    Ok(all)
}

/// With a target, the parameter that says where the first content goes is set to it, unless the
/// user has set it.
pub(super) fn target_setting(
    package: &Package,
    request: &DeployRequest,
    parameters: &Parameters,
    settings: &[Setting],
) -> Result<Option<Setting>, Failure> {
    let Some(to) = &request.to else { return Ok(None) };
    let Some(first) = package.contents().first() else { return Ok(None) };
    let provider = &package.manifest().providers[first.provider];
    // Any value does: which parameter hits does not depend on it.
    let placeholders: Vec<_> = parameters
        .iter()
        .map(|parameter| Resolved { parameter, value: String::new(), origin: Origin::Default })
        .collect();
    let hit = package.path_parameter(provider, &placeholders).map_err(|e| Failure::of(&e))?;
    let Some(hit) = hit else { return Ok(None) };
    let name = &hit.parameter.name;
    let is_set = settings.iter().any(|s| NameRules::Windows.same(&s.name, name));
    Ok((!is_set).then(|| Setting {
        name: name.clone(),
        value: to.display().to_string(),
        origin: Origin::Target,
    }))
}

/// What is wrong with the values, for people: never a value.
pub(super) fn refused_settings(
    unresolved: Unresolved,
    parameters: &Parameters,
    message: &str,
) -> DeployFailure {
    let Unresolved { unknown, missing, invalid } = &unresolved;
    let mut causes = Vec::new();
    let mut hints = Vec::new();
    for (name, nearest) in unknown {
        causes.push(format!("the parameter `{name}` is not declared"));
        hints.extend(nearest.as_ref().map(|near| format!("did you mean `{near}`?")));
    }
    causes.extend(missing.iter().map(|name| format!("the parameter `{name}` has no value")));
    if let Some(name) = missing.first() {
        hints.push(format!("set it: --set {}", shell::argument(&format!("{name}=VALUE"))));
    }
    causes.extend(
        invalid
            .iter()
            .map(|(name, why)| format!("the value of the parameter `{name}` is refused: {why}")),
    );
    for parameter in parameters {
        let about = parameter.description.as_deref().filter(|text| !text.is_empty());
        let about = about.map(|text| format!(": {text}")).unwrap_or_default();
        hints.push(format!("declared: `{}`{about}", parameter.name));
    }
    if parameters.is_empty() {
        hints.push("the package declares no parameters".to_owned());
    }
    let failure = Failure { causes, hints, ..Failure::new(message) };
    DeployFailure { failure, unresolved: Some(Box::new((unresolved, parameters.clone()))) }
}
