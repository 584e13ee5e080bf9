use iisle_ops::{
    ChangedFile, ContentDigests, Digest, ExtractReport, NamedDifferences, Package,
    PackageDifferences, PackageFile, Parameters, Provider, Stamp, Ticks, Verdict, Visibility,
};
use serde_json::{Map, Value, json};

use super::pack::parameter;
use super::shared::WireFinding;

/// `package show`: section 7, and for files the digests that were asked for.
pub(crate) fn package_body(package: &Package, digests: &[ContentDigests]) -> Value {
    let mut files = Vec::new();
    for (index, content) in package.contents().iter().enumerate() {
        let digests = digests.get(index);
        files.extend(content.files.iter().map(|(path, (_, stamp))| {
            let digest = digests.and_then(|digests| digests.get(path));
            json!({
                "path": path.as_str(),
                "size": stamp.size,
                "modified": time(stamp.modified),
                "attributes": attributes(*stamp),
                "digest": digest.map(ToString::to_string),
                "provider": content.source,
            })
        }));
    }
    let system_info = package
        .system_info()
        .map(|bytes| String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned());
    json!({
        "form": package.form().word(),
        "root": package.manifest().root,
        "providers": package.manifest().providers.iter().map(provider).collect::<Vec<_>>(),
        "parameters": package.parameters().iter().map(parameter).collect::<Vec<_>>(),
        "files": files,
        "system_info": system_info,
    })
}

/// `package params`: section 7.
pub(crate) fn parameters_body(parameters: &Parameters) -> Value {
    json!({ "parameters": parameters.iter().map(parameter).collect::<Vec<_>>() })
}

/// `package verify`: section 7.
pub(crate) fn verify_body(verdict: &Verdict) -> Value {
    let summary = verdict.summary;
    json!({
        "findings": verdict.findings.iter().map(WireFinding::of).collect::<Vec<_>>(),
        "summary": {
            "errors": summary.errors, "warnings": summary.warnings, "infos": summary.infos, "allowed": summary.allowed,
        },
    })
}

/// `package diff`: section 7.
pub(crate) fn package_diff_body(found: &PackageDifferences) -> Value {
    let PackageDifferences { added, removed, changed, parameters, providers } = found;
    json!({
        "equal": found.is_empty(),
        "added": added.iter().map(file).collect::<Vec<_>>(),
        "removed": removed.iter().map(file).collect::<Vec<_>>(),
        "changed": changed.iter().map(changed_file).collect::<Vec<_>>(),
        "parameters": named(parameters, parameter, |p| &p.name),
        "providers": named(providers, provider, |p| &p.name),
    })
}

/// `package extract`: section 7.
pub(crate) fn extract_body(report: &ExtractReport) -> Value {
    let ExtractReport { root, written_files, written_bytes } = report;
    json!({ "root": root.display().to_string(), "written_files": written_files, "written_bytes": written_bytes })
}

fn file(file: &PackageFile) -> Value {
    json!({ "path": file.path.as_str(), "size": file.stamp.size })
}

fn changed_file(changed: &ChangedFile) -> Value {
    let side = |(file, digest): &(PackageFile, Digest)| json!({ "size": file.stamp.size, "digest": digest.to_string() });
    json!({ "path": changed.b.0.path.as_str(), "a": side(&changed.a), "b": side(&changed.b) })
}

fn named<T>(
    found: &NamedDifferences<T>,
    wire: impl Fn(&T) -> Value,
    name: impl Fn(&T) -> &String,
) -> Value {
    let NamedDifferences { added, removed, changed } = found;
    let changed =
        changed.iter().map(|(a, b)| json!({ "name": name(b), "a": wire(a), "b": wire(b) }));
    json!({
        "added": added.iter().map(&wire).collect::<Vec<_>>(),
        "removed": removed.iter().map(&wire).collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
    })
}

/// One provider and all below it; what is called a password is not shown.
fn provider(provider: &Provider) -> Value {
    let Provider { name, path, attributes, link: _, options, children } = provider;
    let shown = |name: &str, value: Option<&str>| match value {
        Some(_) if name.to_ascii_lowercase().contains("password") => Value::Null,
        value => json!(value),
    };
    let attributes: Map<_, _> =
        attributes.iter().map(|(name, value)| (name.clone(), shown(name, Some(value)))).collect();
    let settings = options.iter().flat_map(|options| &options.settings);
    let settings: Map<_, _> =
        settings.map(|(name, value)| (name.clone(), shown(name, value.as_deref()))).collect();
    json!({
        "name": name,
        "path": path,
        "attributes": attributes,
        "options": settings,
        "children": children.iter().map(self::provider).collect::<Vec<_>>(),
    })
}

/// The words for what the attributes of a file say.
pub(crate) fn attributes(stamp: Stamp) -> Vec<&'static str> {
    let Visibility { hidden, system } = stamp.visibility.unwrap_or_default();
    let all = [(stamp.read_only, "read-only"), (hidden, "hidden"), (system, "system")];
    all.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect()
}

/// RFC 3339 in UTC; `null` for a time that no calendar has.
pub(super) fn time(ticks: Ticks) -> Option<String> {
    let (seconds, nanoseconds) = ticks.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    jiff::Timestamp::new(seconds, nanoseconds).ok().map(|at| at.to_string())
}
