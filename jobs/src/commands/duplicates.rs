//! `tertib duplicates`

use crate::months;
use crate::options::{Common, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use clap::Args;
use pipeline::{Probable, probable_duplicates};

/// Options of `tertib duplicates`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Leave out pairs less probable than this, from 0 to 1.
    #[arg(long, value_name = "P", default_value_t = pipeline::PROBABLE)]
    probability: f64,
    #[command(flatten)]
    of: OfMonth,
}

/// Exit code 1 when a berkas of the month is probably of a person who came under another NIK.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    if !(0.0..=1.0).contains(&options.probability) {
        bail!("--probability {} is not between 0 and 1", options.probability);
    }
    let workspace = Workspace::open(options.of.place.config.as_deref())?;
    let month = months::asked_or_last(options.of.month, workspace.facts.zone, common)?;
    let bar = Progress::of_pieces(common, "duplicates");
    let archive = workspace.archive()?;
    let found = probable_duplicates(&archive, &workspace.facts, month, options.probability)?;
    drop(bar);
    let head = ["berkas_id", "berkas_lain", "peluang", "bobot", "alasan"];
    let rows: Vec<Vec<String>> = found.pairs.iter().map(row).collect();
    print::data(&print::rows(&head, &rows, options.of.format)?)?;
    if found.left_out > 0 || found.passed_over > 0 {
        let (without, keys) = (found.left_out, found.passed_over);
        print::words(
            common,
            &format!("not compared: {without} berkas without name or birth date, {keys} keys that too many share"),
        );
    }
    let whole = print::gap(common, workspace.speech(common), &archive.provenance()?, month);
    Ok(whole.and(Outcome::of(!found.pairs.is_empty())))
}

/// One pair with what speaks for and against it, in bits.
fn row(pair: &Probable) -> Vec<String> {
    let bits: f64 = pair.reasons.iter().map(|(.., bits)| bits).sum();
    let reasons: Vec<String> =
        pair.reasons.iter().map(|(field, said, bits)| format!("{field} {said} ({bits:+.1})")).collect();
    vec![
        pair.berkas_id.clone(),
        pair.other.clone(),
        format!("{:.4}", pair.probability),
        format!("{bits:.1}"),
        reasons.join("; "),
    ]
}
