//! Into which cells figures are divided.

use super::summary::{fault, texts};
use crate::view::FigureError;
use polars::prelude::{
    Column, DataFrame, DataType, IntoLazy, LazyFrame, NamedFrom, PolarsError, Series, col, concat, lit,
};
use schemas::{Month, Wilayah};

/// A division of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// All in one.
    Total,
    /// By village, under its code.
    Pekon,
    /// By kecamatan, under its name, or under the village's code where the area table does not know it.
    Kecamatan,
    /// By kind of application.
    Jenis,
    /// By officer; only figures of single events have one.
    Officer,
    /// By month.
    Month,
}

/// What stands at the end of a month and is not added up over months.
const STANDING: [(&str, &str); 2] = [("backlog", "open"), ("flow", "open")];
/// The same of cases that are measured while they are open.
const STANDING_PREFIX: &str = "open_";

/// The rows of all months, oldest first, with their cell.
pub(crate) fn divide(months: Vec<(Month, DataFrame)>, by: By, wilayah: &Wilayah) -> Result<LazyFrame, FigureError> {
    let last = months.last().map(|(month, _)| *month);
    let divided = months.into_iter().map(|(month, rows)| {
        let rows = with_cell(rows, month, by, wilayah)?.lazy();
        let keeps_standing = by == By::Month || Some(month) == last;
        Ok(if keeps_standing { rows } else { rows.filter(is_standing().not()) })
    });
    let divided = divided.collect::<Result<Vec<LazyFrame>, PolarsError>>();
    divided.and_then(|all| concat(all, polars::prelude::UnionArgs::default())).map_err(|e| fault(&e))
}

fn is_standing() -> polars::prelude::Expr {
    let standing = STANDING.map(|(figure, item)| col("figure").eq(lit(figure)).and(col("item").eq(lit(item))));
    let open = col("item").str().starts_with(lit(STANDING_PREFIX));
    standing.into_iter().fold(open, polars::prelude::Expr::or)
}

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
