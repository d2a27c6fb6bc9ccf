//! `tertib compliance`

use crate::cli::{Format, OfMonth};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::{Result, bail};
use clap::Args;
use pipeline::FigureBook;
use reports::Document;
use schemas::document::{Judgement, Verdict};

/// Options of `tertib compliance`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// List the berkas that miss what this target wants of each, by id.
    #[arg(long, value_name = "TARGET")]
    failed: Option<String>,
    #[command(flatten)]
    of: OfMonth,
}

const HEAD: [&str; 12] = [
    "target",
    "jenis",
    "verdict",
    "figure",
    "comparison",
    "value",
    "margin",
    "unit",
    "n",
    "standing",
    "decides",
    "regulation and source",
];

/// Exit code 0 only when every target that decides has a value and is met.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let installed = Installed::open(options.of.place.config.as_deref())?;
    let archive = installed.archive()?;
    let book = installed.figures(&archive)?;
    if let Some(target) = &options.failed {
        return failed(&installed, &book, target, &options.of);
    }
    let sheet = installed.compliance(&archive, &book, options.of.month)?;
    let rows: Vec<Vec<String>> = sheet.judgements.iter().map(row).collect();
    let text = match options.of.format {
        // The same counts that leave the office, and nothing else.
        Format::Json => String::from_utf8(reports::json(Document::Compliance(&sheet))?)?,
        Format::Csv => print::csv(&HEAD, &rows)?,
        Format::Table => print::table(&HEAD, &rows),
    };
    print::data(&text)?;
    Ok(Outcome::of(sheet.judgements.iter().any(|j| j.decides && j.verdict != Verdict::Met)))
}

/// Exit code 1 when any berkas misses it.
fn failed(installed: &Installed, book: &FigureBook<'_>, target: &str, of: &OfMonth) -> Result<Outcome> {
    let rules = installed.decisions.rules(&installed.facts, of.month);
    let named: Vec<_> = rules.iter().filter(|rule| rule.target.id == target).collect();
    if named.is_empty() {
        bail!("no target `{target}` is in force in {}; `tertib target list` names them", of.month);
    }
    let mut rows = Vec::new();
    for rule in named {
        let jenis = rule.jenis.clone().unwrap_or_default();
        let ids = book.failed(of.month, rule)?;
        rows.extend(ids.into_iter().map(|id| vec![rule.regulation.regulation.clone(), jenis.clone(), id]));
    }
    print::data(&print::rows(&["regulation", "jenis", "berkas_id"], &rows, of.format)?)?;
    Ok(Outcome::of(!rows.is_empty()))
}

fn row(j: &Judgement) -> Vec<String> {
    let number = |v: Option<f64>| match v {
        Some(v) if j.unit == "bagian" => format!("{v:.4}"),
        Some(v) => format!("{v:.0}"),
        None => String::new(),
    };
    let comparison = match j.comparison {
        schemas::Comparison::AtMost => "≤",
        schemas::Comparison::AtLeast => "≥",
    };
    let source = format!("{}; {}", j.regulation, j.source);
    vec![
        j.target.clone(),
        j.jenis.clone().unwrap_or_default(),
        j.verdict.words().to_owned(),
        number(j.figure),
        comparison.to_owned(),
        number(j.value),
        number(j.margin),
        j.unit.clone(),
        j.n.to_string(),
        j.standing.clone(),
        if j.decides { "yes" } else { "no" }.to_owned(),
        source,
    ]
}
