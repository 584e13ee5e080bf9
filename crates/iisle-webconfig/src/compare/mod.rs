//! Compares two web.config files by meaning.
//!
//! Comments, instructions, white space, quotes, the order of attributes and sections, the encoding
//! and its declaration mean nothing; a default that is spelled out is the same as one that is not.
//! Namespaces of elements mean nothing either: IIS looks at local names.

mod elements;
mod meaning;
mod order;

pub use elements::{Difference, DifferenceKind, compare};
