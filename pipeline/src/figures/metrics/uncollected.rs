//! How many cards are printed and not yet collected, by the village that waits for them, and since when?
//!
//! Reads   events before the end of the month
//! Gives   by village: printed cards that were not handed over, and the age of the oldest in working days since its first print;
//!         villages without any are not listed
//! Rule    a berkas that was rejected or found a duplicate after its print waits for nobody

use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::{count, fault, texts, whole};
use polars::prelude::{IntoLazy, PolarsError, col, lit};
use schemas::figures::Uncollected;
use std::collections::BTreeMap;

const NAME: &str = "uncollected";

pub(super) const FIGURE: Figure = Figure {
    standing: &["waiting"],
    // With the open berkas of a village they would tell how many of these few are not printed.
    never_released: &["waiting"],
    ..Figure::of(FigureSql::new(NAME, include_str!("uncollected.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

pub(super) fn compute(context: Context<'_>) -> Result<BTreeMap<String, Uncollected>, FigureError> {
    let rows = || -> Result<Vec<(String, u64, u64)>, PolarsError> {
        let waiting = context.additive.clone().lazy().filter(col("figure").eq(lit(NAME))).collect()?;
        let rows = texts(&waiting, "pekon")?.into_iter().zip(whole(&waiting, "v")?).zip(whole(&waiting, "n")?);
        rows.map(|((pekon, age), n)| Ok((pekon, count(age)?, count(n)?))).collect()
    };
    let mut by_pekon: BTreeMap<String, Uncollected> = BTreeMap::new();
    for (pekon, age, n) in rows().map_err(|e| fault(&e))? {
        let waiting = by_pekon.entry(pekon).or_default();
        waiting.n += n;
        waiting.oldest_working_days = waiting.oldest_working_days.max(age);
    }
    Ok(by_pekon)
}
