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
                division::findings(&rows, by, workspace.speech(common))
            } else {
                division::written(&rows, format, &archive.provenance()?, last)?
            }
        }
        (None, Some((_, quality))) if options.columns => print::rows(&COLUMNS, &columns(quality), format)?,
        (None, Some((_, quality))) if format == Format::Table && !print::is_wide() => {
            let found: Vec<(&str, String)> = quality.findings.iter().map(|f| (f.code, place(f))).collect();
            let speech = workspace.speech(common);
            print::title(speech, &archive.provenance()?, last) + &print::grouped(speech, &found)
        }
        (None, Some((_, quality))) => print::rows(
            &FINDINGS,
            &quality.findings.iter().map(|f| finding(f, workspace.speech(common))).collect::<Vec<_>>(),
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

const FINDINGS: [&str; 7] = ["kode", "tempat", "langkah", "keterangan", "jumlah", "temuan", "tindakan"];

/// One finding in the words of its code.
fn finding(f: &QualityFinding, speech: Speech<'_>) -> Vec<String> {
    let step = if f.step == 0 { String::new() } else { f.step.to_string() };
    let text = speech.finding(f.code);
    vec![f.code.to_owned(), f.place.clone(), step, f.detail.clone(), f.n.to_string(), text.sentence, text.remedy]
}

const COLUMNS: [&str; 7] = ["kolom", "baris", "terisi", "sah", "bagian_terisi", "bagian_sah", "karantina"];

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
