//! Divisions of figures into cells.
//!
//! Reads   additive rows of a month
//! Gives   the same rows with a column `cell`, equal ones added up; those of a part of the cases
//! Rule    a figure about the end of a month is not added up over months: only the last month counts

use super::counted::named;
use super::metrics::{self, FIGURES};
use super::summary::{fault, texts};
use crate::figures::error::FigureError;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, IntoLazy, NamedFrom, PolarsError, Series, col, lit,
};
use schemas::figures::By;
use schemas::{Facts, Month, Narrowing, Wilayah};

/// The columns by which rows in cells are added up, as in stage 2.
const KEYS: [&str; 8] = ["cell", "figure", "item", "step", "next_step", "name", "detail", "v"];

/// Returns the rows of a month in cells, equal ones added up. Unless it is the last month, items about its end are left out.
pub(crate) fn merged(
    rows: &[DataFrame],
    month: Month,
    by: By,
    is_last: bool,
    wilayah: &Wilayah,
) -> Result<DataFrame, FigureError> {
    let merged = rows.iter().map(|rows| {
        let rows = with_cell(rows.clone(), month, by, wilayah)?.lazy();
        let rows = if is_last { rows } else { rows.filter(standing_expr().not()) };
        rows.group_by(KEYS.map(col)).agg([col("n").sum()]).collect()
    });
    merged.collect::<Result<Vec<DataFrame>, PolarsError>>().and_then(stacked).map_err(|e| fault(&e))
}

/// Returns the rows of all months, equal ones added up.
pub(crate) fn added(months: Vec<DataFrame>) -> Result<DataFrame, FigureError> {
    let all = stacked(months).and_then(|all| all.lazy().group_by(KEYS.map(col)).agg([col("n").sum()]).collect());
    all.map_err(|e| fault(&e))
}

/// Returns the rows of a part of the cases.
pub(crate) fn narrowed(rows: DataFrame, to: &Narrowing, wilayah: &Wilayah) -> Result<DataFrame, PolarsError> {
    if to.is_whole() {
        return Ok(rows);
    }
    let cells = texts(&rows, "pekon")?.into_iter().zip(texts(&rows, "jenis")?);
    let held: BooleanChunked = cells.map(|(pekon, jenis)| Some(to.holds(named(&pekon, wilayah).1, &jenis))).collect();
    rows.filter(&held)
}

/// Whether a kecamatan and a kind of application are facts, or rows are of them.
pub(crate) fn knows(rows: &DataFrame, to: &Narrowing, facts: &Facts) -> Result<bool, PolarsError> {
    let (pekon, jenis) = (texts(rows, "pekon")?, texts(rows, "jenis")?);
    let is_kecamatan = |name: &String| {
        let mut known = facts.wilayah.iter();
        known.any(|(_, area)| area.kecamatan == *name) || pekon.iter().any(|code| named(code, &facts.wilayah).1 == name)
    };
    let is_jenis = |id: &String| facts.jenis.contains_key(id) || jenis.contains(id);
    Ok(to.kecamatan.as_ref().is_none_or(is_kecamatan) && to.jenis.as_ref().is_none_or(is_jenis))
}

fn stacked(frames: Vec<DataFrame>) -> Result<DataFrame, PolarsError> {
    let mut frames = frames.into_iter();
    let Some(mut all) = frames.next() else { return Ok(DataFrame::empty()) };
    for frame in frames {
        all.vstack_mut_owned(frame)?;
    }
    Ok(all)
}

/// Whether an item is about the end of a month.
pub(crate) fn is_standing(figure: &str, item: &str) -> bool {
    metrics::named(figure).is_some_and(|figure| figure.standing.contains(&item))
}

/// The same as an expression of polars.
fn standing_expr() -> polars::prelude::Expr {
    let items = FIGURES.iter().flat_map(|figure| figure.standing.iter().map(|item| (figure.sql.name, *item)));
    let standing = items.map(|(figure, item)| col("figure").eq(lit(figure)).and(col("item").eq(lit(item))));
    standing.reduce(polars::prelude::Expr::or).unwrap_or_else(|| lit(false))
}

/// Adds the column `cell`.
fn with_cell(rows: DataFrame, month: Month, by: By, wilayah: &Wilayah) -> Result<DataFrame, PolarsError> {
    let cell = match by {
        By::Total => lit(""),
        By::Pekon => col("pekon"),
        By::Jenis => col("jenis"),
        By::Officer => col("officer"),
        By::Month => lit(month.to_string()),
        By::Kecamatan => {
            let name = |code: String| wilayah.get(&code).map_or(code, |area| area.kecamatan.clone());
            let names: Vec<String> = texts(&rows, "pekon")?.into_iter().map(name).collect();
            let mut rows = rows;
            rows.with_column(Column::from(Series::new("cell".into(), names)))?;
            return Ok(rows);
        }
    };
    let rows = rows.lazy().with_column(cell.cast(DataType::String).alias("cell"));
    let rows = if by == By::Officer { rows.filter(col("cell").neq(lit(""))) } else { rows };
    rows.collect()
}
