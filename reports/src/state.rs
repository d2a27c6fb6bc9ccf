//! Whether a document is final: what it says of the data, of the closing of its month, and of what changed afterwards.
//!
//! Rule    books and reports of a month are provisional until its books are closed; a paper of a day, until the data of it are there

use crate::Document;
use crate::indonesian::{integer, long_date};
use crate::public_copy::UNKNOWN;
use schemas::Month;
use schemas::document::{Closing, ComplianceSheet, Coverage, Provenance, RevisedPart};
use serde_json::{Value, json};

/// Returns what layouts say of the state of a document: whether it is provisional and why, until when the data go, when its month
/// was closed, and that it was before all of it was there. `None` for a document that does not come from an archive.
pub(crate) fn state(document: Document<'_>) -> Option<Value> {
    let provenance = document.provenance()?;
    let why = provisional(document);
    let (closed_on, early) = match Closed::of(document) {
        Closed::By(closing) => (Some(long_date(closing.on)), closing.incomplete.as_deref()),
        Closed::Open | Closed::Never => (None, None),
    };
    Some(json!({
        "sementara": why.is_some(),
        "sebab": why,
        "sampai": provenance.extent(),
        "ditutup": closed_on,
        "tidak_lengkap": early,
    }))
}

/// Returns why a document is provisional; `None` where it is final.
fn provisional(document: Document<'_>) -> Option<&'static str> {
    match (Closed::of(document), document.coverage()) {
        (Closed::Open | Closed::Never, Some(Coverage::Provisional)) => {
            Some(gap(document.provenance()?, document.month()))
        }
        (Closed::Open, _) => Some("Buku bulan ini belum ditutup; angka dan entri masih dapat berubah."),
        (Closed::By(_) | Closed::Never, _) => None,
    }
}

/// Returns until when the data of a document go, after the word that it is provisional, as stands above a sheet of a workbook.
/// `None` for a document that does not come from an archive.
pub(crate) fn heading(document: Document<'_>) -> Option<String> {
    let extent = document.provenance()?.extent();
    Some(match (provisional(document), Closed::of(document)) {
        (Some(_), Closed::Open) => format!("SEMENTARA, buku belum ditutup – {extent}"),
        (Some(_), _) => format!("SEMENTARA – {extent}"),
        (None, _) => extent,
    })
}

/// Returns the state of a document as one note; `None` where it depends neither on a closing nor on more data.
pub(crate) fn note(document: Document<'_>) -> Option<String> {
    match (provisional(document), Closed::of(document)) {
        (Some(why), Closed::Open) => Some(format!("SEMENTARA, buku belum ditutup. {why}")),
        (Some(why), _) => Some(format!("SEMENTARA. {why}")),
        (None, Closed::By(Closing { on, incomplete: Some(reason), .. })) => Some(format!(
            "buku ditutup pada {}, sebelum seluruh data bulan ini ada dalam arsip: {reason}",
            long_date(*on)
        )),
        (None, Closed::By(closing)) => Some(format!("buku ditutup pada {}", long_date(closing.on))),
        (None, _) => None,
    }
}

/// Whether the books of a document's month are closed.
#[derive(Clone, Copy)]
enum Closed<'a> {
    /// They are.
    By(&'a Closing),
    /// They are not.
    Open,
    /// The document does not depend on it.
    Never,
}

impl<'a> Closed<'a> {
    fn of(document: Document<'a>) -> Self {
        let closing = match document {
            Document::Book(book) | Document::Destruction(book, _) => &book.closing,
            Document::Review(review) => &review.sheet.closing,
            Document::Narrowed(review) => &review.cases.sheet.closing,
            Document::Compliance(sheet) => &sheet.closing,
            Document::Paper(papers) if !crate::paper::is_daily(papers) => &papers.closing,
            Document::Paper(_)
            | Document::Verification(_)
            | Document::Disposal(_)
            | Document::Calendar(_)
            | Document::Trial(_)
            | Document::Trace(_) => return Self::Never,
        };
        closing.as_ref().map_or(Self::Open, Self::By)
    }
}

/// Why the data of a month are not all there.
fn gap(provenance: &Provenance, month: Month) -> &'static str {
    let is_over = provenance.complete_until_s.is_none_or(|until| until >= month.end_s(provenance.zone));
    if is_over || provenance.complete_until_s.is_some_and(|until| until < month.start_s(provenance.zone)) {
        "Belum seluruh data bulan ini ada dalam arsip; angka dan entri masih dapat bertambah."
    } else {
        "Data belum mencapai akhir bulan; angka dan entri masih akan bertambah."
    }
}

/// Returns at which end a month is told: its own, or that of the data, while these do not reach it.
pub(crate) fn end(sheet: &ComplianceSheet) -> &'static str {
    let provenance = &sheet.provenance;
    let is_reached = provenance.complete_until_s.is_none_or(|until| until >= sheet.month.end_s(provenance.zone));
    if is_reached { "akhir bulan" } else { "data terakhir" }
}

/// How many changed counts a report names.
const NAMED: usize = 8;

/// Returns what the reports of a month say of their revision: its number and its day, where these are known, and what changed. A copy
/// for outsiders names no counts, only the parts of the report.
pub(crate) fn revision(sheet: &ComplianceSheet) -> Option<Value> {
    let revision = sheet.revision.as_ref()?;
    let counts = if sheet.hide_small { &[][..] } else { revision.changed.as_slice() };
    let (named, others) = counts.split_at(counts.len().min(NAMED));
    let mut changed: Vec<String> =
        named.iter().map(|c| format!("{} {} menjadi {}", c.words, integer(c.before), integer(c.now))).collect();
    if !others.is_empty() {
        changed.push(format!("{} jumlah lain", integer(others.len() as u64)));
    }
    let named = |parts: &[RevisedPart]| parts.iter().map(|part| part.words).collect::<Vec<_>>().join(", ");
    match (revision.parts.is_empty(), revision.unknown.is_empty()) {
        (true, true) => changed.push("semua angka kembali seperti pada saat buku ditutup".to_owned()),
        (true, false) => changed.push("semua angka yang diketahui sama seperti pada saat buku ditutup".to_owned()),
        (false, _) => changed.push(format!("bagian yang berubah: {}", named(&revision.parts))),
    }
    if let Some(number) = revision.number.filter(|_| !revision.since_last.is_empty()) {
        changed.push(format!("terhadap perbaikan ke-{}: {}", number - 1, named(&revision.since_last)));
    }
    if !revision.unknown.is_empty() {
        changed.push(format!("perubahan yang {UNKNOWN}: {}", named(&revision.unknown)));
    }
    Some(json!({"nomor": revision.number, "tanggal": revision.on.map(long_date), "perubahan": changed}))
}
