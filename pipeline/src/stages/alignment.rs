//! How far a trace of steps is from what is allowed.

/// The cost of the cheapest alignment of a trace with one of the accepted sequences: steps that are too many plus steps that
/// are missing. Equal to |t| + |s| − 2·LCS(t, s), the least over the accepted sequences s; a step that no sequence has
/// counts as one too many.
pub(crate) fn cost<T: PartialEq>(trace: &[T], accepted: &[Vec<T>]) -> Option<usize> {
    accepted.iter().map(|s| trace.len() + s.len() - 2 * longest_common(trace, s)).min()
}

/// Length of the longest common subsequence.
fn longest_common<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_extra_steps_cost_one_each() {
        let sop = vec![vec![1, 2, 4, 5, 6], vec![1, 2, 3, 4, 5, 6]];
        let cost = |trace: &[i32]| cost(trace, &sop).unwrap();
        assert_eq!(cost(&[1, 2, 4, 5, 6]), 0);
        assert_eq!(cost(&[1, 2, 3, 4, 5, 6]), 0);
        assert_eq!(cost(&[1, 2, 2, 4, 5, 6]), 1, "once too many");
        assert_eq!(cost(&[1, 4, 5, 6]), 1, "one is missing");
        assert_eq!(cost(&[2, 1, 4, 5, 6]), 2, "two in the wrong order");
        assert_eq!(cost(&[9, 1, 2, 4, 5, 6]), 1, "outside the SOP");
        assert_eq!(cost(&[]), 5);
        assert_eq!(super::cost::<i32>(&[1], &[]), None);
    }
}
