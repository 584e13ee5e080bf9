use iisle_ops::facts::cargo::CargoPackage;
use iisle_ops::facts::image::{Bundle, Host, Image};
use iisle_ops::facts::project::{Place, Project};
use iisle_ops::facts::publish::{File, FrameworkReference, PublishOutput};
use iisle_ops::facts::resolve::Resolution;
use iisle_ops::{EvaluateReport, InspectReport, Ticks, by, location};
use iisle_report::Location;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::package::package_body;
use super::shared::{WireLocation, WireWarning};

/// How much of an output is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    Listed,
    Summed,
}

/// `inspect`: section 3.
pub(crate) fn inspect_body(report: &InspectReport, files: Files) -> Value {
    match report {
        InspectReport::PublishOutput { root, output, resolution } => json!({
            "subject": "publish-output",
            "publish_output": publish_output(&root.display().to_string(), output, files, resolution.as_ref()),
        }),
        InspectReport::Project { project, output } => {
            let mut body = json!({ "subject": "project", "project": self::project(project) });
            if let Some((root, output)) = output {
                body["publish_output"] =
                    publish_output(&root.display().to_string(), output, files, None);
            }
            body
        }
        InspectReport::Image { path, image } => json!({
            "subject": "image",
            "image": self::image(&path.display().to_string(), image),
        }),
        InspectReport::Package { path: _, package } => json!({
            "subject": "package",
            "package": package_body(package, &[]),
        }),
        InspectReport::Cargo { package, executable } => json!({
            "subject": "cargo",
            "cargo": cargo(package, executable.as_deref()),
        }),
    }
}

/// The members of `publish_output`.
pub(crate) fn publish_output(
    root: &str,
    output: &PublishOutput,
    files: Files,
    resolution: Option<&Resolution>,
) -> Value {
    let mut body = json!({
        "root": root,
        "kind": output.kind.word(),
        "flags": output.flags.iter().map(|flag| flag.word()).collect::<Vec<_>>(),
        "entry": output.entry,
        "candidates": output.candidates,
        "arch": output.arch.map(|arch| arch.word().into_owned()),
        "rid": output.rid,
        "target_framework": output.target_framework,
        "self_contained": output.self_contained,
        "frameworks": frameworks(&output.frameworks),
        "included_frameworks": frameworks(&output.included_frameworks),
        "roll_forward": output.runtime_config().and_then(|config| config.roll_forward.clone()),
        "evidence": output.evidence.iter().map(|e| json!({ "fact": e.fact, "value": e.value, "because": e.because })).collect::<Vec<_>>(),
        "conflicts": output.conflicts.iter().map(|c| json!({
            "path": c.path.as_str(), "class": c.class(), "severity": c.severity.word(), "evidence": c.evidence,
        })).collect::<Vec<_>>(),
        "observations": output.observations.iter().map(|o| json!({
            "what": o.what.word(), "path": o.path, "severity": o.severity.word(), "detail": o.detail,
        })).collect::<Vec<_>>(),
        "classes": output.classes.iter().map(|(class, sum)| {
            (class.word().to_owned(), json!({ "files": sum.files, "size": sum.size }))
        }).collect::<Map<_, _>>(),
        "web_config": web_config(output),
    });
    if files == Files::Listed {
        body["files"] = output.files.iter().map(file).collect();
    }
    if let Some(resolution) = resolution {
        let chosen = |c: &iisle_ops::facts::resolve::Chosen| json!({ "name": c.name, "wanted": c.wanted, "roll_forward": c.roll_forward, "chosen": c.chosen });
        let frameworks: Vec<_> = resolution.frameworks.iter().map(chosen).collect();
        body["resolution"] = json!({ "frameworks": frameworks, "exit": resolution.exit });
    }
    body
}

fn frameworks(references: &[FrameworkReference]) -> Vec<Value> {
    let one = |f: &FrameworkReference| json!({ "name": f.name, "version": f.version, "roll_forward": f.roll_forward });
    references.iter().map(one).collect()
}

fn web_config(output: &PublishOutput) -> Value {
    let Some(file) = &output.web_config else { return Value::Null };
    let Ok(config) = &file.content else {
        return json!({ "location": WireLocation::of(&Location::file(file.path.as_str())) });
    };
    let Some(hosting) = config.hosting() else {
        return json!({ "location": WireLocation::of(&Location::file(file.path.as_str())) });
    };
    let section = hosting.section;
    let text = |name: &str| section.attribute(name).map(|attribute| attribute.value.clone());
    let at = section.element.position;
    json!({
        "process_path": text("processPath"),
        "arguments": text("arguments"),
        "hosting_model": text("hostingModel"),
        "module": hosting.module(),
        "stdout_log_file": text("stdoutLogFile"),
        "stdout_log_enabled": hosting.stdout_log_enabled(),
        "location": WireLocation::of(&Location::at(file.path.as_str(), at.line, at.column)),
    })
}

fn file(file: &File) -> Value {
    let mut body = json!({
        "path": file.path.as_str(),
        "size": file.size,
        "modified": time(file.modified),
        "class": file.class.word(),
    });
    if let Some(found) = &file.image {
        body["image"] = image(file.path.as_str(), found);
    }
    body
}

/// RFC 3339 in UTC with up to seven decimals.
pub(crate) fn time(ticks: Ticks) -> String {
    let (seconds, nanoseconds) = ticks.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    jiff::Timestamp::new(seconds, nanoseconds)
        .map_or_else(|_| String::new(), |time| time.to_string())
}

