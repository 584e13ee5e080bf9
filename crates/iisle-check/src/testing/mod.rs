//! Small facts in, text of findings out: what the tests of all rules use.

mod corpus;
mod evaluated;
mod files;
mod image;
mod judge;
mod package;
mod vectors;

pub(crate) use judge::{
    check, check_for, folder_profile, handler_settings, ids, judge, project, self_contained,
};
pub(crate) use package::{APP, app_package, check_package, check_package_against, judge_package};
