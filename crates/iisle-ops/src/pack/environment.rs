use iisle_tree::host;
use iisle_webdeploy::{Companion, PackOptions, SetParameters, environment_parameters};

use super::options::{Environment, bad_parameters};
use crate::Failure;

/// The largest SetParameters.xml that is read.
const MAX_VALUES: u64 = 16 << 20;

/// The `NAME.SetParameters.ENVIRONMENT.xml` of every environment.
///
/// # Errors
/// A name that is no part of a file name, values that cannot be read, are not declared, or are
/// refused by a validation.
pub(super) fn files(
    name: &str,
    environments: &[Environment],
    options: &PackOptions,
) -> Result<Vec<Companion>, Failure> {
    environments.iter().map(|environment| file(name, environment, options)).collect()
}

fn file(
    name: &str,
    environment: &Environment,
    options: &PackOptions,
) -> Result<Companion, Failure> {
    let Environment { name: environment, values } = environment;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    if environment.is_empty() || !environment.chars().all(is_part) {
        let failure = Failure::new(format!("`{environment}` is no name of an environment"));
        return Err(failure.hint("letters, digits, blanks and hyphens, such as Staging"));
    }
    let values = match values {
        None => SetParameters::default(),
        Some(path) => {
            let bytes = host::read(path, MAX_VALUES)?;
            SetParameters::parse(&bytes).map_err(|e| bad_parameters(path, &e))?
        }
    };
    let content = environment_parameters(&options.declared(), &values.values)
        .map_err(|problem| Failure::new(format!("the environment `{environment}`: {problem}")))?;
    let file_name = format!("{name}.SetParameters.{environment}.xml");
    Ok(Companion { file_name, content: content.into_bytes() })
}
