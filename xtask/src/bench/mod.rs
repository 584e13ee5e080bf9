//! End-to-end scenarios beside their peers: same machine, same run, median.

mod bar;
mod data;
mod evaluate;
mod measure;
mod pack;
mod run;
mod startup;
mod sync;
mod table;
mod xml;

pub(crate) use run::run;
