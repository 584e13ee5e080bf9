//! Syncs one folder into another and prints what was done: `sync SOURCE DESTINATION [--delete]`.
//! For measuring the engine without the command around it.
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::error::Error;
use std::num::NonZero;

use iisle_report::Silent;
use iisle_sync::{Context, Extras, Policy, execute, prepare};
use iisle_tree::LocalTree;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, destination, rest @ ..] = arguments.as_slice() else {
        return Err("usage: sync SOURCE DESTINATION [--delete]".into());
    };
    let source = LocalTree::open(source)?;
    let destination = LocalTree::target(destination)?;
    let mut policy = Policy::new([""; 0])?;
    if rest.iter().any(|argument| argument == "--delete") {
        policy.extras = Extras::Delete;
    }
    let plan = prepare(&source, &destination, &policy, &Silent)?;
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let context = Context { source: &source, destination: &destination, monitor: &Silent, threads };
    let outcome = execute(&context, &plan);
    println!("{} {:?}", outcome.ending.word(), outcome.totals);
    for guard in &plan.refused {
        println!("refused: {guard}");
    }
    for error in &outcome.errors {
        println!("error: {error}: {}", error.source().map_or(String::new(), ToString::to_string));
    }
    for locked in &outcome.locked {
        println!("locked: {} {:?}", locked.path, locked.holders);
    }
    Ok(())
}
