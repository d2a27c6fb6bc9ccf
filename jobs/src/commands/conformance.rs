//! `tertib conformance`

use crate::options::{Common, OfMonth};
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::{Deviation, FigureBook};
use schemas::Facts;

/// Exit code 1 when a berkas that was handed over departs from the SOP, or not all of the month is there.
pub(crate) fn run(options: &OfMonth, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let archive = workspace.archive()?;
    let book = FigureBook::open(&archive, &workspace.facts)?;
    let found = pipeline::deviations(&book, &workspace.facts.sop, options.month)?;
    let head = ["berkas_id", "biaya", "kode", "langkah", "penyimpangan", "keterangan", "tindakan"];
    let rows: Vec<Vec<String>> = found.iter().map(|deviation| row(deviation, &workspace.facts)).collect();
    print::data(&print::rows(&head, &rows, options.format)?)?;
    if !found.is_empty() {
        print::after_mending(common, options.month);
    }
    let whole = print::gap(common, &workspace.facts, &archive.provenance()?, options.month);
    Ok(whole.and(Outcome::of(!found.is_empty())))
}

/// One departure in the SOP's words.
fn row(d: &Deviation, facts: &Facts) -> Vec<String> {
    let step =
        |number: u8| facts.sop.step(number).map_or_else(|| number.to_string(), |s| format!("{number} ({})", s.label));
    let role = |id: &str| facts.pelaksana.get(id).map_or_else(|| id.to_owned(), Clone::clone);
    let text = facts.finding_text(d.code);
    let more = match (d.code, facts.sop.step(d.step)) {
        ("C001", Some(s)) => s.act.clone(),
        ("C004", Some(s)) => format!("oleh {}, seharusnya {}", role(&d.detail), role(&s.pelaksana)),
        ("C005", _) => format!("sesudah langkah {}", d.detail),
        _ => d.detail.clone(),
    };
    vec![d.berkas_id.clone(), d.cost.to_string(), d.code.to_owned(), step(d.step), text.sentence, more, text.remedy]
}
