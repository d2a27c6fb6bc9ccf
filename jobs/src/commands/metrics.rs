//! `tertib metrics`

use crate::division::{Division, shown, written};
use crate::months;
use crate::options::{ArchiveCopy, Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Readable;
use anyhow::Result;
use clap::Args;
use pipeline::FigureBook;
use schemas::Month;
use schemas::document::Provenance;
use serde_json::{Value, json};

/// Options of `tertib metrics`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    division: Division,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    of: OfMonth,
}

/// All figures of the month; times in seconds. Exit code 1 when the archive does not hold all of it.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let readable = Readable::open(&options.copy, &options.of.place)?;
    let archive = readable.archive()?;
    let book = readable.figures(&archive)?;
    let (division, last) = (&options.division, months::asked_or_last(options.of.month, readable.zone(), common)?);
    let bar = Progress::of_pieces(common, "figures");
    let provenance = archive.provenance()?;
    let text = match division.by {
        Some(by) => {
            let first = division.first(last)?;
            let rows =
                if division.hide_small { book.released(first, last, by)? } else { shown(book.cells(first, last, by)?) };
            written(&rows, options.of.format, &provenance, last)?
        }
        None => whole(&book, &provenance, last, options.of.format)?,
    };
    drop(bar);
    print::data(&text)?;
    if options.copy.archive.is_some() {
        let words = "these figures follow the working calendar and SOP that are built in; an office with a calendar or facts of its \
                     own computes others, with its configuration";
        print::words(common, words);
    }
    Ok(print::gap(common, readable.speech(common), &provenance, last))
}

fn whole(book: &FigureBook, provenance: &Provenance, of: Month, format: Format) -> Result<String> {
    let month = book.month(of)?;
    let mut value = serde_json::to_value(&month.figures)?;
    value["archive"] = json!({
        "version": provenance.archive_version,
        "complete_until": print::instant(provenance),
        "coverage": provenance.coverage(of),
    });
    let mut rows = Vec::new();
    flatten(String::new(), &value, &mut rows);
    Ok(match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&value)?),
        Format::Csv => print::csv(&["figure", "value"], &rows)?,
        Format::Table => {
            rows.extend(month.left_out.iter().map(|l| vec![format!("left_out.{}", l.reason), l.n.to_string()]));
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
