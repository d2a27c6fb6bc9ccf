//! Stage 1 of every figure: events become additive rows, which may be added up across areas, months and offices.
//!
//! Reads   the events of a month; the statements of the figures' SQL files
//! Gives   one row per figure, item, area, kind of application and officer: a value `v`, where one is measured, and how
//!         often it occurred, `n`

use super::error::FigureError;
use super::metrics::statements;
use super::month_view::MonthView;
use super::statement::{EventScope, FigureSql, TimeScope};
use polars::prelude::{DataFrame, DataType, IntoLazy, NULL, PlSmallStr, PolarsError, col, lit};

/// Columns of text and of numbers. A statement may leave out those that it does not need.
pub(crate) const TEXTS: [&str; 6] = ["item", "pekon", "jenis", "officer", "name", "detail"];
pub(crate) const NUMBERS: [&str; 4] = ["step", "next_step", "v", "n"];

/// Computes the additive rows of a month for the figures of a time scope. Figures that look at each berkas alone are computed
/// in passes over at most `at_once` events.
pub(crate) fn rows(month: &MonthView<'_>, time_scope: TimeScope, at_once: usize) -> Result<DataFrame, FigureError> {
    let figures = |of_single_berkas: bool| {
        statements().into_iter().filter(move |figure| {
            figure.time_scope == time_scope && of_single_berkas == (figure.event_scope == EventScope::Berkas)
        })
    };
    let mut all = stacked(figures(false), |figure, statement| month.run(figure, statement))?;
    for part in month.parts(at_once) {
        let rows = stacked(figures(true), |figure, statement| part.run(figure, statement))?;
        if all.width() == 0 {
            all = rows;
        } else {
            let fault =
                |e: PolarsError| FigureError::Sql { figure: "the rows of a pass".into(), reason: e.to_string() };
            all.vstack_mut_owned(rows).map_err(fault)?;
        }
    }
    Ok(all)
}

/// Returns the rows of all statements, one below the other. Where a statement has no value, a number is 0 and a text empty;
/// `v` is null where nothing is measured.
pub(crate) fn stacked(
    figures: impl IntoIterator<Item = FigureSql>,
    mut run: impl FnMut(FigureSql, &str) -> Result<DataFrame, PolarsError>,
) -> Result<DataFrame, FigureError> {
    let mut all: Option<DataFrame> = None;
    for figure in figures {
        for (name, statement) in figure.statements() {
            let mut add = || -> Result<(), PolarsError> {
                let found = with_all_columns(run(figure, statement)?, figure.name, name)?;
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

/// Returns the rows of a statement with all columns, in one order and of one type.
pub(crate) fn with_all_columns(found: DataFrame, figure: &str, statement: &str) -> Result<DataFrame, PolarsError> {
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
