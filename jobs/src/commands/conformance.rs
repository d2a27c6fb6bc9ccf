//! `tertib conformance`

use crate::months;
use crate::options::{Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::{Deviation, FigureBook};
use schemas::{Facts, Speech};

/// Exit code 1 when a berkas that was handed over departs from the SOP, or not all of the month is there.
pub(crate) fn run(options: &OfMonth, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let month = months::asked_or_last(options.month, workspace.facts.zone, common)?;
    let bar = Progress::of_pieces(common, "conformance");
    let archive = workspace.archive()?;
    let book = FigureBook::open(&archive, &workspace.facts)?;
    let found = pipeline::deviations(&book, &workspace.facts.sop, month)?;
    drop(bar);
    let head = ["berkas_id", "biaya", "kode", "langkah", "penyimpangan", "keterangan", "tindakan"];
    let rows: Vec<Vec<String>> =
        found.iter().map(|deviation| row(deviation, &workspace.facts, workspace.speech(common))).collect();
    let speech = workspace.speech(common);
    let text = if options.format == Format::Table && !print::is_wide() {
        let place = |(deviation, row): (&Deviation, &Vec<String>)| {
            let parts = [0, 3, 5].into_iter().filter_map(|column| row.get(column)).filter(|part| !part.is_empty());
            (deviation.departure.code(), parts.cloned().collect::<Vec<_>>().join(", "))
        };
        let found: Vec<(&str, String)> = found.iter().zip(&rows).map(place).collect();
        print::title(speech, &archive.provenance()?, month) + &print::grouped(speech, &found)
    } else {
        print::rows(&head, &rows, options.format)?
    };
    print::data(&text)?;
    if !found.is_empty() {
        print::after_mending(common, workspace.speech(common), month);
    }
    let whole = print::gap(common, workspace.speech(common), &archive.provenance()?, month);
    Ok(whole.and(Outcome::of(!found.is_empty())))
}

/// One departure in the SOP's words.
fn row(d: &Deviation, facts: &Facts, speech: Speech<'_>) -> Vec<String> {
    let code = d.departure.code();
    let text = speech.finding(code);
    let (step, detail) = (d.step_words(&facts.sop), d.detail(facts));
    vec![d.berkas_id.clone(), d.cost.to_string(), code.to_owned(), step, text.sentence, detail, text.remedy]
}
