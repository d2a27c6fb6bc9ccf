//! How many berkas are open at the end of the month, and at which step do they stand?
//!
//! Reads   events before the end of the month
//! Gives   open berkas by last step; steps without any are not listed
//! Rule    a berkas ends with step 10, `ditolak` (5) or `duplikat` (6)

use super::Context;
use crate::stages::summary::count;
use std::collections::BTreeMap;

pub(super) fn compute(context: Context<'_>) -> BTreeMap<u8, u64> {
    let rows = context.figures.rows("backlog", "open");
    rows.map(|row| (u8::try_from(row.step).unwrap_or(0), count(row))).collect()
}
