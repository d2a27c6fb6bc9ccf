//! Renders the compliance of a quarter for the province: verdicts of its three months, without counts.

use super::{Pace, Report};
use crate::documents::{Batch, Folder, Selection, Step};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use schemas::document::FileFormat;
use schemas::{Month, Quarter};
use std::sync::Arc;

/// The folder among the office's documents.
const FOLDER: &str = "provinsi";

pub(super) fn run(workspace: &Arc<Workspace>, quarter: Quarter) -> Result<Report> {
    let snapshot = workspace.snapshot()?;
    let held = snapshot.archive.months();
    let months: Vec<Month> = quarter.months().into_iter().filter(|month| held.contains(month)).collect();
    if months.is_empty() {
        bail!("the archive holds no month of {quarter}; pull it first");
    }
    let mut selection = Selection::everything().for_outsiders()?;
    selection.formats = vec![FileFormat::Pdf, FileFormat::Csv, FileFormat::Json];
    let folder = Folder::named(workspace.config.reports_path().join(FOLDER).join(quarter.to_string()));
    let (mut files, mut attention) = (0, months.len() < 3);
    let mut said: Vec<String> = months.iter().map(ToString::to_string).collect();
    let pace = Pace::begin("documents are made");
    for month in months {
        let told = |step: Step<'_>| pace.at(step.done as u64, step.of as u64);
        let rendition = folder.fill(&Batch::of(&snapshot, month, &selection)?, told)?;
        files += rendition.files.len();
        attention |= workspace.facts.need_attention(&rendition.findings);
        said.extend(rendition.findings.iter().map(|finding| format!("{} {}", finding.code, finding.place)));
    }
    Ok(Report { outcome: Outcome::of(attention), message: format!("{files} files of {quarter}: {}", said.join(", ")) })
}
