//! Alignment cost: how far a sequence is from the accepted ones, as superfluous steps plus missing steps.

/// Returns the least |t| + |s| − 2·LCS(t, s) over the accepted sequences s; `None` if there are none.
pub(super) fn alignment_cost<T: PartialEq>(trace: &[T], accepted: &[Vec<T>]) -> Option<usize> {
    accepted.iter().map(|sequence| trace.len() + sequence.len() - 2 * longest_common(trace, sequence)).min()
}

/// Returns the length of the longest common subsequence.
fn longest_common<T: PartialEq>(trace: &[T], sequence: &[T]) -> usize {
    let mut previous = vec![0; sequence.len() + 1];
    for event in trace {
        let mut current = vec![0];
        for (j, step) in sequence.iter().enumerate() {
            current.push(if event == step { previous[j] + 1 } else { current[j].max(previous[j + 1]) });
        }
        previous = current;
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_extra_steps_cost_one_each() {
        let accepted = vec![vec![1, 2, 4, 5, 6], vec![1, 2, 3, 4, 5, 6]];
        for (trace, cost) in [
            (&[1, 2, 4, 5, 6][..], 0),
            (&[1, 2, 3, 4, 5, 6], 0),
            (&[1, 2, 2, 4, 5, 6], 1),
            (&[1, 4, 5, 6], 1),
            (&[2, 1, 4, 5, 6], 2),
            (&[9, 1, 2, 4, 5, 6], 1),
            (&[], 5),
        ] {
            assert_eq!(alignment_cost(trace, &accepted), Some(cost), "{trace:?}");
        }
        assert_eq!(alignment_cost::<i32>(&[1], &[]), None);
    }
}
