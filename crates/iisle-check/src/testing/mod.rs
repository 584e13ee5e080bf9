//! Small facts in, text of findings out: what the tests of all rules use.

mod corpus;
mod evaluated;
mod files;
mod image;
mod judge;

mod vectors;

pub(crate) use judge::{
    check, check_for, folder_profile, handler_settings, ids, judge, project, self_contained,
};
