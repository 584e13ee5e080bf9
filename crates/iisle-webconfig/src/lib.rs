//! Reads, generates and edits the hosting part of web.config
