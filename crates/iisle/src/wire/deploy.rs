use iisle_ops::{
    DeployReport, DeployedContent, DeployedParameter, DeployedProvider, Ending, PackageForm,
    Parameters, SyncOutcome, Unresolved,
};
use serde_json::{Value, json};

use super::pack::parameter;
use super::plan::WirePlan;
use super::shared::WireWarning;
use super::sync::{WireAppCopy, WireBusy, WireDrift, WireLocked, WireTotals, kept};

/// `deploy`: section 8.
pub(crate) fn deploy_body(report: &DeployReport) -> Value {
    let DeployReport {
        package,
        form,
        contents,
        outcome,
        totals,
        kept: stays,
        locked,
        parameters,
        providers,
        warnings,
        deployment,
        verified,
        drift,
        offline,
        swapping,
        copies,
        busy,
        failure: _,
        seconds,
    } = report;
    let destination = contents.first().map(|content| content.root.display().to_string());
    let shows_plan = outcome.word() == "planned" || outcome.word() == "refused";
    let kind = if *form == PackageForm::ArchiveFolder { "dir" } else { "zip" };
    let plans = contents.iter().map(|content| {
        let DeployedContent { root, plan, basis } = content;
        let mut plan = json!(WirePlan::of(plan, basis.as_ref(), (kind, package), root));
        plan["root"] = root.display().to_string().into();
        plan
    });
    let plans: Vec<_> = plans.collect();
    let merged = || {
        let all = |member: &str| {
            let lists = plans.iter().filter_map(|plan| plan[member].as_array());
            lists.flatten().cloned().collect::<Vec<_>>()
        };
        let sum = |member: &str| plans.iter().filter_map(|plan| plan[member].as_u64()).sum::<u64>();
        let offline: Vec<bool> =
            plans.iter().filter_map(|plan| plan["needs_offline"].as_bool()).collect();
        json!({
            "ops": all("ops"),
            "kept": all("kept"),
            "guards": all("guards"),
            "refused": all("refused"),
            "needs_offline": (offline.len() == plans.len()).then(|| offline.contains(&true)),
            "bytes_to_stage": sum("bytes_to_stage"),
            "space_needed": sum("space_needed"),
            "targets": plans,
        })
    };
    json!({
        "outcome": outcome.word(),
        "source": package.display().to_string(),
        "destination": destination,
        "totals": WireTotals::of(*totals),
        "kept": kept(stays),
        "locked": locked.iter().map(WireLocked::of).collect::<Vec<_>>(),
        "busy": busy.as_ref().map(WireBusy::of),
        "deployment": deployment,
        "drift": drift.iter().map(WireDrift::of).collect::<Vec<_>>(),
        "offline": { "used": offline.is_some(), "seconds": offline.map(|time| time.as_secs_f64()) },
        "swap_seconds": swapping.map(|time| time.as_secs_f64()),
        "shadow_copy": copies.first().map(WireAppCopy::of),
        "shadow_copies": (copies.len() > 1).then(|| copies.iter().map(WireAppCopy::of).collect::<Vec<_>>()),
        // Absent where nothing was written.
        "verified": verified.then_some(true),
        "plan": shows_plan.then(merged),
        "parameters": parameters.iter().map(deployed_parameter).collect::<Vec<_>>(),
        "providers": providers.iter().map(provider).collect::<Vec<_>>(),
        "warnings": warnings.iter().map(WireWarning::of).collect::<Vec<_>>(),
        "seconds": seconds,
    })
}

fn deployed_parameter(parameter: &DeployedParameter) -> Value {
    let DeployedParameter { name, value, origin, changed } = parameter;
    let changed = changed.iter().map(|(path, places)| json!({ "path": path, "places": places }));
    json!({
        "name": name,
        "value": value,
        "secret": value.is_none(),
        "from": origin.word(),
        "changed": changed.collect::<Vec<_>>(),
    })
}

fn provider(provider: &DeployedProvider) -> Value {
    let DeployedProvider { name, path, to } = provider;
    json!({ "name": name, "path": path, "to": to.as_ref().map(|to| to.display().to_string()) })
}

/// `deploy`, when values of parameters are refused: section 8.
pub(crate) fn refused_settings_body(unresolved: &Unresolved, declared: &Parameters) -> Value {
    let Unresolved { unknown, missing, invalid } = unresolved;
    json!({
        "outcome": SyncOutcome::Ended(Ending::Failed).word(),
        "unknown": unknown.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "missing": missing,
        "invalid": invalid.iter().map(|(name, why)| json!({ "name": name, "why": why })).collect::<Vec<_>>(),
        "declared": declared.iter().map(parameter).collect::<Vec<_>>(),
    })
}
