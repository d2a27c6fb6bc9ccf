//! How many berkas are open at the end of the month, at which step do they stand, and how long?
//!
//! Reads   events before the end of the month
//! Gives   open berkas by last step, and by class of age in working days; steps without any are not listed
//! Rule    a berkas ends with step 10, `ditolak` (5) or `duplikat` (6)

use super::Context;
use crate::stages::summary::{count, numbers, texts};
use polars::prelude::{DataFrame, PolarsError};
use schemas::document::BacklogAge;
use std::collections::BTreeMap;

/// A day, a working week, and the 14 working days within which a document must be issued (data/targets).
const UP_TO: [u64; 3] = [1, 5, 14];

pub(super) fn compute(context: Context<'_>) -> BTreeMap<u8, u64> {
    let rows = context.figures.rows("backlog", "open");
    rows.map(|row| (u8::try_from(row.step).unwrap_or(0), count(row))).collect()
}

/// Classes of age in the additive rows of a month.
pub(super) fn ages(additive: &DataFrame) -> Result<BacklogAge, PolarsError> {
    let mut steps: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    let figures = texts(additive, "figure")?;
    let (step, age, n) = (numbers(additive, "step")?, numbers(additive, "v")?, numbers(additive, "n")?);
    let number = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    for (row, _) in figures.iter().enumerate().filter(|(_, figure)| *figure == "backlog") {
        let class = UP_TO.iter().filter(|most| number(age[row]) > **most).count();
        let of_step =
            steps.entry(u8::try_from(number(step[row])).unwrap_or(0)).or_insert_with(|| vec![0; UP_TO.len() + 1]);
        of_step[class] += number(n[row]);
    }
    Ok(BacklogAge { up_to: UP_TO.to_vec(), steps })
}
