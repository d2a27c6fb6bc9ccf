//! `tertib query`

use crate::options::{ArchiveCopy, Common, Format, Where};
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Readable;
use anyhow::Result;
use clap::Args;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A table for reading has so many rows; CSV and JSON have all.
const READABLE: usize = 1000;

/// Options of `tertib query`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// One SELECT over the table `events`; instants are in UTC, `bulan` is the office's month of `selesai`.
    sql: String,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// A row as an object whose keys come in the order of the columns.
struct Object<'a>(&'a [String], &'a [Value]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// Instants in the answer are UTC.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let archive = Readable::open(&options.copy, &options.place)?.archive()?;
    let answer = pipeline::query(&archive, &options.sql)?;
    let head: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = |most: usize| -> Vec<Vec<String>> {
        answer.rows.iter().take(most).map(|row| row.iter().map(text).collect()).collect()
    };
    let out = match options.format {
        Format::Json => {
            let objects: Vec<_> = answer.rows.iter().map(|row| Object(&answer.columns, row)).collect();
            format!("{}\n", serde_json::to_string_pretty(&objects)?)
        }
        Format::Csv => print::csv(&head, &rows(usize::MAX))?,
        Format::Table => print::table(&head, &rows(READABLE)),
    };
    print::data(&out)?;
    let more = answer.rows.len().saturating_sub(READABLE);
    if more > 0 && matches!(options.format, Format::Table) {
        print::words(common, &format!("{more} more rows; write LIMIT, or ask with --format csv"));
    }
    Ok(Outcome::Done)
}
