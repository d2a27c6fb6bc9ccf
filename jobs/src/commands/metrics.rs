//! `tertib metrics`

use crate::cli::{Format, OfMonth};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use pipeline::FigureBook;
use schemas::Month;
use schemas::figures::{FigureRow, hide_small_cells};
use serde_json::Value;

/// Options of `tertib metrics`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How to divide the figures: one row per cell and item.
    #[arg(long, value_enum)]
    by: Option<By>,
    /// With --by: the first of several months; --month is the last.
    #[arg(long, value_name = "YYYY-MM", requires = "by")]
    from: Option<Month>,
    /// With --by: hide counts below five, and one more cell where a total would give a hidden one away.
    #[arg(long, requires = "by")]
    hide_small: bool,
    #[command(flatten)]
    of: OfMonth,
}

/// A division of the figures.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum By {
    /// All in one.
    Total,
    /// By village, under its code.
    Pekon,
    /// By kecamatan.
    Kecamatan,
    /// By kind of application.
    Jenis,
    /// By officer.
    Officer,
    /// By month.
    Month,
}

impl From<By> for pipeline::By {
    fn from(by: By) -> Self {
        match by {
            By::Total => Self::Total,
            By::Pekon => Self::Pekon,
            By::Kecamatan => Self::Kecamatan,
            By::Jenis => Self::Jenis,
            By::Officer => Self::Officer,
            By::Month => Self::Month,
        }
    }
}

/// All figures of the month; times in seconds.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let installed = Installed::open(options.of.place.config.as_deref())?;
    let archive = installed.archive()?;
    let book = FigureBook::open(&archive, &installed.facts)?;
    let text = match options.by {
        Some(by) => divided(&book, options, by.into())?,
        None => whole(&book, &options.of)?,
    };
    print::data(&text)?;
    Ok(Outcome::Done)
}

fn divided(book: &FigureBook<'_>, options: &Options, by: pipeline::By) -> Result<String> {
    let last = options.of.month;
    let first = options.from.unwrap_or(last);
    if first > last {
        bail!("--from {first} lies after --month {last}");
    }
    let mut rows = book.cells(first, last, by)?;
    if options.hide_small {
        hide_small_cells(&mut rows);
    }
    let head = [
        "cell",
        "figure",
        "item",
        "step",
        "next_step",
        "name",
        "detail",
        "n",
        "sum",
        "min",
        "p50",
        "p90",
        "p95",
        "max",
    ];
    match options.of.format {
        // Numbers stay numbers.
        Format::Json => Ok(format!("{}\n", serde_json::to_string_pretty(&rows)?)),
        format => print::rows(&head, &rows.iter().map(line).collect::<Vec<_>>(), format),
    }
}

fn line(row: &FigureRow) -> Vec<String> {
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

fn whole(book: &FigureBook<'_>, options: &OfMonth) -> Result<String> {
    let month = book.month(options.month)?;
    let value = serde_json::to_value(&month.figures)?;
    let mut rows = Vec::new();
    flatten(String::new(), &value, &mut rows);
    Ok(match options.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&value)?),
        Format::Csv => print::csv(&["figure", "value"], &rows)?,
        Format::Table => {
            rows.extend(month.left_out.iter().map(|(reason, n)| vec![format!("left_out.{reason}"), n.to_string()]));
            print::table(&["figure", "value"], &rows)
        }
    })
}

/// One row per number, its place in the JSON as its name.
fn flatten(path: String, value: &Value, rows: &mut Vec<Vec<String>>) {
    let text = match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(path, field, rows);
            }
            return;
        }
        Value::Array(items) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    rows.push(vec![path, text]);
}
