//! The statement of a destruction (berita acara), as PDF and JSON.

use crate::documents;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use pipeline::Readers;
use reports::Document;
use schemas::document::{DisposalReport, PdfStandard};
use schemas::{DisposalProposal, Month};
use std::path::{Path, PathBuf};

/// Writes the statement. It is of the day of the commit, so that it is the same however often it is written. Returns the files, and what
/// else may hold the data.
pub(super) fn write(
    workspace: &Workspace,
    (proposal, sha256): (&DisposalProposal, &str),
    (by, approved): (&str, DateTime<FixedOffset>),
    version: u64,
    folder: &Path,
) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let zone = workspace.facts.zone;
    let archive = workspace.archive()?;
    let then = archive.at(version).context("the archive has no such version")?;
    let disposal = archive.disposals().find(|(of, ..)| *of == version);
    let on = disposal.and_then(|(_, at_ms, _)| zone.date(at_ms.div_euclid(1_000)));
    let months: Vec<Month> = proposal.months.iter().map(|month| month.month).collect();
    let copies = copies(workspace, &months);
    let report = DisposalReport {
        on: on.context("the destruction has no date")?,
        version,
        proposal: sha256.to_owned(),
        proposed: (proposal.proposed_by.clone(), proposal.proposed.date_naive()),
        approved: (by.to_owned(), approved.date_naive()),
        months: proposal.months.clone(),
        files: proposal.files.clone(),
        moved: proposal.moved,
        copies: copies.clone(),
        provenance: then.provenance()?,
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let document = Document::Disposal(&report);
    pipeline::make_folder(folder, Readers::Usual).with_context(|| format!("cannot use {}", folder.display()))?;
    let office = &workspace.config.office;
    let pdf = workspace.config.renderer()?.pdf(document, 1, office, PdfStandard::A2b)?.bytes;
    let mut written = Vec::new();
    for (ending, bytes) in [("pdf", pdf), ("json", reports::json(document)?)] {
        let path = folder.join(format!("{}.{ending}", document.name()));
        documents::replace(&path, &bytes, Readers::Usual)?;
        written.push(path);
    }
    Ok((written, copies))
}

/// What tertib made outside of the archive that may hold the data: full documents of these months, and backups.
fn copies(workspace: &Workspace, months: &[Month]) -> Vec<String> {
    let config = &workspace.config;
    let folders = months.iter().map(|month| config.reports_path().join(format!("{month}_dinas")));
    let folders = folders.filter(|folder| folder.is_dir());
    let name = |folder: PathBuf| {
        folder.strip_prefix(&config.folder).map_or(folder.clone(), Path::to_owned).display().to_string()
    };
    let backups = config.backups.iter().filter(|backup| !backup.public_only);
    folders.map(name).chain(backups.map(|backup| format!("cadangan {}", backup.name))).collect()
}
