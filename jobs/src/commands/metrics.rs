//! `tertib metrics`

mod summary;

use crate::division::{self, Division};
use crate::months;
use crate::options::{ArchiveCopy, Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Readable;
use anyhow::Result;
use clap::Args;
use schemas::document::Provenance;
use schemas::figures::MonthFigures;
use schemas::{Language, Speech};
use serde_json::{Value, json};
use summary::Summary;

/// Options of `tertib metrics`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    of: OfMonth,
    /// Every figure, instead of a summary or an overview.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    division: Division,
    #[command(flatten)]
    copy: ArchiveCopy,
}

/// The figures of the month. Exit code 1 when the archive does not hold all of it.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let readable = Readable::open(&options.copy, &options.of.place)?;
    let (facts, speech, format) = (readable.facts(), readable.speech(common), options.of.format);
    let last = months::asked_or_last(options.of.month, facts.zone, common)?;
    let bar = Progress::of_pieces(common, "figures");
    let archive = readable.archive()?;
    let division = &options.division;
    let earliest = if division.by.is_some() { division.first(last)? } else { last.back(months::OF_A_YEAR) };
    let book = readable.figures(&archive)?.telling(bar.of_months(&archive, earliest, last));
    let provenance = archive.provenance()?;
    let text = match division.by {
        Some(by) => {
            let first = division.first(last)?;
            let rows = if division.hide_small {
                book.released(first, last, by)?
            } else {
                division::shown(book.cells(first, last, by)?)
            };
            if format == Format::Table && !options.all {
                division::overview(&rows, by, speech, facts, last)
            } else {
                division::written(&rows, format, &provenance, last)?
            }
        }
        None => {
            let month = book.month(last)?;
            match format {
                Format::Json => format!("{}\n", serde_json::to_string_pretty(&object(&month, &provenance)?)?),
                Format::Csv => print::csv(&["figure", "value"], &lines(&object(&month, &provenance)?))?,
                Format::Table if options.all => list(&object(&month, &provenance)?, speech),
                Format::Table => Summary { month: &month, provenance: &provenance, facts, speech }.text(),
            }
        }
    };
    drop(bar);
    print::data(&text)?;
    if options.copy.archive.is_some() {
        let words = "these figures follow the working calendar and SOP that are built in; an office with a calendar or facts of its \
                     own computes others, with its configuration";
        print::words(common, words);
    }
    Ok(print::gap(common, speech, &provenance, last))
}

/// All that is computed of a month; times in seconds.
fn object(month: &MonthFigures, provenance: &Provenance) -> Result<Value> {
    let mut value = serde_json::to_value(&month.figures)?;
    value["archive"] = json!({
        "version": provenance.archive_version,
        "complete_until": print::instant(provenance),
        "coverage": provenance.coverage(month.figures.month),
    });
    let left_out = month.left_out.iter().map(|cases| (cases.reason.clone(), cases.n.into()));
    value["left_out"] = Value::Object(left_out.collect());
    Ok(value)
}

/// A line per figure, with its unit.
fn list(value: &Value, speech: Speech<'_>) -> String {
    let head = [
        speech.say("column.figure", &[]),
        speech.say("column.value", &[]),
        speech.say("column.unit", &[]),
        speech.say("column.in_words", &[]),
    ];
    let row = |mut row: Vec<String>| {
        let seconds = row.last().and_then(|value| value.parse().ok()).filter(|_| is_time(&row));
        let unit = match speech.language() {
            Language::Indonesian => "detik",
            Language::English => "s",
        };
        let words = seconds.map_or_else(String::new, |seconds| speech.language().duration_with_seconds(seconds));
        row.extend([seconds.map_or("", |_: i64| unit).to_owned(), words]);
        row
    };
    let rows: Vec<Vec<String>> = lines(value).into_iter().map(row).collect();
    print::table(&head.each_ref().map(String::as_str), &rows)
}

/// Whether a line is about a time: a value of a distribution, which are all distributions of seconds.
fn is_time(row: &[String]) -> bool {
    let last = row.first().and_then(|path| path.rsplit('.').next());
    last.is_some_and(|last| ["sum", "min", "p50", "p90", "p95", "max"].contains(&last))
}

/// A line per figure, its place in the JSON as its name; numbers in it are in the order of numbers.
fn lines(value: &Value) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    flatten(String::new(), value, &mut rows);
    let parts = |row: &Vec<String>| -> Vec<(u64, String)> {
        let path = row.first().map(String::as_str).unwrap_or_default();
        path.split('.').map(|part| (part.parse().unwrap_or(0), part.to_owned())).collect()
    };
    rows.sort_by_cached_key(parts);
    rows
}

/// Adds a line for each number under a path.
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
