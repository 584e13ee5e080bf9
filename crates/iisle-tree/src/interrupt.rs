//! Ctrl-C, a signal to end, a console or terminal that is closed: asked once, the process may put things
//! right first; asked again, it ends at once.
//!
//! Source: `sync.md` SD-35.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use crate::local::system;

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on a first request to end is only noted, for [`is_asked`]; a second one ends the process
/// as the system would have. Calling it again changes nothing.
///
/// # Errors
/// When the system refuses: requests then end the process, as they did before.
pub fn listen() -> io::Result<()> {
    static LISTENS: LazyLock<Result<(), io::ErrorKind>> =
        LazyLock::new(|| system::on_interrupt(&ASKED).map_err(|error| error.kind()));
    (*LISTENS).map_err(io::Error::from)
}

/// Whether this process was asked to end since it began to [`listen`].
pub fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
