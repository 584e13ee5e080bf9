//! Deployments that are killed, that race, and that find no room: with the built command and real
//! processes. What the command must have done in the end does not depend on when it is stopped.

mod run;
mod site;

pub(crate) use run::{FEW, run};
