//! The form of a figure: its statements, the properties of its items, and its words for the report.
//!
//! Rule    divisions, suppression and the monthly review take everything that depends on a figure from here, so that a new
//!         figure is written in its own files only

use super::error::FigureError;
use super::statement::FigureSql;
use super::summary::{self, Summary};
use polars::prelude::{DataFrame, PolarsError};
use schemas::Facts;
use schemas::document::ChangeWords;
use schemas::figures::{Figures, LeftOut, MonthFigures, Spread};

/// A figure. Only the statements are required; the other fields may be empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) sql: FigureSql,
    /// Items about the end of a month, which are not added up over months.
    pub(crate) standing: &'static [&'static str],
    /// Items that count the same cases as another one, by another clock, each with the other one. Both are released or hidden
    /// together.
    pub(crate) counted_with: &'static [(&'static str, &'static str)],
    /// Items that name single cases and never leave the office.
    pub(crate) never_released: &'static [&'static str],
    /// Why cases are left out: the name that the statements give, and the words of the report.
    pub(crate) left_out: &'static [(&'static str, &'static str)],
    /// Times that the review lists, each with its words.
    pub(crate) times: &'static [ListedTime],
    /// Numbers that the review compares with those of the month before.
    pub(crate) followed: &'static [Followed],
}

/// The words of a time, and where it is among the figures of a month.
type ListedTime = (&'static str, fn(&Figures) -> &Spread);

/// A number that is compared with that of the month before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed {
    /// The id by which the office's own templates know it.
    pub(crate) id: &'static str,
    pub(crate) words: ChangeWords,
    pub(crate) more_is_better: bool,
    pub(crate) value: fn(&MonthFigures) -> Option<f64>,
}

/// The inputs from which the Rust file of a figure computes it.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) figures: &'a Summary,
    pub(crate) additive: &'a DataFrame,
}

impl Figure {
    /// A figure with statements only.
    pub(crate) const fn of(sql: FigureSql) -> Self {
        Self { sql, standing: &[], counted_with: &[], never_released: &[], left_out: &[], times: &[], followed: &[] }
    }

    /// Returns a count of cases that the figure left out, with its words for the report.
    ///
    /// # Errors
    /// [`FigureError::Sql`] for a name without words, which an official report must not print.
    pub(crate) fn left_out(&self, name: &str, n: u64) -> Result<LeftOut, FigureError> {
        let words = self.left_out.iter().find(|(known, _)| *known == name).map(|(_, words)| *words);
        let reason = format!("cases are left out as `{name}`, for which the figure has no words");
        let words = words.ok_or_else(|| FigureError::Sql { figure: format!("{}.sql", self.sql.name), reason })?;
        Ok(LeftOut { reason: format!("{}.{name}", self.sql.name), words, n })
    }
}

impl Context<'_> {
    /// Counts the values of an item that do not exceed a limit.
    pub(crate) fn within(&self, figure: &str, item: &str, limit: i64) -> Result<u64, FigureError> {
        let count = || -> Result<u64, PolarsError> {
            let (figures, items) = (self.additive.column("figure")?.str()?, self.additive.column("item")?.str()?);
            let (values, n) = (self.additive.column("v")?.i64()?, summary::whole(self.additive, "n")?);
            let rows = figures.iter().zip(items.iter()).zip(values.iter().zip(n));
            let within =
                rows.filter(|((f, i), (v, _))| *f == Some(figure) && *i == Some(item) && v.is_some_and(|v| v <= limit));
            summary::count(within.map(|(_, (_, n))| n).sum())
        };
        count().map_err(|e| summary::fault(&e))
    }
}
