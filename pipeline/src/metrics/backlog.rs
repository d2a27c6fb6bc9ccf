//! How many berkas are open at the end of the month, and at which step do they stand?
//!
//! Reads   events before the end of the month
//! Gives   open berkas by last step; steps without any are not listed
//! Rule    a berkas ends with step 10, `ditolak` (5) or `duplikat` (6)

use super::{Context, FigureError};
use std::collections::BTreeMap;

pub(super) fn compute(context: Context<'_>) -> Result<BTreeMap<u8, u64>, FigureError> {
    let rows = context.run("backlog", include_str!("backlog.sql"), "open")?;
    let steps = rows.counts("langkah")?.into_iter().map(|s| u8::try_from(s).unwrap_or(0));
    Ok(steps.zip(rows.counts("n")?).collect())
}
