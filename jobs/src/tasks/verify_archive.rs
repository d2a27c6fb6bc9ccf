//! Checks every file of the archive against its log.

use super::Report;
use crate::exit::Outcome;
use crate::office::Installed;
use anyhow::Result;

pub(super) fn run(installed: &Installed) -> Result<Report> {
    let result = pipeline::verify(&installed.config.archive_path())?;
    let places: Vec<String> = result.findings.iter().take(5).map(|f| format!("{} {}", f.code, f.place)).collect();
    Ok(Report {
        outcome: Outcome::of(installed.facts.need_attention(&result.findings)),
        message: format!("{} files, {} findings {}", result.files, result.findings.len(), places.join(", "))
            .trim_end()
            .to_owned(),
    })
}
