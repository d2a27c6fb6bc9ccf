//! Sorts rows by case, and within each case by an order. Figures that look at neighbouring events spend most of their time
//! here.

use std::cmp::Ordering;

/// Returns the rows in order of case, and within a case in the order of `compare`; and the place where each case begins,
/// with the number of rows at the end.
///
/// Cases are numbers below `cases`. They are sorted by counting; only the few rows of one case are compared.
///
/// # Panics
/// When a case is not below `cases`.
#[must_use]
pub fn by_case(case_of: &[u32], cases: usize, mut compare: impl FnMut(u32, u32) -> Ordering) -> (Vec<u32>, Vec<u32>) {
    let mut begins = vec![0_u32; cases + 1];
    for case in case_of {
        begins[*case as usize + 1] += 1;
    }
    for case in 0..cases {
        begins[case + 1] += begins[case];
    }
    let mut next_place = begins.clone();
    let mut order = vec![0_u32; case_of.len()];
    for (row, case) in (0_u32..).zip(case_of) {
        let place = &mut next_place[*case as usize];
        order[*place as usize] = row;
        *place += 1;
    }
    for case in 0..cases {
        order[begins[case] as usize..begins[case + 1] as usize].sort_unstable_by(|a, b| compare(*a, *b));
    }
    (order, begins)
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_are_put_in_order_of_case_and_key() {
        let (case_of, key) = ([2, 0, 2, 0, 2], [5, 9, 1, 3, 4]);
        let (order, begins) = super::by_case(&case_of, 4, |a, b| key[a as usize].cmp(&key[b as usize]));
        assert_eq!((order, begins), (vec![3, 1, 2, 4, 0], vec![0, 2, 2, 5, 5]));
    }
}
