//! The statement of a verification (berita acara), dated today.

use crate::clock;
use crate::documents;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use pipeline::{Readers, Verification};
use reports::Document;
use schemas::Finding;
use schemas::document::{
    CsvDialect, FigureCheck, FileFormat, LocatedFinding, PdfStandard, Unchecked, VerificationReport,
};
use std::path::Path;

/// What the statement says.
///
/// # Errors
/// When today is no date, or the archive does not say where its data come from.
pub(crate) fn statement(workspace: &Workspace, result: &Verification) -> Result<VerificationReport> {
    let figures = if !result.unchecked.contains(&Unchecked::KeptFigures) {
        FigureCheck::Recomputed
    } else if result.commits == 0 {
        FigureCheck::ArchiveEmpty
    } else if result.unchecked.contains(&Unchecked::KeyOfAnother) {
        FigureCheck::KeyOfAnother
    } else if workspace.facts.need_attention(&result.findings) {
        FigureCheck::ArchiveAtFault
    } else {
        FigureCheck::KeyMissing
    };
    let found = |finding: &Finding| LocatedFinding {
        text: workspace.facts.finding_text(finding.code),
        place: finding.place.clone(),
        n: finding.count,
    };
    // An archive whose log is damaged has no state to name, nor a number of events; the findings say why.
    let provenance = match workspace.archive() {
        Ok(archive) if !archive.is_empty() => Some(archive.provenance()?),
        _ => None,
    };
    Ok(VerificationReport {
        on: workspace.facts.zone.date(clock::now().timestamp()).context("today is no date")?,
        events: provenance.as_ref().map(|provenance| provenance.events),
        figures,
        unchecked: result.unchecked.clone(),
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        commits: result.commits,
        files: result.files,
        rows: result.rows,
        head: result.head.clone(),
        findings: result.findings.iter().map(found).collect(),
        provenance,
    })
}

/// Writes the statement in the form that the ending of the path names.
pub(super) fn write(workspace: &Workspace, result: &Verification, path: &Path, standard: PdfStandard) -> Result<()> {
    let Some(format) = FileFormat::of_path(path) else {
        bail!("{} has no ending that names a form; use .pdf, .xlsx, .csv or .json", path.display())
    };
    let report = statement(workspace, result)?;
    let document = Document::Verification(&report);
    let bytes = match format {
        FileFormat::Xlsx => reports::workbook(document, &workspace.config.office)?,
        FileFormat::Csv => reports::csv(document, CsvDialect::Id)?,
        FileFormat::Json => reports::json(document)?,
        FileFormat::Pdf | FileFormat::Data => {
            workspace.config.renderer()?.pdf(document, 1, &workspace.config.office, standard)?.bytes
        }
    };
    documents::replace(path, &bytes, Readers::Usual)
}
