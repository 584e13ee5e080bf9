//! XML Document Transform: the language of `web.Release.config`.
//!
//! A transform document looks like the one it changes; attributes of its own namespace say what
//! is located and what becomes of it. Must not know: what web.config means, where files come from.
//!
//! Start with [`transform()`]. One engine (`walk`, `locator`, `transform`) works on anything that is
//! a `Target`; `compatible` and `safe` are two of them, and `policy` says where the engine itself
//! decides differently for them.

mod arguments;
mod code;
mod compatible;
mod directive;
mod engine;
mod event;
mod fault;
mod locator;
mod log;
mod names;
mod options;
mod outcome;
mod policy;
mod run;
mod safe;
mod script;
mod target;
mod text;
mod transform;
mod walk;

pub use code::Code;
pub use event::{Event, Input, Place, Severity};
pub use options::{Hyphens, Keep, Mode, OnError, Options, Unmatched};
pub use outcome::{Outcome, Status};
pub use run::transform;
pub use text::text_of;
