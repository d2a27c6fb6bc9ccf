//! Whether a printed document says what the archive gives.
//!
//! Reads   the code of the document, and its file; the archive in the version that it names; what the office has entered
//! Gives   what differs
//! Rule    a document may have been printed before a target or a remark was entered: it is compared with what the office had entered
//!         then, whenever that was

use crate::documents::{self, MonthDocuments};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use pipeline::Disclosure;
use reports::Document;
use schemas::Finding;
use schemas::document::{BookCode, LogPosition, PdfStandard};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What says what was found on its day, which no archive gives again, or of what it is only to who asked: the statement of a verification,
/// a trace.
const OF_THEIR_DAY: [&str; 3] = ["berita_acara_verifikasi", "berita_acara_pemusnahan_data_pribadi", "telusur"];
/// The version of the archive has another head.
const OTHER_HEAD: &str = "K004";
/// The file is another one, and its code the same.
const OTHER_FILE: &str = "B002";

/// Returns what differs between a printed document and the archive: by its code, and by the place and the SHA-256 of its file where that
/// is given.
pub(super) fn findings(
    workspace: &Arc<Workspace>,
    code: &BookCode,
    file: Option<(&Path, &str)>,
) -> Result<Vec<Finding>> {
    let mut others = Vec::new();
    for workspace in as_entered(workspace, code) {
        let printed = Printed::of(&workspace, code)?;
        let document = printed.document(code)?;
        let mut found = printed.findings(code)?;
        let says_the_same = found.iter().all(|finding| finding.code == OTHER_HEAD);
        let is_one = match (file, document) {
            (Some((_, sha256)), Some(document)) if says_the_same => is_one_of(&workspace, document, sha256)?,
            _ => says_the_same,
        };
        if is_one {
            return Ok(found);
        }
        if says_the_same && let Some((path, _)) = file {
            found.push(Finding { code: OTHER_FILE, place: path.display().to_string(), count: 1 });
        }
        others.push((!says_the_same, found));
        // Of what was entered nothing else says anything.
        if !matches!(document, Some(Document::Review(_) | Document::Compliance(_))) {
            break;
        }
    }
    // Another file is less than other words; of two states the later one is told of.
    let nearest = others.into_iter().min_by_key(|(says_other, _)| *says_other);
    Ok(nearest.map(|(_, found)| found).unwrap_or_default())
}

/// Whether a code is of a document of a month that says what the archive gives; where the SHA-256 of its file is given, whether the file
/// is the one that the archive gives.
pub(crate) fn is_of_archive(workspace: &Arc<Workspace>, code: &BookCode, sha256: Option<&str>) -> Result<bool> {
    let archive = workspace.archive()?;
    let is_known = |code: &BookCode| -> bool {
        archive.version().is_some_and(|newest| code.version <= newest)
            && archive.months().contains(&code.month)
            && documents::known(&workspace.facts).iter().any(|document| document.id == code.id)
    };
    let file = sha256.map(|sha256| (Path::new(""), sha256));
    Ok(is_known(code) && findings(workspace, code, file)?.is_empty())
}

/// Returns the office as it is, and as it was before each later entry that may bind the document's month, the latest first.
fn as_entered(workspace: &Arc<Workspace>, code: &BookCode) -> impl Iterator<Item = Arc<Workspace>> {
    let decided = workspace.decisions.iter().filter(|decision| decision.valid_from <= code.month.last_day());
    let remarked = workspace.remarks.of_month(code.month);
    let entered = decided.map(|decision| decision.entered).chain(remarked.map(|remark| remark.entered));
    let entered: BTreeSet<i64> = entered.map(|at| at.timestamp_millis()).collect();
    let now = Arc::clone(workspace);
    let workspace = Arc::clone(workspace);
    let before = entered.into_iter().rev().map(move |at_ms| workspace.entered_until(at_ms - 1));
    std::iter::once(now).chain(before)
}

/// Whether a file is a volume of a document, by any of the standards, the usual one first.
fn is_one_of(workspace: &Workspace, document: Document<'_>, sha256: &str) -> Result<bool> {
    let renderer = workspace.config.renderer()?;
    let volumes = PdfStandard::ALL.into_iter().flat_map(|s| (1..=document.volumes()).map(move |volume| (volume, s)));
    for (volume, standard) in volumes {
        let rendered = renderer.pdf(document, volume, &workspace.config.office, standard)?;
        if pipeline::sha256(&rendered.bytes) == sha256 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The documents to which a code belongs: those of its month, in the version of the archive from which it was printed.
struct Printed {
    head: String,
    /// What the archive's log states of that version.
    log: Option<LogPosition>,
    /// None for what says what was found on its day.
    documents: Option<MonthDocuments>,
}

impl Printed {
    fn of(workspace: &Arc<Workspace>, code: &BookCode) -> Result<Self> {
        let then = workspace.snapshot_at(code.version)?;
        let provenance = then.archive.provenance()?;
        let (head, log) = (BookCode::short_head(&provenance.head), provenance.statement.as_ref().map(LogPosition::of));
        let disclosure = if code.masked { Disclosure::Masked } else { Disclosure::Full };
        if OF_THEIR_DAY.contains(&code.id.as_str()) {
            return Ok(Self { head, log, documents: None });
        }
        let mut documents = MonthDocuments::of(&then, code.month, code.day, disclosure, |id| id == code.id)?;
        // Which copy of the compliance report it is, its code does not say in words.
        for (hide, unset) in [(true, true), (true, false), (false, true), (false, false)] {
            documents = documents.of_copy(hide, unset);
            let named = documents.documents().into_iter().find(|document| document.id() == code.id);
            let given = named.map(reports::code).transpose()?.flatten();
            if given.is_some_and(|given| given.says_the_same(code)) {
                break;
            }
        }
        Ok(Self { head, log, documents: Some(documents) })
    }

    /// The document that the code names.
    fn document(&self, code: &BookCode) -> Result<Option<Document<'_>>> {
        let Some(documents) = &self.documents else { return Ok(None) };
        let named = documents.documents().into_iter().find(|document| document.id() == code.id);
        Ok(Some(named.with_context(|| format!("there is no document `{}`", code.id))?))
    }

    /// Returns what differs between the printed code and that of the archive.
    fn findings(&self, code: &BookCode) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if !code.head.is_empty() && code.head != self.head {
            let place = format!("versi {}: {} tercetak, {} dalam arsip", code.version, code.head, self.head);
            findings.push(Finding { code: OTHER_HEAD, place, count: 1 });
        }
        if let Some(printed) = code.log.as_ref().filter(|printed| Some(*printed) != self.log.as_ref()) {
            let said = |log: &LogPosition| format!("{} {}", log.size, log.root);
            let held = self.log.as_ref().map_or_else(|| "tidak ada".to_owned(), said);
            let place = format!("versi {}: {} tercetak, {held} dalam pohon sidik arsip", code.version, said(printed));
            findings.push(Finding { code: OTHER_HEAD, place, count: 1 });
        }
        let Some(document) = self.document(code)? else { return Ok(findings) };
        let given = reports::code(document)?.with_context(|| format!("`{}` is of no archive", code.id))?;
        if !given.says_the_same(code) {
            let place = format!("{}: {} baris tercetak, {} baris dalam arsip", code.id, code.rows, given.rows);
            let is_book = matches!(document, Document::Book(_));
            findings.push(Finding { code: if is_book { "B001" } else { "K003" }, place, count: 1 });
        }
        Ok(findings)
    }
}
