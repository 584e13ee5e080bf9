use std::sync::{Mutex, MutexGuard};

/// Writes calls down, and says which of them break: what test doubles that fail on command share.
/// `H` is how a call can break.
#[derive(Debug)]
pub(crate) struct Breaks<H> {
    /// The number of the call, from 0, that breaks, and how.
    at: Option<(usize, H)>,
    /// Whether every later call is lost, as on a machine that has stopped.
    dies: bool,
    calls: Mutex<Vec<String>>,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate<H> {
    /// It is done.
    Passes,
    /// It breaks in this way.
    Breaks(H),
    /// Nothing happens any more.
    Lost,
}

impl<H: Copy> Breaks<H> {
    /// Nothing breaks.
    pub(crate) fn never() -> Self {
        Self { at: None, dies: false, calls: Mutex::default() }
    }

    /// The call number `number` breaks, once.
    pub(crate) fn once(self, number: usize, how: H) -> Self {
        Self { at: Some((number, how)), ..self }
    }

    /// The call number `number` breaks, and every later one is lost.
    pub(crate) fn dying(self, number: usize, how: H) -> Self {
        Self { at: Some((number, how)), dies: true, ..self }
    }

    /// The calls so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// The number of a further call, and its fate.
    pub(crate) fn next(&self, call: String) -> (usize, Fate<H>) {
        let number = {
            let mut calls = self.lock();
            calls.push(call);
            calls.len() - 1
        };
        let fate = match self.at {
            Some((n, how)) if n == number => Fate::Breaks(how),
            Some((n, _)) if self.dies && n < number => Fate::Lost,
            _ => Fate::Passes,
        };
        (number, fate)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.calls.lock().expect("no holder of this lock panics")
    }
}
