//! Figures in cells: how commands are asked for them, and how they are written.

mod overview;

pub(crate) use overview::{findings, overview};

use crate::options::Format;
use crate::print;
use anyhow::{Result, bail};
use clap::Args;
use schemas::Month;
use schemas::document::Provenance;
use schemas::figures::{By, FigureRow, ReleasedRow};
use serde_json::Value;

/// How to divide figures.
#[derive(Debug, Args)]
pub(crate) struct Division {
    /// How to divide the figures: one row per cell and item.
    #[arg(long, value_enum)]
    pub(crate) by: Option<By>,
    /// With --by: the first of several months; --month is the last.
    #[arg(long, value_name = "YYYY-MM", requires = "by")]
    from: Option<Month>,
    /// With --by: hide counts below five, and others by which these could be found from all that leaves the office.
    #[arg(long, requires = "by")]
    pub(crate) hide_small: bool,
}

impl Division {
    /// The first of the months up to the last.
    pub(crate) fn first(&self, last: Month) -> Result<Month> {
        let first = self.from.unwrap_or(last);
        if first > last {
            bail!("--from {first} lies after --month {last}");
        }
        Ok(first)
    }
}

/// Rows of which nothing is hidden.
pub(crate) fn shown(rows: Vec<FigureRow>) -> Vec<ReleasedRow> {
    rows.into_iter().map(ReleasedRow::from).collect()
}

/// The rows in the form asked for; each says until when the archive is complete, and whether the months are.
pub(crate) fn written(rows: &[ReleasedRow], format: Format, archive: &Provenance, last: Month) -> Result<String> {
    let state = [print::instant(archive), print::coverage(archive, last)];
    match format {
        // Numbers stay numbers.
        Format::Json => {
            let row = |row: &ReleasedRow| -> Result<Value> {
                let mut row = serde_json::to_value(row)?;
                for (name, value) in STATE.into_iter().zip(&state) {
                    row[name] = value.as_str().into();
                }
                Ok(row)
            };
            let rows = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
            Ok(format!("{}\n", serde_json::to_string_pretty(&rows)?))
        }
        format => {
            let lines = rows.iter().map(|row| [line(row), state.to_vec()].concat());
            print::rows(&[&HEAD[..], &STATE].concat(), &lines.collect::<Vec<_>>(), format)
        }
    }
}

const HEAD: [&str; 14] =
    ["cell", "figure", "item", "step", "next_step", "name", "detail", "n", "sum", "min", "p50", "p90", "p95", "max"];

/// The columns about the archive beside each row.
const STATE: [&str; 2] = ["complete_until", "coverage"];

fn line(row: &ReleasedRow) -> Vec<String> {
    let step = |step: i64| if step == 0 { String::new() } else { step.to_string() };
    let n = row.n.map_or_else(String::new, |n| n.to_string());
    let values = row.values.map_or_else(
        || vec![String::new(); 6],
        |v| [v.sum, v.min, v.p50, v.p90, v.p95, v.max].map(|value| value.to_string()).to_vec(),
    );
    let (step, next_step) = (step(row.step), step(row.next_step));
    let keys = [&row.cell, &row.figure, &row.item, &step, &next_step, &row.name, &row.detail, &n];
    keys.into_iter().cloned().chain(values).collect()
}
