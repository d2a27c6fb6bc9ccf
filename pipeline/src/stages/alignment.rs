//! How far a trace of steps is from what is allowed, and where.

/// The cheapest alignment of a trace with an accepted sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alignment<T> {
    /// Steps that are too many plus steps that are missing: |t| + |s| − 2·LCS(t, s), the least over the accepted sequences s.
    pub(crate) cost: usize,
    /// Steps of the sequence that the trace lacks, in order.
    pub(crate) missing: Vec<T>,
    /// Places in the trace that the sequence does not have.
    pub(crate) extra: Vec<usize>,
}

/// The cheapest alignment; of several the one with the sequence that comes first. A step that no sequence has is one too many.
pub(crate) fn align<T: PartialEq + Copy>(trace: &[T], accepted: &[Vec<T>]) -> Option<Alignment<T>> {
    accepted.iter().map(|sequence| with(trace, sequence)).min_by_key(|alignment| alignment.cost)
}

fn with<T: PartialEq + Copy>(trace: &[T], sequence: &[T]) -> Alignment<T> {
    // common[i][j]: length of the longest common subsequence of what follows i in the trace and j in the sequence.
    let mut common = vec![vec![0_usize; sequence.len() + 1]; trace.len() + 1];
    for i in (0..trace.len()).rev() {
        for j in (0..sequence.len()).rev() {
            common[i][j] =
                if trace[i] == sequence[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut missing, mut extra, mut i, mut j) = (Vec::new(), Vec::new(), 0, 0);
    while i < trace.len() && j < sequence.len() {
        if trace[i] == sequence[j] {
            (i, j) = (i + 1, j + 1);
        } else if common[i][j + 1] >= common[i + 1][j] {
            missing.push(sequence[j]);
            j += 1;
        } else {
            extra.push(i);
            i += 1;
        }
    }
    extra.extend(i..trace.len());
    missing.extend_from_slice(&sequence[j..]);
    Alignment { cost: missing.len() + extra.len(), missing, extra }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_extra_steps_cost_one_each() {
        let sop = vec![vec![1, 2, 4, 5, 6], vec![1, 2, 3, 4, 5, 6]];
        for (trace, cost, missing, extra) in [
            (&[1, 2, 4, 5, 6][..], 0, &[][..], &[][..]),
            (&[1, 2, 3, 4, 5, 6], 0, &[], &[]),
            (&[1, 2, 2, 4, 5, 6], 1, &[], &[2]),
            (&[1, 4, 5, 6], 1, &[2], &[]),
            (&[2, 1, 4, 5, 6], 2, &[1], &[1]),
            (&[9, 1, 2, 4, 5, 6], 1, &[], &[0]),
            (&[], 5, &[1, 2, 4, 5, 6], &[]),
        ] {
            let found = align(trace, &sop).unwrap();
            assert_eq!((found.cost, &found.missing[..], &found.extra[..]), (cost, missing, extra), "{trace:?}");
        }
        assert_eq!(align::<i32>(&[1], &[]), None);
    }
}
