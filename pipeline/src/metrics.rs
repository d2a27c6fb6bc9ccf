//! The figures of the service standard: one figure, one SQL file and one Rust file beside it.
//!
//! The SQL turns events into additive rows (counts and exact histograms of seconds); the Rust turns these into figures.
//! `office/reference.py` of the tests computes the same figures the slow way; equality is exact.

mod additive;
mod backlog;
mod batches;
mod cells;
mod completeness;
mod conformance;
mod duplicates;
mod flow;
mod issuance;
mod register_agreement;
#[cfg(test)]
mod subset;
mod summary;
mod time_per_step;
mod turnaround;

pub use crate::view::FigureError;
pub use cells::By;

use crate::archive::Archive;
use crate::view::View;
use polars::prelude::DataFrame;
use schemas::document::KecamatanRow;
use schemas::figures::{FigureRow, Figures, MonthFigures, TrendPoint};
use schemas::{Facts, Month};
use std::cell::RefCell;
use std::collections::BTreeMap;
use summary::Summary;

/// The months of a trend, the one asked for included.
const TREND_MONTHS: u32 = 13;

/// An archive prepared for computing figures: loaded once, asked for many months.
pub struct FigureBook<'a> {
    view: View,
    facts: &'a Facts,
    /// The additive rows of the months that were asked for.
    additive: RefCell<BTreeMap<Month, DataFrame>>,
}

impl std::fmt::Debug for FigureBook<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FigureBook").field("months", &self.view.months).finish_non_exhaustive()
    }
}

/// What a figure is computed with.
#[derive(Clone, Copy)]
struct Context<'a> {
    facts: &'a Facts,
    figures: &'a Summary,
    additive: &'a DataFrame,
}

/// What a figure could not use, by reason.
type LeftOut = BTreeMap<String, u64>;

impl<'a> FigureBook<'a> {
    /// Reads the public table.
    ///
    /// # Errors
    /// [`FigureError`] when the archive is empty or damaged, or an event lies outside the calendar.
    pub fn open(archive: &Archive, facts: &'a Facts) -> Result<Self, FigureError> {
        Ok(Self { view: View::load(archive, facts)?, facts, additive: RefCell::default() })
    }

    /// The figures of a month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive has no events of it.
    pub fn month(&self, month: Month) -> Result<MonthFigures, FigureError> {
        let additive = self.additive(month)?;
        let summary = self.summary(month)?;
        let context = Context { facts: self.facts, figures: &summary, additive: &additive };
        let mut left_out: LeftOut = BTreeMap::new();
        for (reason, n) in summary.left_out() {
            *left_out.entry(reason).or_insert(0) += n;
        }
        let (issuance, deadlines) = issuance::compute(context)?;
        let figures = Figures {
            month,
            time_per_step: time_per_step::compute(context),
            completeness: completeness::compute(context),
            issuance,
            turnaround: turnaround::compute(context),
            batches: batches::compute(context),
            duplicates: duplicates::compute(context),
            conformance: conformance::compute(context)?,
            backlog: backlog::compute(context),
            ledgers: register_agreement::compute(context, &mut left_out),
        };
        Ok(MonthFigures { figures, deadlines, trend: self.trend(month)?, left_out })
    }

    /// The month's flow by kecamatan, in order of name; areas that the table does not know stand under their code.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive has no events of it.
    pub fn by_kecamatan(&self, month: Month) -> Result<Vec<KecamatanRow>, FigureError> {
        Ok(flow::by_kecamatan(self.cells(month, month, By::Kecamatan)?))
    }

    /// Every figure of the months `first` to `last` together, in the cells of a division, in order. What stands at the end
    /// of a month (the backlog, what is open) is that of `last`, unless the division is by month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive has no events of one of the months.
    pub fn cells(&self, first: Month, last: Month, by: By) -> Result<Vec<FigureRow>, FigureError> {
        let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
        let rows = months.map(|month| Ok((month, self.additive(month)?))).collect::<Result<Vec<_>, FigureError>>()?;
        summary::figures(cells::divide(rows, by, &self.facts.wilayah)?)
    }

    /// The months that have events, first to last.
    #[must_use]
    pub fn months(&self) -> &[Month] {
        &self.view.months
    }

    /// Receipts, prints, hand-overs and the backlog of the months up to this one; none before the first event.
    fn trend(&self, month: Month) -> Result<Vec<TrendPoint>, FigureError> {
        let earliest = self.view.months.first().copied().unwrap_or(month);
        let months = (0..TREND_MONTHS).rev().map(|back| month.back(back)).filter(|m| *m >= earliest);
        months.map(|month| Ok(flow::point(month, &self.summary(month)?))).collect()
    }

    fn summary(&self, month: Month) -> Result<Summary, FigureError> {
        Ok(Summary::new(self.cells(month, month, By::Total)?))
    }

    fn additive(&self, month: Month) -> Result<DataFrame, FigureError> {
        if let Some(rows) = self.additive.borrow().get(&month) {
            return Ok(rows.clone());
        }
        let rows = additive::rows(&self.view, self.view.parameters(month)?)?;
        self.additive.borrow_mut().insert(month, rows.clone());
        Ok(rows)
    }
}

impl Context<'_> {
    /// How many values of an item do not exceed a limit.
    fn within(&self, figure: &str, item: &str, limit: i64) -> Result<u64, FigureError> {
        let count = || {
            let (figures, items) = (self.additive.column("figure")?.str()?, self.additive.column("item")?.str()?);
            let (values, n) = (self.additive.column("v")?.i64()?, self.additive.column("n")?.i64()?);
            let rows = figures.iter().zip(items.iter()).zip(values.iter().zip(n.iter()));
            let within =
                rows.filter(|((f, i), (v, _))| *f == Some(figure) && *i == Some(item) && v.is_some_and(|v| v <= limit));
            Ok(within.filter_map(|(_, (_, n))| n).sum::<i64>())
        };
        let n = count().map_err(|e| summary::fault(&e))?;
        Ok(u64::try_from(n).unwrap_or(0))
    }
}
