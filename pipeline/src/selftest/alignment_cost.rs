//! How far a sequence is from those that are accepted: steps too many plus steps that are missing.

/// |t| + |s| − 2·LCS(t, s), the least over the accepted sequences s; none where nothing is accepted.
pub(super) fn alignment_cost<T: PartialEq>(trace: &[T], accepted: &[Vec<T>]) -> Option<usize> {
    accepted.iter().map(|sequence| trace.len() + sequence.len() - 2 * common(trace, sequence)).min()
}

/// Length of the longest common subsequence.
fn common<T: PartialEq>(trace: &[T], sequence: &[T]) -> usize {
    let mut before = vec![0; sequence.len() + 1];
    for event in trace {
        let mut now = vec![0];
        for (j, step) in sequence.iter().enumerate() {
            now.push(if event == step { before[j] + 1 } else { now[j].max(before[j + 1]) });
        }
        before = now;
    }
    before.last().copied().unwrap_or(0)
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
