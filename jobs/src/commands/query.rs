//! `tertib query`

use crate::cli::{Format, Where};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::Result;
use clap::Args;
use serde_json::Value;

/// Options of `tertib query`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// One SELECT over the table `events`; instants are in UTC, `bulan` is the office's month of `selesai`.
    sql: String,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Instants in the answer are UTC.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let answer = pipeline::query(&installed.archive()?, &options.sql)?;
    let head: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = || answer.rows.iter().map(|row| row.iter().map(text).collect()).collect::<Vec<Vec<String>>>();
    let out = match options.format {
        Format::Json => {
            let objects = answer
                .rows
                .iter()
                .map(|row| Value::Object(answer.columns.iter().cloned().zip(row.iter().cloned()).collect()));
            format!("{}\n", serde_json::to_string_pretty(&objects.collect::<Vec<_>>())?)
        }
        Format::Csv => print::csv(&head, &rows())?,
        Format::Table => print::table(&head, &rows()),
    };
    print::data(&out)?;
    Ok(Outcome::Done)
}
