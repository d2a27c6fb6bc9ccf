//! The rows of a batch that may be among the first of an order: of the others nothing but what they are ordered by is computed.
//!
//! Rule    rows that are equal in the order stand as they came

use super::datum::Datum;
use super::order::By;
use super::vector::Vector;
use std::cmp::Ordering;
use std::rc::Rc;

/// Returns the places of these rows, in order of the batch. `keys` are the values of the items of ORDER BY, `worst` those of the last row
/// that would be kept so far, if so many are kept.
pub(super) fn first_rows(
    by: &[By],
    keys: &[Rc<Vector>],
    rows: usize,
    (most, worst): (usize, Option<&[Datum]>),
) -> Vec<u32> {
    let all = 0..u32::try_from(rows).unwrap_or(u32::MAX);
    let mut first: Vec<u32> = match (by.first(), keys.first(), worst.and_then(<[Datum]>::first)) {
        (Some(by), Some(key), Some(worst)) => {
            let is_near = |value: &Datum| by.compare(value, worst) != Ordering::Greater;
            match &**key {
                Vector::Same(value) if is_near(value) => all.collect(),
                Vector::Same(_) => Vec::new(),
                Vector::Coded { codes, values } => {
                    let is_near: Vec<bool> = values.iter().map(is_near).collect();
                    all.filter(|row| is_near[codes[*row as usize] as usize]).collect()
                }
                Vector::Plain { .. } | Vector::Each(_) => all.filter(|row| is_near(&key.at(*row as usize))).collect(),
            }
        }
        _ => all.collect(),
    };
    if most == 0 {
        return Vec::new();
    }
    if first.len() > most {
        let order = |a: &u32, b: &u32| {
            let each = by.iter().zip(keys).map(|(by, key)| by.compare(&key.at(*a as usize), &key.at(*b as usize)));
            each.fold(Ordering::Equal, Ordering::then).then(a.cmp(b))
        };
        first.select_nth_unstable_by(most - 1, order);
        first.truncate(most);
        first.sort_unstable();
    }
    first
}
