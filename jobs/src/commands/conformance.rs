//! `tertib conformance`

use crate::months;
use crate::options::{Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::{Departure, Deviation, FigureBook};
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
    let step =
        |number: u8| facts.sop.step(number).map_or_else(|| number.to_string(), |s| format!("{number} ({})", s.label));
    let role = |id: &str| facts.pelaksana.get(id).map_or_else(|| id.to_owned(), Clone::clone);
    let code = d.departure.code();
    let text = speech.finding(code);
    let of_sop = facts.sop.step(d.step);
    let more = match &d.departure {
        Departure::Skipped => of_sop.map_or_else(String::new, |s| s.act.clone()),
        Departure::Repeated | Departure::OutOfOrder => String::new(),
        Departure::ByRole(taken_by) => match of_sop {
            Some(s) => format!("oleh {}, seharusnya {}", role(taken_by), role(&s.pelaksana)),
            None => taken_by.clone(),
        },
        Departure::After { step, hasil } => format!("sesudah langkah {step}: {hasil}"),
    };
    vec![d.berkas_id.clone(), d.cost.to_string(), code.to_owned(), step(d.step), text.sentence, more, text.remedy]
}
