//! Projects evaluated from folders, and what the real engine said of them.

mod corpus;
mod engine;
mod hostile;
mod projects;
mod sdk_model;
