//! `tertib selftest`

use crate::options::{Common, Format};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use anyhow::{Result, bail};
use clap::Args;
use pipeline::{Check, Selftest, Statistic};
use serde_json::json;
use std::path::PathBuf;

/// Options of `tertib selftest`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Folder with public event logs (NAME.csv) and what others say of them (NAME.json).
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Every statistic; a table ends with a summary by kind.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const HEAD: [&str; 6] = ["log", "kind", "statistic", "they say", "tertib finds", "agrees"];

/// Exit code 1 when a statistic differs from what others say, 2 when a log cannot be used; the others are compared nevertheless.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let bar = Progress::of_pieces(common, "selftest");
    let Selftest { checks, unusable } = pipeline::selftest(&options.folder, &|done, of| bar.at(done, of))?;
    drop(bar);
    let text = match options.format {
        Format::Table => table(&checks),
        Format::Csv => print::csv(&HEAD, &checks.iter().map(row).collect::<Vec<_>>())?,
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&checks.iter().map(object).collect::<Vec<_>>())?),
    };
    print::data(&text)?;
    if !unusable.is_empty() {
        bail!("{}", unusable.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    Ok(Outcome::of(checks.iter().any(|check| check.agrees == Some(false))))
}

fn row(check: &Check) -> Vec<String> {
    let number = |statistic: Option<Statistic>| statistic.map_or_else(String::new, |s| s.to_string());
    let agrees = check.agrees.map_or("", |agrees| if agrees { "yes" } else { "no" });
    vec![
        check.log.clone(),
        check.family.to_owned(),
        check.statistic.clone(),
        number(check.expected),
        number(check.found),
        agrees.to_owned(),
    ]
}

/// Numbers are numbers, and what others do not say is null.
fn object(check: &Check) -> serde_json::Value {
    let values = [
        json!(check.log),
        json!(check.family),
        json!(check.statistic),
        json!(check.expected),
        json!(check.found),
        json!(check.agrees),
    ];
    HEAD.into_iter().map(str::to_owned).zip(values).collect()
}

/// A line for each statistic, and a summary by kind.
fn table(checks: &[Check]) -> String {
    let mut kinds: Vec<(&str, &str, [u64; 3])> = Vec::new();
    for check in checks {
        let said = [check.agrees.is_some(), check.agrees == Some(true), check.agrees.is_none()].map(u64::from);
        match kinds.iter_mut().find(|kind| kind.0 == check.log && kind.1 == check.family) {
            Some(kind) => kind.2.iter_mut().zip(said).for_each(|(sum, n)| *sum += n),
            None => kinds.push((&check.log, check.family, said)),
        }
    }
    let line = |(log, kind, counts): (&str, &str, [u64; 3])| {
        [log.to_owned(), kind.to_owned()].into_iter().chain(counts.map(|n| n.to_string())).collect()
    };
    let summary: Vec<Vec<String>> = kinds.into_iter().map(line).collect();
    print::table(&HEAD, &checks.iter().map(row).collect::<Vec<_>>())
        + &print::table(&["log", "kind", "compared", "agree", "not said"], &summary)
}
