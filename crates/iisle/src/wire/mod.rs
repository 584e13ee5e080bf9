//! What `--format json` promises: mirrors `spec/json.md`. A change here is a change of the schema.

mod check;
mod deploy;
mod inspect;
mod pack;
mod package;
mod plan;
mod publish;
mod releases;
mod shared;
mod sync;
mod webconfig;
mod xdt;

pub(crate) use check::{check_body, explain_body, rules_body};
pub(crate) use deploy::{deploy_body, refused_settings_body};
pub(crate) use inspect::{Files, evaluate_body, inspect_body, properties_and_items, time};
pub(crate) use pack::pack_body;
pub(crate) use package::{
    attributes, extract_body, package_body, package_diff_body, parameters_body, verify_body,
};
pub(crate) use plan::{PlanFile, approved_plan};
pub(crate) use publish::publish_body;
pub(crate) use releases::{activated_body, pruned_body, release_body, releases_body};
pub(crate) use shared::{Head, WireFinding, WireHolder};
pub(crate) use sync::sync_body;
pub(crate) use webconfig::{diff_body, generate_body, show_body, transform_body};
pub(crate) use xdt::xdt_body;
