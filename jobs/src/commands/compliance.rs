//! `tertib compliance`

use crate::cli::{Format, OfMonth};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::Result;
use pipeline::FigureBook;
use reports::Document;
use schemas::document::{Judgement, Verdict};

const HEAD: [&str; 9] =
    ["target", "verdict", "figure", "comparison", "value", "unit", "n", "standing", "regulation and source"];

/// Exit code 0 only when every target in force has a value and is met.
pub(crate) fn run(options: &OfMonth) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let archive = installed.archive()?;
    let book = FigureBook::open(&archive, &installed.facts)?;
    let sheet = installed.compliance(&archive, &book, options.month)?;
    let rows: Vec<Vec<String>> = sheet.judgements.iter().map(row).collect();
    let text = match options.format {
        // The same counts that leave the office, and nothing else.
        Format::Json => String::from_utf8(reports::json(Document::Compliance(&sheet))?)?,
        Format::Csv => print::csv(&HEAD, &rows)?,
        Format::Table => print::table(&HEAD, &rows),
    };
    print::data(&text)?;
    Ok(Outcome::of(sheet.judgements.iter().any(|j| j.verdict != Verdict::Met)))
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
        j.verdict.words().to_owned(),
        number(j.figure),
        comparison.to_owned(),
        number(j.value),
        j.unit.clone(),
        j.n.to_string(),
        j.standing.clone(),
        source,
    ]
}
