//! Gathers facts: what a project asks for, what lies in a publish output, what a binary is.
//!
//! Facts, not judgments: what is wrong with them is the business of the rules. Files are read
//! through the [`Tree`](iisle_tree::Tree) that is handed in, and so is the output of commands. Must
//! not know: the environment, the network, how anything is shown. Start with
//! [`publish::inspect`] and [`image::inspect_image`].

pub mod cargo;
mod framework;
pub mod image;
mod json;
pub mod project;
pub mod publish;
pub mod resolve;

pub use framework::TargetFramework;
pub use iisle_webconfig::Position;
