//! Packages as whole files: written, read and damaged.

mod pack;
mod read;
