use std::collections::BTreeMap;

/// The groups of an expression.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Unnamed groups so far.
    pub(super) unnamed: usize,
    /// Groups with a number for a name.
    pub(super) explicit: Vec<usize>,
    /// Groups with a name, in order.
    pub(super) names: Vec<String>,
    /// The number of every name.
    pub(super) numbers: BTreeMap<String, usize>,
    /// How often each number is declared.
    pub(super) declared: BTreeMap<usize, usize>,
}

impl Groups {
    /// Gives names their numbers: behind those of unnamed groups, in order.
    pub(super) fn numbered(mut self) -> Self {
        for number in (1..=self.unnamed).chain(self.explicit.iter().copied()) {
            *self.declared.entry(number).or_default() += 1;
        }
        let mut next = 1;
        for name in &self.names {
            if let Some(number) = self.numbers.get(name) {
                *self.declared.entry(*number).or_default() += 1;
                continue;
            }
            while self.declared.contains_key(&next) {
                next += 1;
            }
            self.numbers.insert(name.clone(), next);
            self.declared.insert(next, 1);
        }
        self
    }
}
