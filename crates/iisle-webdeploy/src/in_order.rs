//! Work on many threads whose results come in order, with a bound on what is held at once.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard};

/// How far tasks are looked at when the next one has no room.
const WINDOW: usize = 64;

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
    /// The first task that nobody has.
    next: usize,
    /// Results that were not taken, by task.
    done: BTreeMap<usize, D>,
    /// Bytes held by each task that is worked on and by each result that was not taken. Those of tasks
    /// after `next` are all here: results are taken in order.
    holds: BTreeMap<usize, usize>,
    /// Their sum.
    held: usize,
    /// Nobody wants further results.
    stopped: bool,
    /// A thread panicked.
    broken: bool,
}

impl<D> State<D> {
    fn hold(&mut self, task: usize, bytes: usize) {
        let before = self.holds.insert(task, bytes).unwrap_or(0);
        self.held = self.held - before + bytes;
    }

    fn release(&mut self, task: usize) {
        self.held -= self.holds.remove(&task).unwrap_or(0);
    }

    /// A task that there is room for: the first that nobody has, else one soon after it, if there will
    /// still be room for all before it: their results are taken first. `weight` is `None` past the
    /// last task.
    fn fitting(&self, budget: usize, weight: impl Fn(usize) -> Option<usize>) -> Option<usize> {
        // When it has no room, everything held belongs to earlier ones and will be taken, or leaves room
        // for it.
        if self.held == 0 || self.held + weight(self.next)? <= budget {
            return Some(self.next);
        }
        let ahead: usize = self.holds.range(self.next..).map(|(_, bytes)| bytes).sum();
        let mut heaviest = 0;
        for task in self.next..self.next.saturating_add(WINDOW) {
            if self.holds.contains_key(&task) {
                continue;
            }
            let weight = weight(task)?;
            if self.held + weight <= budget && ahead + weight + heaviest <= budget {
                return Some(task);
            }
            heaviest = heaviest.max(weight);
        }
        None
    }

    /// Somebody has the task now, and holds so much.
    fn give(&mut self, task: usize, bytes: usize) {
        self.hold(task, bytes);
        while self.holds.contains_key(&self.next) {
            self.next += 1;
        }
    }
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
            if let Some(done) = state.done.remove(&self.taken) {
                state.release(self.taken);
                self.taken += 1;
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
    let state = State {
        next: 0,
        done: BTreeMap::new(),
        holds: BTreeMap::new(),
        held: 0,
        stopped: false,
        broken: false,
    };
    let desk = Desk { state: Mutex::new(state), room: Condvar::new(), arrival: Condvar::new() };
    std::thread::scope(|scope| {
        let stop = Stop(&desk);
        for _ in 0..threads.get().min(tasks.len()) {
            scope.spawn(|| {
                let alarm = Alarm(&desk);
                let mut tools = work.tools();
                while let Some(index) = claim(&desk, work, tasks, budget) {
                    let done = work.run(&mut tools, &tasks[index]);
                    let kept = work.done_weight(&done);
                    let mut state = desk.state();
                    state.hold(index, kept);
                    state.done.insert(index, done);
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

/// A task that nobody has and that there is room for; `None` when there is nothing left to do.
fn claim<W: Work>(
    desk: &Desk<W::Done>,
    work: &W,
    tasks: &[W::Task],
    budget: usize,
) -> Option<usize> {
    let weight = |index: usize| tasks.get(index).map(|task| work.weight(task));
    let mut state = desk.state();
    loop {
        if state.stopped || state.next >= tasks.len() {
            return None;
        }
        if let Some(index) = state.fitting(budget, weight) {
            state.give(index, work.weight(&tasks[index]));
            return Some(index);
        }
        state = desk.room.wait(state).expect("no holder of this lock panics");
    }
}

#[cfg(test)]
mod tests {
    use super::{Work, in_order};
    use std::num::NonZeroUsize;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

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

    /// Its first task ends when the third has begun.
    struct Waiting {
        begun: Mutex<Receiver<()>>,
        begin: Mutex<Sender<()>>,
    }

    impl Work for Waiting {
        type Task = (usize, usize);
        type Done = usize;
        type Tools = ();

        fn tools(&self) {}

        fn weight(&self, (_, weight): &(usize, usize)) -> usize {
            *weight
        }

        fn done_weight(&self, _: &usize) -> usize {
            1
        }

        fn run(&self, (): &mut (), (number, _): &(usize, usize)) -> usize {
            match number {
                0 => self.begun.lock().unwrap().recv_timeout(Duration::from_mins(1)).unwrap(),
                2 => self.begin.lock().unwrap().send(()).unwrap(),
                _ => {}
            }
            *number
        }
    }

    #[test]
    fn a_task_without_room_does_not_keep_a_thread_from_later_ones() {
        let (begin, begun) = channel();
        let work = Waiting { begun: Mutex::new(begun), begin: Mutex::new(begin) };
        let tasks = [(0, 300), (1, 300), (2, 10), (3, 10)];
        let done =
            in_order(&work, &tasks, threads(2), 400, |results| tasks.map(|_| results.next()));
        assert_eq!(done, [0, 1, 2, 3]);
    }

    #[test]
    fn tasks_of_any_weights_come_to_an_end() {
        let mut random = 7_u32;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            usize::try_from((random >> 8) % below).unwrap()
        };
        for round in 0..200 {
            let tasks: Vec<usize> = (0..200)
                .map(|_| if next(5) == 0 { 14 + next(700) } else { 14 + next(60) })
                .collect();
            let work = Double::default();
            let budget = 100 + next(500);
            let doubled = in_order(&work, &tasks, threads(1 + round % 5), budget, |results| {
                tasks.iter().map(|_| results.next()).collect::<Vec<_>>()
            });
            assert!(doubled.into_iter().eq(tasks.iter().map(|n| n * 2)));
            let heaviest = tasks.iter().copied().max().unwrap();
            assert!(work.peak.into_inner() <= budget.max(heaviest));
        }
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
