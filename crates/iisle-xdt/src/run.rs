use crate::compatible::CompatibleTarget;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::log::Log;
use crate::options::{Keep, Mode};
use crate::policy::Policy;
use crate::safe;
use crate::script::Script;
use crate::target::{Target, Unreadable, Unwritable};
use crate::walk::End;
use crate::{Options, Outcome, Place, Status};

/// Applies a transform to a document.
///
/// `source` and `transform` are whole files. Nothing is ever written: the outcome holds the bytes.
/// Never fails otherwise than by the [`Status`] of the outcome.
///
/// Source: the behavior of `Microsoft.Web.XmlTransform`; in safe mode with the deviations that the
/// crate's modules name.
pub fn transform(source: &[u8], transform: &[u8], options: &Options) -> Outcome {
    match options.mode {
        Mode::Compatible => {
            let read = CompatibleTarget::read(source, transform);
            run(read, Policy::COMPATIBLE, options)
        }
        Mode::Safe => run(safe::read(source, transform), Policy::SAFE, options),
    }
}

fn run<T: Target>(
    read: Result<(T, Script<T::Origin>), Unreadable>,
    policy: Policy,
    options: &Options,
) -> Outcome {
    let (target, script) = match read {
        Ok(read) => read,
        Err(Unreadable { input, status, fault, position }) => {
            let place = position.map(|position| Place { input, position });
            return ended(status, fault, place, options);
        }
    };
    let mut engine = Engine::new(&script, target, policy, options);
    let done = engine.run();
    let Engine { target, mut log, .. } = engine;
    let (status, bytes) = match done {
        Err(End::Status(status)) => (status, None),
        Err(End::Abandoned) => (Status::Errors, None),
        Ok(()) if log.has_errors() && options.keep == Keep::Good => (Status::Errors, None),
        Ok(()) => match target.into_bytes() {
            Ok(bytes) if log.has_errors() => (Status::Errors, Some(bytes)),
            Ok(bytes) => (Status::Applied, Some(bytes)),
            Err(Unwritable { fault, left }) => {
                log.fatal(fault, None);
                (Status::Failed, left)
            }
        },
    };
    Outcome { status, bytes, events: log.into_events() }
}

/// A run that did not begin.
fn ended(status: Status, fault: Fault, place: Option<Place>, options: &Options) -> Outcome {
    let mut log = Log::new(options.on_error);
    log.fatal(fault, place);
    Outcome { status, bytes: None, events: log.into_events() }
}
