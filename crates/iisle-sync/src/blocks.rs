//! Steps that threads take at a time.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many blocks for each thread, that all of them end at about the same time.
const PER_THREAD: usize = 16;
/// Steps in one block, at most.
const LONGEST: usize = 100;

/// Steps in blocks, which threads take one after the other.
///
/// Neighbors lie in one folder, and two threads that create files there wait for each other: a block has
/// many of them, unless they are large.
#[derive(Debug)]
pub(crate) struct Blocks {
    blocks: Vec<Range<usize>>,
    next: AtomicUsize,
}

impl Blocks {
    /// Blocks of steps, in their order, that write so many bytes each.
    pub(crate) fn new(sizes: &[u64], threads: NonZero<usize>) -> Self {
        let parts = threads.get().saturating_mul(PER_THREAD);
        let longest = (sizes.len() / parts).clamp(1, LONGEST);
        let bytes = sizes.iter().fold(0, |sum: u64, size| sum.saturating_add(*size)) / parts as u64;
        let mut blocks = Vec::with_capacity(sizes.len().div_ceil(longest));
        let (mut start, mut held) = (0, 0_u64);
        for (number, size) in sizes.iter().enumerate() {
            let would_hold = held.saturating_add(*size);
            if number > start && (number - start == longest || would_hold > bytes) {
                blocks.push(start..number);
                (start, held) = (number, *size);
            } else {
                held = would_hold;
            }
        }
        if start < sizes.len() {
            blocks.push(start..sizes.len());
        }
        Self { blocks, next: AtomicUsize::new(0) }
    }

    /// The numbers of the next steps that nobody has taken; `None` when there are no more.
    pub(crate) fn take(&self) -> Option<Range<usize>> {
        self.blocks.get(self.next.fetch_add(1, Ordering::Relaxed)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocks, LONGEST};
    use proptest::prelude::*;
    use std::num::NonZero;

    fn blocks(sizes: &[u64], threads: usize) -> Vec<usize> {
        let blocks = Blocks::new(sizes, NonZero::new(threads).unwrap());
        std::iter::from_fn(|| blocks.take()).map(|block| block.len()).collect()
    }

    #[test]
    fn a_large_file_is_a_block_and_small_ones_are_many() {
        assert_eq!(blocks(&[3; 64], 2), [2; 32]);
        let all: Vec<_> = [1600, 800].into_iter().chain([1; 62]).collect();
        let found = blocks(&all, 2);
        assert_eq!(found[..2], [1, 1]);
        assert!(found[2..].iter().all(|steps| *steps == 2), "{found:?}");
        assert_eq!(blocks(&vec![0; 100_000], 2), [LONGEST; 1000]);
        assert_eq!(blocks(&[7], 8), [1]);
        assert_eq!(blocks(&[], 8), [0; 0]);
    }

    proptest! {
        #[test]
        fn every_step_is_in_one_block(sizes in proptest::collection::vec(any::<u64>(), 0..300), threads in 1..9_usize) {
            let blocks = Blocks::new(&sizes, NonZero::new(threads).unwrap());
            let taken: Vec<_> = std::iter::from_fn(|| blocks.take()).flatten().collect();
            prop_assert_eq!(taken, (0..sizes.len()).collect::<Vec<_>>());
        }
    }
}
