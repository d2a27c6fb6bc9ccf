//! The form of a figure: its statements, the properties of its items, and its words for the report.
//!
//! Rule    divisions, suppression and the monthly review take everything that depends on a figure from here, so that a new
//!         figure is written in its own files only

use super::error::FigureError;
use super::statement::FigureSql;
use super::summary::{self, Summary};
use crate::pull::held_back::HeldBack;
use polars::prelude::{DataFrame, PolarsError};
use schemas::document::Measured;
use schemas::figures::{Figures, LeftOut, MonthFigures, Spread};
use schemas::{Facts, Standard};

/// A figure. Only the statements are required; the other fields may be empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) sql: FigureSql,
    /// Items about the end of a month, which are not added up over months.
    pub(crate) standing: &'static [&'static str],
    /// Items that count the same cases as another one, by another clock, each with the other one. Both are released or hidden
    /// together.
    pub(crate) counted_with: &'static [(&'static str, &'static str)],
    /// Items that never leave the office, because they name single cases, or with others would tell small counts.
    pub(crate) never_released: &'static [&'static str],
    /// Why cases are left out: the name that the statements give, and the words of the report.
    pub(crate) left_out: &'static [(&'static str, &'static str)],
    /// Times that the review lists.
    pub(crate) times: &'static [ListedTime],
    /// Measures of the review's first page.
    pub(crate) followed: &'static [Followed],
}

/// A time that the review lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListedTime {
    pub(crate) words: &'static str,
    /// Whether it is counted by the office's working clock.
    pub(crate) is_working: bool,
    /// Why its number of cases is not that of another figure; may be empty.
    pub(crate) note: &'static str,
    /// Its item of the figure.
    pub(crate) item: &'static str,
    /// Where it is among the figures of a month.
    pub(crate) spread: fn(&Figures) -> &Spread,
}

/// A measure that is compared with the twelve months before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed {
    /// The id by which the office's own templates know it.
    pub(crate) id: &'static str,
    /// Its place among the measures of all figures.
    pub(crate) place: u8,
    /// What is measured, as it is printed.
    pub(crate) words: &'static str,
    /// The word for a case on the bad side of a share; may be empty.
    pub(crate) bad: &'static str,
    pub(crate) more_is_better: bool,
    pub(crate) value: fn(&MonthFigures) -> Option<Measured>,
    /// The same with outages counted, of a measure that is less outages.
    pub(crate) with_outages: Option<fn(&MonthFigures) -> Option<Measured>>,
    /// The figure of the targets that are about it.
    pub(crate) standard: Option<Standard>,
    /// The counts that it is made of, by items of its figure.
    pub(crate) made_of: &'static [Term],
}

/// A count that a measure is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub(crate) item: &'static str,
    /// Only the cases of this detail.
    pub(crate) detail: Option<&'static str>,
    /// Only the cases whose value is not above it.
    pub(crate) at_most: Option<i64>,
    /// Only the cases whose value is above it.
    pub(crate) above: Option<i64>,
    pub(crate) side: TermSide,
}

/// On which side of a share the cases of a term are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TermSide {
    /// They are the part, and belong to the whole.
    Part,
    /// They belong to the whole only.
    Rest,
    /// They are the part, and are among those of the rest.
    PartOfRest,
}

impl Term {
    /// All cases of an item, which belong to the whole only.
    pub(crate) const fn of(item: &'static str) -> Self {
        Self { item, detail: None, at_most: None, above: None, side: TermSide::Rest }
    }

    /// The same on another side.
    pub(crate) const fn on(self, side: TermSide) -> Self {
        Self { side, ..self }
    }

    /// The terms of a deadline: printed within the limit; printed after it; open and past it.
    pub(crate) const fn deadline(printed: &'static str, open: &'static str, limit: i64) -> [Self; 3] {
        let within = Self { at_most: Some(limit), ..Self::of(printed).on(TermSide::Part) };
        let late = Self { above: Some(limit), ..Self::of(printed) };
        [within, late, Self { above: Some(limit), ..Self::of(open) }]
    }
}

/// The inputs from which the Rust file of a figure computes it.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) figures: &'a Summary,
    pub(crate) additive: &'a DataFrame,
    /// The rows that are held back; `None` in a copy of the archive without its quarantine.
    pub(crate) held: Option<&'a [HeldBack]>,
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
