use serde::Deserialize;

use super::CargoError;

/// What matters here of a `.cargo/config.toml`.
#[derive(Debug, Default, Deserialize)]
struct Config {
    build: Option<Build>,
}

#[derive(Debug, Default, Deserialize)]
struct Build {
    target: Option<Targets>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Targets {
    One(String),
    Several(Vec<String>),
}

/// `build.target` of the nearest file that has one.
pub(super) fn targets(files: &[(String, String)]) -> Result<Vec<String>, CargoError> {
    for (path, text) in files {
        let config: Config = toml::from_str(text).map_err(|source| CargoError::Config {
            path: path.clone(),
            source: Box::new(source),
        })?;
        match config.build.and_then(|build| build.target) {
            None => {}
            Some(Targets::One(target)) => return Ok(vec![target]),
            Some(Targets::Several(targets)) => return Ok(targets),
        }
    }
    Ok(Vec::new())
}
