//! Stage 2 of every figure: additive rows become figures, in cells.
//!
//! Reads   additive rows of one or more months, with a column `cell`
//! Gives   a row per cell and item: the count, and for measured values also the sum, least, greatest and percentiles
//! Rule    percentiles are nearest rank

use super::error::FigureError;
use super::statement::{EventScope, FigureSql, TimeScope};
use polars::prelude::{DataFrame, DataType, IntoLazy, LazyFrame, PolarsError};
use polars::sql::SQLContext;
use schemas::figures::{FigureRow, Spread, SpreadValues};

/// The statement of stage 2, which is the same for all figures.
pub(crate) const STAGE_2: FigureSql =
    FigureSql::new("stage2", include_str!("stage2.sql"), TimeScope::IncludingLater, EventScope::Berkas);

/// Computes the figures of additive rows with a column `cell`.
pub(crate) fn figures(cells: DataFrame) -> Result<Vec<FigureRow>, FigureError> {
    let mut context = SQLContext::new();
    context.register("cells", cells.lazy());
    let frame = context.execute(STAGE_2.text).and_then(LazyFrame::collect);
    frame.and_then(|frame| rows(&frame)).map_err(|e| fault(&e))
}

pub(crate) fn fault(e: &PolarsError) -> FigureError {
    FigureError::Sql { figure: "stage2.sql".into(), reason: e.to_string() }
}

fn rows(frame: &DataFrame) -> Result<Vec<FigureRow>, PolarsError> {
    let text = |name: &str| texts(frame, name);
    let number = |name: &str| numbers(frame, name);
    let (cell, figure, item) = (text("cell")?, text("figure")?, text("item")?);
    let (name, detail) = (text("name")?, text("detail")?);
    let (step, next_step, n) = (whole(frame, "step")?, whole(frame, "next_step")?, whole(frame, "n")?);
    let (sum, min, max) = (number("sum")?, number("min")?, number("max")?);
    let (p50, p90, p95) = (number("p50")?, number("p90")?, number("p95")?);
    let values = |i: usize| {
        Some(SpreadValues { sum: sum[i]?, min: min[i]?, p50: p50[i]?, p90: p90[i]?, p95: p95[i]?, max: max[i]? })
    };
    let row = |i: usize| -> Result<FigureRow, PolarsError> {
        Ok(FigureRow {
            cell: cell[i].clone(),
            figure: figure[i].clone(),
            item: item[i].clone(),
            step: step[i],
            next_step: next_step[i],
            name: name[i].clone(),
            detail: detail[i].clone(),
            n: count(n[i])?,
            values: values(i),
        })
    };
    (0..frame.height()).map(row).collect()
}

/// Returns a column of text. A null becomes an empty text.
pub(crate) fn texts(frame: &DataFrame, name: &str) -> Result<Vec<String>, PolarsError> {
    let column = frame.column(name)?.cast(&DataType::String)?;
    Ok(column.str()?.iter().map(|t| t.unwrap_or_default().to_owned()).collect())
}

/// Returns a column of integers, or an error if one of them is null.
pub(crate) fn whole(frame: &DataFrame, name: &str) -> Result<Vec<i64>, PolarsError> {
    let all: Option<Vec<i64>> = numbers(frame, name)?.into_iter().collect();
    all.ok_or_else(|| PolarsError::ComputeError(format!("a row has no `{name}`").into()))
}

/// Returns a column of integers, which may be null.
pub(crate) fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>, PolarsError> {
    let column = frame.column(name)?.cast(&DataType::Int64)?;
    Ok(column.i64()?.iter().collect())
}

/// Returns a count of a statement, or an error if it is negative.
pub(crate) fn count(n: i64) -> Result<u64, PolarsError> {
    u64::try_from(n).map_err(|_| PolarsError::ComputeError(format!("a statement counted {n}").into()))
}

/// The figures of one cell, for access by name.
#[derive(Debug)]
pub(crate) struct Summary(Vec<FigureRow>);

impl Summary {
    pub(crate) fn new(rows: Vec<FigureRow>) -> Self {
        Self(rows)
    }

    /// Returns the rows of an item.
    pub(crate) fn rows<'a>(&'a self, figure: &'a str, item: &'a str) -> impl Iterator<Item = &'a FigureRow> {
        self.0.iter().filter(move |row| row.figure == figure && row.item == item)
    }

    /// Returns the count of an item.
    pub(crate) fn n(&self, figure: &str, item: &str) -> u64 {
        self.rows(figure, item).map(|row| row.n).sum()
    }

    /// Returns the distribution of an item at a step (0 for an item without steps).
    pub(crate) fn spread(&self, figure: &str, item: &str, step: u8) -> Spread {
        let mut rows = self.rows(figure, item).filter(|row| row.step == i64::from(step));
        rows.next().map(|row| Spread { n: row.n, values: row.values }).unwrap_or_default()
    }
}
