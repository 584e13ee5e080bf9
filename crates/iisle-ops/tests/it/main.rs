//! What each verb does with real folders and files.

mod cargo_package;
mod deploy;
mod dotnet_publish;
mod evaluate;
mod pack;
mod web_config;