/// One *Image*.
pub(crate) fn image(path: &str, image: &Image) -> Value {
    json!({
        "path": path,
        "size": image.size,
        "format": image.format.word(),
        "machine": image.machine.map(|machine| machine.word().into_owned()),
        "bits": image.bits,
        "image": image.image.map(iisle_ops::facts::image::ImageKind::word),
        "managed": image.managed,
        "il_only": image.il_only,
        "requires_32bit": image.requires_32bit,
        "prefers_32bit": image.prefers_32bit,
        "strong_name_signed": image.strong_name_signed,
        "native_code": image.native_code.word(),
        "target_os": image.target_os.map(iisle_ops::facts::image::TargetOs::word),
        "subsystem": image.subsystem.map(iisle_ops::facts::image::Subsystem::word),
        "runs_as": image.runs_as.as_ref().map(|runs_as| runs_as.word().into_owned()),
        "assembly": image.assembly.as_ref().map(|a| json!({ "name": a.name, "version": a.version })),
        "exports": image.exports,
        "host": image.host.as_ref().map(host),
        "error": image.error,
    })
}

fn host(host: &Host) -> Value {
    json!({
        "kind": host.kind.word(),
        "bound": host.bound,
        "app": host.app,
        "bundle": host.bundle.as_ref().map(bundle),
    })
}

fn bundle(bundle: &Bundle) -> Value {
    let file = |f: &iisle_ops::facts::image::BundleFile| json!({ "path": f.path, "type": f.kind.word(), "size": f.size, "compressed_size": f.compressed_size });
    json!({
        "offset": bundle.offset,
        "version": format!("{}.{}", bundle.major, bundle.minor),
        "id": bundle.id,
        "extracts": bundle.extracts,
        "files": bundle.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// The members of `project`.
pub(crate) fn project(project: &Project) -> Value {
    let properties: Map<_, _> = project
        .properties
        .iter()
        .map(|(name, property)| (name.as_str().to_owned(), Value::String(property.value.clone())))
        .collect();
    let warnings: Vec<_> = project
        .warnings
        .iter()
        .map(|w| json!({ "code": w.code, "message": w.message, "location": w.place.as_ref().map(place) }))
        .collect();
    json!({
        "path": project.path,
        "sdk": project.sdks.first(),
        "properties": properties,
        "target_frameworks": project.target_frameworks,
        "rid": project.rid,
        "self_contained": project.self_contained,
        "use_app_host": project.use_app_host,
        "platform_target": project.platform_target,
        "output_type": project.output_type,
        "assembly_name": project.assembly_name,
        "publish_dir": project.publish_dir,
        "hosting_model": project.hosting_model,
        "module": project.module,
        "publishable": project.publishable,
        "warnings": warnings,
    })
}

fn place(place: &Place) -> WireLocation {
    WireLocation::of(&match place.position {
        Some(at) => Location::at(place.file.clone(), at.line, at.column),
        None => Location::file(place.file.clone()),
    })
}

/// The members of `cargo`.
pub(crate) fn cargo(package: &CargoPackage, executable: Option<&Image>) -> Value {
    json!({
        "package": package.package,
        "version": package.version,
        "bin": package.bin,
        "bins": package.bins,
        "target": package.target,
        "rid": package.rid,
        "profile": package.profile,
        "executable": executable.map_or_else(|| json!({ "path": package.executable }), |found| image(&package.executable, found)),
        "static": package.static_files,
        "publish_dir": package.publish_dir,
    })
}

/// `evaluate`: section 4. The names of `Properties` and `Items` are MSBuild's.
#[derive(Serialize)]
pub(crate) struct EvaluateBody {
    #[serde(rename = "Properties", skip_serializing_if = "Map::is_empty")]
    properties: Map<String, Value>,
    #[serde(rename = "Items", skip_serializing_if = "Map::is_empty")]
    items: Map<String, Value>,
    warnings: Vec<WireWarning>,
    unknown: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<Value>>,
}

/// What `dotnet msbuild -getProperty` prints of several: the first two members of the body.
pub(crate) fn properties_and_items(
    report: &EvaluateReport,
) -> (Map<String, Value>, Map<String, Value>) {
    let properties =
        report.properties.iter().map(|(name, value)| (name.clone(), Value::String(value.clone())));
    let item = |item: &iisle_ops::EvaluatedItem| {
        let mut members = Map::new();
        members.insert("Identity".into(), item.identity.clone().into());
        members.extend(
            item.metadata.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))),
        );
        Value::Object(members)
    };
    let items =
        report.items.iter().map(|(name, items)| (name.clone(), items.iter().map(item).collect()));
    (properties.collect(), items.collect())
}

pub(crate) fn evaluate_body(report: &EvaluateReport, trace: Option<&str>) -> EvaluateBody {
    let (properties, items) = properties_and_items(report);
    let folder = report.project.parent().unwrap_or(std::path::Path::new(""));
    let unknown = report.unknown.iter().map(|u| {
        let place = u.place.as_ref().map(|place| WireLocation::of(&location(folder, place)));
        json!({ "name": u.name, "reason": u.reason, "location": place })
    });
    let assignments = report.trace.iter().map(|a| {
        let place = a.origin.place().map(|place| WireLocation::of(&location(folder, place)));
        json!({
            "property": a.property, "value": a.value, "location": place,
            "condition": a.condition, "taken": a.taken, "by": by(&a.origin, &report.project),
        })
    });
    EvaluateBody {
        properties,
        items,
        warnings: report.warnings.iter().map(WireWarning::of).collect(),
        unknown: unknown.collect(),
        trace: trace.map(|_| assignments.collect()),
        projects: report.projects.as_ref().map(|projects| {
            let member = |p: &iisle_ops::SolutionMember| {
                json!({
                    "path": p.path, "name": p.name, "publishable": p.publishable,
                    "reason": p.reason,
                })
            };
            projects.iter().map(member).collect()
        }),
    }
}
