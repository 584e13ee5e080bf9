//! The verbs of iisle: request in, report out
