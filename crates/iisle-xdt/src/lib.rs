//! XML Document Transform: the language of `web.Release.config`.
//!
//! Must not know: what web.config means, where files come from.
