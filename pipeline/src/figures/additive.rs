//! Stage 1 of every figure: events become rows that may be added, across areas, months and offices.
//!
//! Reads   the statements of the figures' SQL files
//! Gives   one row per figure, item, area, kind of application and officer: a value `v`, where one is measured, and how
//!         often it occurred, `n`

use super::summary::fault;
use crate::figures::month_view::FigureError;
use crate::figures::month_view::MonthView;
use polars::prelude::{DataFrame, DataType, IntoLazy, NULL, PlSmallStr, PolarsError, col, lit};

/// Which events a figure of a month looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// Those before the end of the month.
    Past,
    /// Later ones too: whether a batch has ended, what came after a hand-over.
    Ahead,
}

impl Sight {
    pub(crate) const ALL: [Self; 2] = [Self::Past, Self::Ahead];
}

/// Which of these events a figure of a month can depend on. What lies beyond is not put before the SQL; it would not change
/// the rows (`tests/figures.py` runs the same statements over all events).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// All of each berkas that was touched in the month or is open at its end.
    Berkas,
    /// These, and all of each berkas that belongs to a batch of which a berkas was touched in the month.
    Batches,
    /// Those of the month, and all receipts of each berkas that has one in its batches, in it or in the 90 days before.
    Arrivals,
}

/// A figure's name and its statements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FigureSql {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) sight: Sight,
    pub(crate) reach: Reach,
}

/// Every figure.
pub(crate) const FIGURES: [FigureSql; 10] = [
    FigureSql::new("backlog", include_str!("metrics/backlog.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("batches", include_str!("metrics/batches.sql"), Sight::Ahead, Reach::Batches),
    FigureSql::new("completeness", include_str!("metrics/completeness.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("conformance", include_str!("metrics/conformance.sql"), Sight::Ahead, Reach::Berkas),
    FigureSql::new("duplicates", include_str!("metrics/duplicates.sql"), Sight::Ahead, Reach::Arrivals),
    FigureSql::new("flow", include_str!("metrics/flow.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("issuance", include_str!("metrics/issuance.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("register_agreement", include_str!("metrics/register_agreement.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("time_per_step", include_str!("metrics/time_per_step.sql"), Sight::Past, Reach::Berkas),
    FigureSql::new("turnaround", include_str!("metrics/turnaround.sql"), Sight::Ahead, Reach::Berkas),
];

/// Stage 2 of all of them.
pub(crate) const STAGE_2: FigureSql = FigureSql::new("stage2", include_str!("stage2.sql"), Sight::Ahead, Reach::Berkas);

impl FigureSql {
    pub(crate) const fn new(name: &'static str, text: &'static str, sight: Sight, reach: Reach) -> Self {
        Self { name, text, sight, reach }
    }

    /// Its statements with their names: `-- NAME: …` begins each.
    pub(crate) fn statements(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.text.split(";\n").map(str::trim).filter_map(|statement| {
            let (name, _) = statement.strip_prefix("-- ")?.split_once(':')?;
            Some((name, statement))
        })
    }
}

/// Columns that a statement may leave out where they say nothing.
pub(crate) const TEXTS: [&str; 6] = ["item", "pekon", "jenis", "officer", "name", "detail"];
pub(crate) const NUMBERS: [&str; 4] = ["step", "next_step", "v", "n"];

/// The additive rows of a month, of the figures with that sight; those that look at each berkas alone in passes over at most so
/// many events.
pub(crate) fn rows(month: &MonthView<'_>, sight: Sight, at_once: usize) -> Result<DataFrame, FigureError> {
    let of_reach = |alone: bool| {
        FIGURES.into_iter().filter(move |figure| figure.sight == sight && alone == (figure.reach == Reach::Berkas))
    };
    let mut all = stacked(of_reach(false), |figure, statement| month.run(figure, statement))?;
    for part in month.parts(at_once) {
        let rows = stacked(of_reach(true), |figure, statement| part.run(figure, statement))?;
        if all.width() == 0 {
            all = rows;
        } else {
            all.vstack_mut_owned(rows).map_err(|e| fault(&e))?;
        }
    }
    Ok(all)
}

/// The rows of every statement, one below the other. Numbers that say nothing are 0, texts are empty; `v` is null where
/// nothing is measured.
pub(crate) fn stacked(
    figures: impl IntoIterator<Item = FigureSql>,
    mut run: impl FnMut(FigureSql, &str) -> Result<DataFrame, PolarsError>,
) -> Result<DataFrame, FigureError> {
    let mut all: Option<DataFrame> = None;
    for figure in figures {
        for (name, statement) in figure.statements() {
            let mut add = || -> Result<(), PolarsError> {
                let found = in_full(run(figure, statement)?, figure.name, name)?;
                match &mut all {
                    Some(all) => all.vstack_mut_owned(found).map(drop),
                    None => {
                        all = Some(found);
                        Ok(())
                    }
                }
            };
            let place = || format!("{}.sql, {name}", figure.name);
            add().map_err(|e| FigureError::Sql { figure: place(), reason: e.to_string() })?;
        }
    }
    Ok(all.unwrap_or_default())
}

/// All columns in one order and type.
pub(crate) fn in_full(found: DataFrame, figure: &str, statement: &str) -> Result<DataFrame, PolarsError> {
    let given: Vec<PlSmallStr> = found.get_column_names_owned();
    let has = |name: &str| given.iter().any(|g| g == name);
    let text = |name: &str| {
        let otherwise = if name == "item" { statement.to_owned() } else { String::new() };
        let value = if has(name) { col(name).fill_null(lit(otherwise)) } else { lit(otherwise) };
        value.cast(DataType::String).alias(name)
    };
    let number = |name: &str| {
        let value = match (has(name), name) {
            (true, _) => col(name),
            (false, "v") => lit(NULL),
            (false, _) => lit(0_i64),
        };
        value.cast(DataType::Int64).alias(name)
    };
    let columns: Vec<_> = std::iter::once(lit(figure.to_owned()).alias("figure"))
        .chain(TEXTS.map(text))
        .chain(NUMBERS.map(number))
        .collect();
    found.lazy().select(columns).collect()
}
