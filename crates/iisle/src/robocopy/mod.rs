//! The command with robocopy's habits: its switches, job files, report and exit codes.
//!
//! Typed words become [`Settings`](settings::Settings), those become a job, and what the job says on
//! its way becomes the report. Also reached when the program itself is called `robocopy`.

mod clock;
mod command;
mod command_line;
mod dates;
mod header;
mod job_file;
mod lines;
mod output;
mod own;
#[cfg(test)]
mod parsers;
mod report;
mod settings;
mod sizes;
mod summary;
mod switches;
mod to_job;
mod usage;

pub(crate) use command::{is_robocopy, run};
