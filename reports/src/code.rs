//! The code by which a printed document is checked against the archive.

use crate::json::said;
use crate::{Document, RenderError};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use schemas::document::{BookCode, LogPosition};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Returns a QR code made of block characters: with dark blocks, for paper, or with light ones, for a dark terminal.
///
/// # Errors
/// [`RenderError::Code`] when the text is too long for a QR code.
pub fn block_code(text: &str, on_paper: bool) -> Result<String, RenderError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(RenderError::Code)?;
    // What the crate calls dark is a block, which shines on a terminal.
    let (ink, ground) = if on_paper { (Dense1x2::Dark, Dense1x2::Light) } else { (Dense1x2::Light, Dense1x2::Dark) };
    Ok(code.render::<Dense1x2>().dark_color(ink).light_color(ground).build())
}

/// Returns the code by which a printed copy is checked; `None` for a document that does not come from an archive, or not from a whole one.
///
/// What a public copy does not tell all of would have another code than the office's archive gives. It has the digest of the rows of a
/// book or list, of the sheets of a paper, or of everything but provenance and remarks of another document.
///
/// # Errors
/// [`RenderError::Data`] when its data cannot be written.
pub fn code(document: Document<'_>) -> Result<Option<BookCode>, RenderError> {
    let Some(provenance) = document.provenance() else { return Ok(None) };
    let (masked, rows) = match document {
        Document::Book(book) => return Ok(Some(book.code.clone())),
        Document::Paper(papers) => return Ok(Some(papers.code.clone())),
        Document::Destruction(list, statement) => (list.masked, statement.counts.len()),
        // They have counts only, and thus no personal data to mask.
        Document::Review(review) => (true, review.sheet.judgements.len()),
        Document::Compliance(sheet) => (true, sheet.judgements.len()),
        Document::Verification(report) => (true, report.findings.len()),
        Document::Disposal(report) => (true, report.files.len()),
        Document::Trace(trace) => (trace.masked, usize::try_from(trace.rows()).unwrap_or(usize::MAX)),
        // Nobody signs a trial, whose value is in no archive, nor a part of a review.
        Document::Calendar(_) | Document::Trial(_) | Document::Narrowed(_) => return Ok(None),
    };
    let is_whole = match document {
        Document::Review(review) => review.is_whole(),
        Document::Compliance(sheet) => sheet.knows_revision(),
        Document::Trace(trace) => !trace.public_copy,
        _ => true,
    };
    if !is_whole {
        return Ok(None);
    }
    let fault = |e: serde_json::Error| RenderError::Data { document: document.name(), reason: e.to_string() };
    let mut said: Value = said(document).map_err(fault)?;
    if let Some(coverage) = document.coverage() {
        said["coverage"] = serde_json::to_value(coverage).map_err(fault)?;
    }
    // A remark may be made after the copy was printed, and changes no number of it.
    leave_out(&mut said, &["provenance", "code", "program", "remarks"]);
    let digest = Sha256::digest(said.to_string().as_bytes());
    Ok(Some(BookCode {
        id: document.id().to_owned(),
        month: document.month(),
        day: None,
        masked,
        version: provenance.archive_version,
        rows: rows as u64,
        digest: digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
        head: BookCode::short_head(&provenance.head),
        log: provenance.statement.as_ref().map(LogPosition::of),
    }))
}

/// Removes the fields of these names at any depth.
fn leave_out(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|field| leave_out(field, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out(item, names)),
        _ => {}
    }
}
