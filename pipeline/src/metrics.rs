//! The figures of the service standard: one figure, one SQL file and one Rust file beside it.
//!
//! The SQL turns events into additive rows (counts and exact histograms of seconds); the Rust turns these into figures.
//! `office/reference.py` of the tests computes the same figures the slow way; equality is exact.

mod backlog;
mod batches;
mod by_kecamatan;
mod completeness;
mod conformance;
mod duplicates;
mod issuance;
mod register_agreement;
mod time_per_step;
mod trend;
mod turnaround;

pub use crate::view::FigureError;

use crate::archive::Archive;
use crate::view::{Parameters, View};
use schemas::document::KecamatanRow;
use schemas::figures::{Figures, MonthFigures};
use schemas::{Facts, Month};
use std::collections::BTreeMap;

/// An archive prepared for computing figures: loaded once, asked for many months.
pub struct FigureBook<'a> {
    view: View,
    facts: &'a Facts,
}

impl std::fmt::Debug for FigureBook<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FigureBook").field("months", &self.view.months).finish_non_exhaustive()
    }
}

/// What a figure is computed with.
#[derive(Clone, Copy)]
struct Context<'a> {
    view: &'a View,
    facts: &'a Facts,
    parameters: Parameters,
    month: Month,
}

/// What a figure could not use, by reason.
type LeftOut = BTreeMap<String, u64>;

impl<'a> FigureBook<'a> {
    /// Reads the public table.
    ///
    /// # Errors
    /// [`FigureError`] when the archive is empty or damaged, or an event lies outside the calendar.
    pub fn open(archive: &Archive, facts: &'a Facts) -> Result<Self, FigureError> {
        Ok(Self { view: View::load(archive, facts)?, facts })
    }

    /// The figures of a month.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive has no events of it.
    pub fn month(&self, month: Month) -> Result<MonthFigures, FigureError> {
        let context = self.context(month)?;
        let mut left_out = LeftOut::new();
        let (issuance, deadlines) = issuance::compute(context, &mut left_out)?;
        let figures = Figures {
            month,
            time_per_step: time_per_step::compute(context, &mut left_out)?,
            completeness: completeness::compute(context)?,
            issuance,
            turnaround: turnaround::compute(context, &mut left_out)?,
            batches: batches::compute(context)?,
            duplicates: duplicates::compute(context, &mut left_out)?,
            conformance: conformance::compute(context)?,
            backlog: backlog::compute(context)?,
            ledgers: register_agreement::compute(context, &mut left_out)?,
        };
        left_out.retain(|_, n| *n > 0);
        Ok(MonthFigures { figures, deadlines, trend: trend::compute(context)?, left_out })
    }

    /// The month's flow by kecamatan, in order of name; areas that the table does not know stand under their code.
    ///
    /// # Errors
    /// [`FigureError::NoMonth`] when the archive has no events of it.
    pub fn by_kecamatan(&self, month: Month) -> Result<Vec<KecamatanRow>, FigureError> {
        by_kecamatan::compute(self.context(month)?)
    }

    /// The months that have events, first to last.
    #[must_use]
    pub fn months(&self) -> &[Month] {
        &self.view.months
    }

    fn context(&self, month: Month) -> Result<Context<'_>, FigureError> {
        Ok(Context { view: &self.view, facts: self.facts, parameters: self.view.parameters(month)?, month })
    }
}

impl Context<'_> {
    fn run(&self, file: &str, sql: &str, name: &str) -> Result<crate::view::Rows, FigureError> {
        self.view.run(file, sql, name, self.parameters)
    }
}

/// Adds `n` occurrences of a value that is there.
fn add(histogram: &mut BTreeMap<i64, u64>, value: Option<i64>, n: u64) {
    if let Some(value) = value {
        *histogram.entry(value).or_insert(0) += n;
    }
}
