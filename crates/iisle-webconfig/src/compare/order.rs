//! What has moved when the same entries stand in another order.

/// Of numbers that should ascend, the places of the fewest that have to go so that the rest does.
pub(super) fn misplaced(numbers: &[usize]) -> Vec<usize> {
    // `best[n]`: the place of the smallest number that ends an ascending run of n + 1.
    let mut best: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        let length = best.partition_point(|&place| numbers[place] < *number);
        before[at] = length.checked_sub(1).map(|shorter| best[shorter]);
        if length == best.len() {
            best.push(at);
        } else {
            best[length] = at;
        }
    }
    let mut kept = Vec::new();
    let mut next = best.last().copied();
    while let Some(at) = next {
        kept.push(at);
        next = before[at];
    }
    (0..numbers.len()).filter(|at| !kept.contains(at)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::misplaced;

    #[test]
    fn as_few_as_possible_have_moved() {
        assert_eq!(misplaced(&[0, 1, 2]), Vec::<usize>::new());
        assert_eq!(misplaced(&[2, 0, 1]), [0]);
        assert_eq!(misplaced(&[1, 2, 0]), [2]);
        assert_eq!(misplaced(&[]), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn the_rest_ascends(numbers in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let moved = misplaced(&numbers);
            let rest = numbers.iter().enumerate().filter(|(at, _)| !moved.contains(at));
            let rest: Vec<_> = rest.map(|(_, number)| *number).collect();
            prop_assert!(rest.is_sorted());
        }
    }
}
