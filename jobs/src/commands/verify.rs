//! `tertib verify`

use crate::cli::Where;
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::Result;
use clap::Args;
use pipeline::FigureBook;

/// Options of `tertib verify`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when a file is missing, altered or unknown to the log, or kept figures are not what the events give.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let mut result = pipeline::verify(&installed.config.archive_path())?;
    if result.findings.is_empty() && result.commits > 0 {
        result.findings = FigureBook::open(&installed.archive()?, &installed.facts)?.altered()?;
    }
    let head = if result.head.is_empty() { "none" } else { &result.head };
    print::data(&format!(
        "{} commits, {} files, {} rows checked; {} findings\nhead {head}\n{}",
        result.commits,
        result.files,
        result.rows,
        result.findings.len(),
        print::findings(&installed.facts, &result.findings),
    ))?;
    Ok(Outcome::of(installed.facts.need_attention(&result.findings)))
}
