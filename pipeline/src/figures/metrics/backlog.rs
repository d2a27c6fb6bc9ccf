//! How many berkas are open at the end of the month, at which step do they stand, and how long?
//!
//! Reads   events before the end of the month
//! Gives   open berkas by last step, and by class of age in working days; steps without any are not listed
//! Rule    a berkas ends with step 10, `ditolak` (5) or `duplikat` (6)

use crate::archive::columns::step;
use crate::figures::error::FigureError;
use crate::figures::figure::{Context, Figure, Followed, Term};
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::{count, fault, whole};
use polars::prelude::{DataFrame, IntoLazy, PolarsError, col, lit};
use schemas::Within;
use schemas::document::{BacklogAge, Measured};
use std::collections::BTreeMap;

const NAME: &str = "backlog";

pub(super) const FIGURE: Figure = Figure {
    standing: &["open"],
    followed: &[Followed {
        id: "open",
        place: 11,
        words: "Terbuka pada akhir bulan",
        bad: "",
        more_is_better: false,
        value: |m| Some(Measured::Count(m.figures.backlog.values().sum())),
        with_outages: None,
        standard: None,
        made_of: &[Term::of("open")],
    }],
    ..Figure::of(FigureSql::new(NAME, include_str!("backlog.sql"), TimeScope::UpToMonthEnd, EventScope::Berkas))
};

/// The greatest age in each class but the last: a day, a working week, and the working days within which a card must be issued.
const UP_TO: [u64; 3] = [1, 5, Within::FourteenWorkingDays.limit().unsigned_abs()];

pub(super) fn compute(context: Context<'_>) -> Result<BTreeMap<u8, u64>, FigureError> {
    let rows = context.figures.rows(NAME, "open");
    rows.map(|row| Ok((step(row.step)?, row.n))).collect()
}

/// Counts the open berkas in the additive rows of a month by last step and class of age.
pub(in crate::figures) fn ages(additive: DataFrame) -> Result<BacklogAge, FigureError> {
    let rows = || -> Result<Vec<(i64, u64, u64)>, PolarsError> {
        let open = additive.lazy().filter(col("figure").eq(lit(NAME))).collect()?;
        let rows = whole(&open, "step")?.into_iter().zip(whole(&open, "v")?).zip(whole(&open, "n")?);
        rows.map(|((step, age), n)| Ok((step, count(age)?, count(n)?))).collect()
    };
    let mut steps: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    for (number, age, n) in rows().map_err(|e| fault(&e))? {
        let class = UP_TO.iter().filter(|most| age > **most).count();
        steps.entry(step(number)?).or_insert_with(|| vec![0; UP_TO.len() + 1])[class] += n;
    }
    Ok(BacklogAge { up_to: UP_TO.to_vec(), steps })
}
