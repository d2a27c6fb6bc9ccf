//! `tertib selftest`

use crate::cli::Format;
use crate::exit::Outcome;
use crate::print;
use anyhow::Result;
use clap::Args;
use pipeline::Check;
use std::path::PathBuf;

/// Options of `tertib selftest`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Folder with public event logs (NAME.csv) and what others say of them (NAME.json).
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// As a table by kind of statistic; as JSON or CSV every single one.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Exit code 1 when a statistic differs from what others say.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let checks = pipeline::selftest(&options.folder)?;
    let each: Vec<Vec<String>> = checks.iter().map(row).collect();
    let head = ["log", "kind", "statistic", "they say", "tertib finds", "agrees"];
    let text = match options.format {
        Format::Table => by_kind(&checks),
        format => print::rows(&head, &each, format)?,
    };
    print::data(&text)?;
    Ok(Outcome::of(checks.iter().any(|check| !check.agrees)))
}

fn row(check: &Check) -> Vec<String> {
    let agrees = if check.agrees { "yes" } else { "no" };
    let texts = [&check.log, check.family, &check.statistic, &check.expected, &check.found, agrees];
    texts.map(str::to_owned).to_vec()
}

/// A line for each kind, and one for each statistic that differs.
fn by_kind(checks: &[Check]) -> String {
    let mut kinds: Vec<(&str, &str, u64, u64)> = Vec::new();
    for check in checks {
        let same = |kind: &&mut (&str, &str, u64, u64)| kind.0 == check.log && kind.1 == check.family;
        match kinds.iter_mut().find(same) {
            Some(kind) => (kind.2, kind.3) = (kind.2 + 1, kind.3 + u64::from(check.agrees)),
            None => kinds.push((&check.log, check.family, 1, u64::from(check.agrees))),
        }
    }
    let lines: Vec<Vec<String>> = kinds
        .into_iter()
        .map(|(log, kind, n, agree)| vec![log.to_owned(), kind.to_owned(), n.to_string(), agree.to_string()])
        .collect();
    let differ: Vec<Vec<String>> = checks.iter().filter(|check| !check.agrees).map(row).collect();
    let table = print::table(&["log", "kind", "compared", "agree"], &lines);
    if differ.is_empty() {
        table
    } else {
        table + &print::table(&["log", "kind", "statistic", "they say", "tertib finds", "agrees"], &differ)
    }
}
