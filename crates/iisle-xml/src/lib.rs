//! Lossless XML: a tree with byte ranges, edits that touch only what they must
