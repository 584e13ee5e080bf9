use iisle_ops::{PackReport, Parameter, WrittenFile, is_concealed};
use serde_json::{Value, json};

/// `pack`: section 7.
pub(crate) fn pack_body(report: &PackReport) -> Value {
    let mut package = file(&report.package);
    package["entries"] = report.entries.into();
    package["files"] = report.files.into();
    package["directories"] = report.directories.into();
    package["written"] = report.package.written.into();
    json!({
        "package": package,
        "companions": report.companions.iter().map(file).collect::<Vec<_>>(),
        "digests_file": report.digests_file.display().to_string(),
        "parameters": report.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "cache": report.cache.map(|used| json!({ "hits": used.hits, "misses": used.misses })),
        "sbom": report.sbom.as_ref().map(|path| path.display().to_string()),
        "skipped": report.skipped.iter().map(|s| json!({ "rule": s.rule, "path": s.path.as_str() })).collect::<Vec<_>>(),
    })
}

fn file(file: &WrittenFile) -> Value {
    json!({ "path": file.path.display().to_string(), "size": file.size, "digest": file.digest.to_string() })
}

/// One *Parameter*; values that are secret are never written.
pub(super) fn parameter(parameter: &Parameter) -> Value {
    let values = [&parameter.default_value, &parameter.value];
    let secret = parameter.is_secret()
        || values.into_iter().flatten().any(|value| is_concealed(parameter, value));
    let shown = |value: Option<&String>| value.filter(|_| !secret).cloned();
    let entries: Vec<_> = parameter
        .entries
        .iter()
        .map(|e| json!({ "kind": e.kind.name(), "scope": e.scope, "match": e.matching }))
        .collect();
    let validation: Vec<_> =
        parameter.validations.iter().map(|v| json!({ "kind": v.kind, "value": v.text })).collect();
    json!({
        "name": parameter.name,
        "description": parameter.description,
        "default": shown(parameter.default_value.as_ref()),
        "value": shown(parameter.value.as_ref()),
        "secret": secret,
        "tags": parameter.tags,
        "required": parameter.is_required(),
        "entries": entries,
        "validation": validation,
    })
}
