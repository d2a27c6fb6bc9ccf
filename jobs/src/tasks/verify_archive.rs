//! Checks the archive as `tertib verify` does.

use super::Report;
use crate::commands::verify;
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::Result;

pub(super) fn run(installed: &Installed) -> Result<Report> {
    let result = verify::examine(installed, false, &[])?;
    let places: Vec<String> =
        result.findings.iter().take(5).map(|f| format!("{} {}", f.code, print::place(f))).collect();
    Ok(Report {
        outcome: Outcome::of(result.commits == 0 || installed.facts.need_attention(&result.findings)),
        message: format!("{} files, {} findings {}", result.files, result.findings.len(), places.join(", "))
            .trim_end()
            .to_owned(),
    })
}
