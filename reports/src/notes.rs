//! Notes about a table: the document, which copy of it, and the state of the archive.
//!
//! Gives   the sheet "Keterangan" of a workbook, and the file of that name next to a CSV file, which has only rows itself

use crate::Document;
use crate::book::copy_of;
use schemas::document::{Coverage, PaperSet};

/// Returns labels and values, in the order in which they are listed.
pub(crate) fn notes(document: Document<'_>) -> Vec<(&'static str, String)> {
    let mut notes = vec![("Dokumen", document.name())];
    match document {
        Document::Calendar(calendar) => {
            notes.extend([("Tahun", calendar.year.to_string()), ("Program", calendar.program.clone())]);
        }
        Document::Verification(report) => notes.push(("Tanggal", crate::indonesian::long_date(report.on))),
        Document::Disposal(report) => notes.push(("Tanggal", crate::indonesian::long_date(report.on))),
        Document::Trace(trace) => {
            notes.push(("Tanggal", crate::indonesian::long_date(trace.on)));
            notes.push(("Tentang", format!("{} {}", trace.subject.word(), trace.subject.id())));
            notes.push(("Salinan", crate::trace::copy_of(trace).to_owned()));
            notes.push(("Zona waktu", trace.zone.to_string()));
            if !trace.purpose.is_empty() {
                notes.push(("Keperluan", trace.purpose.clone()));
            }
        }
        Document::Paper(PaperSet { day: Some(day), .. }) => notes.push(("Tanggal", crate::indonesian::long_date(*day))),
        _ => notes.push(("Bulan", document.month().indonesian())),
    }
    match document {
        Document::Book(book) | Document::Destruction(book, _) => {
            notes.push(("Salinan", copy_of(book).to_owned()));
            notes.push(("Zona waktu", book.zone.to_string()));
            notes.push(("Kode", book.code.to_string()));
        }
        Document::Paper(papers) => {
            notes.push(("Salinan", crate::paper::copy_of(papers).to_owned()));
            notes.push(("Zona waktu", papers.zone.to_string()));
        }
        Document::Narrowed(review) => {
            notes.push(("Saringan", crate::narrowed::words(review)));
            notes.push(("Batasan", [crate::narrowed::LEFT_OUT, crate::narrowed::FOR_THE_OFFICE].join(" ")));
        }
        Document::Review(review) => {
            notes.extend(crate::public_copy::notice(review).map(|words| ("Salinan", words.to_owned())));
        }
        Document::Compliance(sheet) if sheet.hide_small => {
            notes.push(("Salinan", crate::compliance::WITHHELD.to_owned()));
        }
        _ => {}
    }
    if let Some(provenance) = document.provenance() {
        notes.extend([
            ("Versi arsip", provenance.archive_version.to_string()),
            ("Peristiwa", provenance.events.to_string()),
            ("Data sampai", provenance.complete_until()),
            ("Sidik arsip", provenance.head.clone()),
            ("Program", provenance.program.clone()),
        ]);
    }
    if let Some(state) = crate::state::note(document) {
        notes.push(("Keadaan", state));
    }
    if let Some(coverage) = document.coverage() {
        let words = match coverage {
            Coverage::Complete => "seluruh data bulan ini sudah ada dalam arsip",
            Coverage::Provisional => "belum seluruh data bulan ini ada dalam arsip",
        };
        notes.push(("Data dalam arsip", words.to_owned()));
    }
    notes
}
