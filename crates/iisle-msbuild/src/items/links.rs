//! The SDK's rule for items from outside of the project's folder.

use super::evaluate::is_below_project;
use super::expression::shared;
use super::store::Store;
use crate::evaluator::Evaluation;

/// The item of the built-in model that stands where the SDK applies its rule.
pub(super) const MARKER: &str = "_ModelLinkRule";

/// Gives items from outside a `Link`: `LinkBase`, the recursive folder and the name.
///
/// Source: dotnet/sdk, `Microsoft.NET.Sdk.DefaultItems.targets`.
pub(super) fn apply(store: &mut Store, evaluation: &Evaluation<'_>, types: Option<&str>) {
    let style = evaluation.style;
    for item_type in types.unwrap_or_default().split(';') {
        for item in store.items_mut(item_type) {
            let base = item.value("LinkBase", style);
            let base = if base.is_empty() { base } else { style.with_trailing_separator(&base) };
            if !base.is_empty() {
                item.set(&shared("LinkBase"), base.as_str().into());
            }
            let shared_project = style.extension(&item.defining.path) == ".projitems";
            let inside = is_below_project(evaluation, &item.full);
            if !item.value("Link", style).is_empty() || shared_project || inside {
                continue;
            }
            let name = item.value("Filename", style) + &item.value("Extension", style);
            let link = format!("{base}{}{name}", item.value("RecursiveDir", style));
            item.set(&shared("Link"), link.as_str().into());
        }
    }
}
