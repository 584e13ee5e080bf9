//! Work on many threads whose results come in order, with a bound on what is held at once.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard};

/// Something that can be done to one task without knowing the others.
pub(crate) trait Work: Sync {
    /// What to do.
    type Task: Sync;
    /// What comes out.
    type Done: Send;
    /// What a thread keeps between its tasks.
    type Tools;

    /// Prepares one thread.
    fn tools(&self) -> Self::Tools;
    /// Bytes in memory while the task is worked on.
    fn weight(&self, task: &Self::Task) -> usize;
    /// Bytes in memory until the result is taken.
    fn done_weight(&self, done: &Self::Done) -> usize;
    /// Does it.
    fn run(&self, tools: &mut Self::Tools, task: &Self::Task) -> Self::Done;
}

struct State<D> {
    /// The next task that nobody has.
    next: usize,
    /// Results that were not taken, by task, with the bytes they hold.
    done: BTreeMap<usize, (D, usize)>,
    /// Bytes held by tasks that are worked on and by results that were not taken.
    held: usize,
    /// Nobody wants further results.
    stopped: bool,
    /// A thread panicked.
    broken: bool,
}

struct Desk<D> {
    state: Mutex<State<D>>,
    /// Something was given back or taken away: threads that wait for room look again.
    room: Condvar,
    /// A result has arrived.
    arrival: Condvar,
}

impl<D> Desk<D> {
    fn state(&self) -> MutexGuard<'_, State<D>> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

/// Takes the results, in the order of the tasks.
pub(crate) struct Results<'a, D> {
    desk: &'a Desk<D>,
    taken: usize,
}

impl<D> Results<'_, D> {
    /// The result of the next task; waits for it.
    ///
    /// # Panics
    /// When a thread panicked. Must not be called more often than there are tasks.
    pub(crate) fn next(&mut self) -> D {
        let mut state = self.desk.state();
        loop {
            if let Some((done, weight)) = state.done.remove(&self.taken) {
                self.taken += 1;
                state.held -= weight;
                drop(state);
                self.desk.room.notify_all();
                return done;
            }
            if state.broken {
                // The lock must be free: leaving stops the other threads through it.
                drop(state);
                panic!("a thread that works on a task has panicked");
            }
            state = self.desk.arrival.wait(state).expect("no holder of this lock panics");
        }
    }
}

/// Ends the work when the one who takes results leaves, in whatever way.
struct Stop<'a, D>(&'a Desk<D>);

impl<D> Drop for Stop<'_, D> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.room.notify_all();
    }
}

/// Tells the one who waits that a thread is gone.
struct Alarm<'a, D>(&'a Desk<D>);

impl<D> Drop for Alarm<'_, D> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().broken = true;
            self.0.arrival.notify_all();
        }
    }
}

/// Works on `tasks` with `threads` threads while `consume` takes the results in order.
///
/// At most `budget` bytes are held at once, except that one task may always run.
pub(crate) fn in_order<W: Work, O>(
    work: &W,
    tasks: &[W::Task],
    threads: NonZeroUsize,
    budget: usize,
    consume: impl FnOnce(&mut Results<'_, W::Done>) -> O,
) -> O {
    let state = State { next: 0, done: BTreeMap::new(), held: 0, stopped: false, broken: false };
    let desk = Desk { state: Mutex::new(state), room: Condvar::new(), arrival: Condvar::new() };
    std::thread::scope(|scope| {
        let stop = Stop(&desk);
        for _ in 0..threads.get().min(tasks.len()) {
            scope.spawn(|| {
                let alarm = Alarm(&desk);
                let mut tools = work.tools();
                while let Some((index, weight)) = claim(&desk, work, tasks, budget) {
                    let done = work.run(&mut tools, &tasks[index]);
                    let kept = work.done_weight(&done);
                    let mut state = desk.state();
                    state.held = state.held - weight + kept;
                    state.done.insert(index, (done, kept));
                    drop(state);
                    desk.arrival.notify_all();
                    desk.room.notify_all();
                }
                drop(alarm);
            });
        }
        let answer = consume(&mut Results { desk: &desk, taken: 0 });
        drop(stop);
        answer
    })
}

/// The next task and the bytes it holds; `None` when there is nothing left to do.
fn claim<W: Work>(
    desk: &Desk<W::Done>,
    work: &W,
    tasks: &[W::Task],
    budget: usize,
) -> Option<(usize, usize)> {
    let mut state = desk.state();
    loop {
        if state.stopped {
            return None;
        }
        let weight = work.weight(tasks.get(state.next)?);
        // The first task that was not taken is always claimed before the others: when it has no
        // room, everything held belongs to earlier ones and will be taken.
        if state.held == 0 || state.held + weight <= budget {
            let index = state.next;
            state.next += 1;
            state.held += weight;
            return Some((index, weight));
        }
        state = desk.room.wait(state).expect("no holder of this lock panics");
    }
}

#[cfg(test)]
mod tests {
    use super::{Work, in_order};
    use std::num::NonZeroUsize;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Doubles numbers; heavy ones hold many bytes.
    #[derive(Default)]
    struct Double {
        held: AtomicUsize,
        peak: AtomicUsize,
    }

    impl Work for Double {
        type Task = usize;
        type Done = usize;
        type Tools = ();

        fn tools(&self) {}

        fn weight(&self, task: &usize) -> usize {
            *task
        }

        fn done_weight(&self, _: &usize) -> usize {
            1
        }

        fn run(&self, (): &mut (), task: &usize) -> usize {
            let held = self.held.fetch_add(*task, Ordering::SeqCst) + task;
            self.peak.fetch_max(held, Ordering::SeqCst);
            assert_ne!(*task, 13, "thirteen");
            std::thread::yield_now();
            self.held.fetch_sub(*task, Ordering::SeqCst);
            task * 2
        }
    }

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_come_in_order_within_the_budget() {
        let tasks: Vec<usize> = (0..500).map(|n| 100 + n * 7 % 50).collect();
        for count in [1, 3, 16] {
            let work = Double::default();
            let doubled = in_order(&work, &tasks, threads(count), 400, |results| {
                tasks.iter().map(|_| results.next()).collect::<Vec<_>>()
            });
            assert!(doubled.iter().eq(tasks.iter().map(|n| n * 2).collect::<Vec<_>>().iter()));
            assert!(work.peak.into_inner() <= 400);
        }
    }

    #[test]
    fn a_task_beyond_the_budget_runs_alone() {
        let work = Double::default();
        let tasks = [1, 1000, 2];
        let doubled = in_order(&work, &tasks, threads(3), 10, |results| {
            [results.next(), results.next(), results.next()]
        });
        assert_eq!(doubled, [2, 2000, 4]);
    }

    #[test]
    fn leaving_early_ends_the_threads() {
        let tasks = vec![5; 10_000];
        let first = in_order(&Double::default(), &tasks, threads(4), 50, |results| {
            let _first = results.next();
            results.next()
        });
        assert_eq!(first, 10);
    }

    #[test]
    #[should_panic(expected = "panicked")]
    fn a_panic_reaches_the_one_who_waits() {
        in_order(&Double::default(), &[1, 13, 2], threads(1), 50, |results| {
            for _ in 0..3 {
                results.next();
            }
        });
    }
}
