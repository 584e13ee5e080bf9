//! Publish outputs read from folders, those of the real SDK among them.

mod hostile;
mod images;
mod outputs;
mod rules;
