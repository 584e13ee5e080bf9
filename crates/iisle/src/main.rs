//! Takes a published web app to IIS and keeps it there.

use std::process::ExitCode;
use std::thread::Builder;

/// Bytes. Expressions and documents may be nested as deep as their limits allow, and the stack of
/// the main thread is 1 MiB on Windows: that much is taken by 256 levels of XPath alone.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    let work = Builder::new().stack_size(STACK).spawn(|| iisle::run(std::env::args_os()));
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit,
        // The panic has been told.
        Ok(Err(_)) => ExitCode::from(2),
        // Without a second thread, the first has to do.
        Err(_) => iisle::run(std::env::args_os()),
    }
}
