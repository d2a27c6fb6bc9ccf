//! `tertib quality`

use crate::division::{self, Division};
use crate::months;
use crate::options::{Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use anyhow::Result;
use clap::Args;
use pipeline::{ColumnQuality, Quality, QualityFinding, quality, quality_cells, released_quality_cells};
use schemas::figures::share;
use schemas::{Finding, Month, Speech};
use std::collections::BTreeSet;

/// Options of `tertib quality`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The columns instead: how many rows have a value, and a valid one.
    #[arg(long, conflicts_with = "by")]
    columns: bool,
    #[command(flatten)]
    division: Division,
    #[command(flatten)]
    of: OfMonth,
}

/// Exit code 1 when something is found that is more than information, or not all of the month is there.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.of.place.config.as_deref())?;
    let archive = workspace.archive()?;
    let (facts, format) = (&workspace.facts, options.of.format);
    let last = months::asked_or_last(options.of.month, facts.zone, common)?;
    let bar = Progress::of_pieces(common, "quality");
    let of = |month: Month| Ok((month, quality(&archive, facts, month)?));
    let covered = std::iter::successors(Some(options.division.first(last)?), |month| Some(month.next()));
    let months = covered.take_while(|month| *month <= last).map(of).collect::<Result<Vec<(Month, Quality)>>>()?;
    let text = match (options.division.by, months.last()) {
        (Some(by), _) => {
            let rows = if options.division.hide_small {
                released_quality_cells(&months, by, facts)?
            } else {
                division::shown(quality_cells(&months, by, &facts.wilayah)?)
            };
            if format == Format::Table && !print::is_wide() {
                division::findings(&rows, by, workspace.speech(common), &workspace.facts)
            } else {
                division::written(&rows, format, &archive.provenance()?, last)?
            }
        }
        (None, Some((_, quality))) if options.columns => print::rows(&COLUMNS, &columns(quality), format)?,
        (None, Some((_, quality))) if format == Format::Table && !print::is_wide() => {
            let found: Vec<(&str, String)> = quality.findings.iter().map(|f| (f.code, place(f))).collect();
            let speech = workspace.speech(common);
            let remarks = remarks(&workspace, quality, last, speech);
            print::title(speech, &archive.provenance()?, last) + &print::grouped(speech, &found) + &remarks
        }
        (None, Some((_, quality))) => print::rows(
            &FINDINGS,
            &quality.findings.iter().map(|f| finding(f, &workspace, last, common)).collect::<Vec<_>>(),
            format,
        )?,
        (None, None) => String::new(),
    };
    drop(bar);
    print::data(&text)?;
    let found = months.iter().flat_map(|(_, quality)| &quality.findings);
    let found: Vec<Finding> = found.map(|f| Finding { code: f.code, place: String::new(), count: f.n }).collect();
    let is_list = options.division.by.is_none() && !options.columns;
    if is_list && facts.need_attention(&found) {
        print::after_mending(common, workspace.speech(common), last);
    }
    let whole = print::gap(common, workspace.speech(common), &archive.provenance()?, last);
    Ok(whole.and(Outcome::of(facts.need_attention(&found))))
}

/// Where something was found: a berkas, a book or a day, and what is special about it.
fn place(f: &QualityFinding) -> String {
    let step = if f.step == 0 { String::new() } else { f.step.to_string() };
    let times = if f.n == 1 { String::new() } else { format!("{}×", f.n) };
    let parts = [f.place.as_str(), &step, &f.detail, &times];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

const FINDINGS: [&str; 8] = ["kode", "tempat", "langkah", "keterangan", "jumlah", "temuan", "tindakan", "catatan"];

/// One finding in the words of its code, with what was remarked on it.
fn finding(f: &QualityFinding, workspace: &Workspace, month: Month, common: Common) -> Vec<String> {
    let step = if f.step == 0 { String::new() } else { f.step.to_string() };
    let text = workspace.speech(common).finding(f.code);
    let remarks = remarked(workspace, f.code, month).collect::<Vec<_>>().join("; ");
    let (code, place, detail) = (f.code.to_owned(), f.place.clone(), f.detail.clone());
    vec![code, place, step, detail, f.n.to_string(), text.sentence, text.remedy, remarks]
}

/// What was remarked on the findings of a month that are listed, each under its code.
fn remarks(workspace: &Workspace, quality: &Quality, month: Month, speech: Speech<'_>) -> String {
    let codes: BTreeSet<&str> = quality.findings.iter().map(|found| found.code).collect();
    let said = |code: &str| remarked(workspace, code, month).map(|text| format!("{code}: {text}")).collect::<Vec<_>>();
    let lines: Vec<String> = codes.into_iter().flat_map(said).collect();
    if lines.is_empty() {
        return String::new();
    }
    let lines: String = lines.iter().map(|line| print::paragraph(line, 5)).collect();
    format!("\n{}\n{lines}", speech.say("quality.remarks", &[]))
}

/// The remarks on a finding of a month, in one line each.
fn remarked(workspace: &Workspace, code: &str, month: Month) -> impl Iterator<Item = String> {
    let of_code = workspace.remarks.of_month(month).filter(move |remark| remark.finding == code);
    of_code.map(|remark| {
        let text = remark.text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{text} ({}, {})", remark.by, remark.entered.format("%Y-%m-%d"))
    })
}

const COLUMNS: [&str; 7] = ["kolom", "baris", "terisi", "sah", "bagian_terisi", "bagian_sah", "tertahan"];

/// One line per column, with the rows that wait in quarantine because of it.
fn columns(quality: &Quality) -> Vec<Vec<String>> {
    let part = |n: u64, of: u64| share(n, of).map_or_else(String::new, |share| format!("{share:.4}"));
    let waiting = |name: &str| -> u64 {
        quality.quarantine.iter().filter(|((_, column), _)| column == name).map(|(_, n)| n).sum()
    };
    let line = |c: &ColumnQuality| {
        let name = c.column.name();
        let counts = [c.rows, c.present, c.valid].map(|n| n.to_string());
        let shares = [part(c.present, c.rows), part(c.valid, c.present), waiting(name).to_string()];
        [vec![name.to_owned()], counts.to_vec(), shares.to_vec()].concat()
    };
    quality.columns.iter().map(line).collect()
}
