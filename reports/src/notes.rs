//! Notes about a table: the document, which copy of it, and the state of the archive.
//!
//! Gives   the sheet "Keterangan" of a workbook, and the file of that name next to a CSV file, which has only rows itself

use crate::Document;
use crate::book::copy;
use schemas::document::Coverage;

/// Returns labels and values, in the order in which they are listed.
pub(crate) fn notes(document: Document<'_>) -> Vec<(&'static str, String)> {
    let mut notes = vec![("Dokumen", document.name())];
    match document {
        Document::Calendar(calendar) => {
            notes.extend([("Tahun", calendar.year.to_string()), ("Program", calendar.program.clone())]);
        }
        Document::Verification(report) => notes.push(("Tanggal", crate::indonesian::long_date(report.on))),
        _ => notes.push(("Bulan", document.month().indonesian())),
    }
    match document {
        Document::Book(book) | Document::Destruction(book, _) => {
            notes.push(("Salinan", copy(book.masked).to_owned()));
            notes.push(("Zona waktu", book.zone.to_string()));
            notes.push(("Kode", book.code.to_string()));
        }
        Document::Statement(handover) | Document::Receipt(handover) => {
            notes.push(("Salinan", copy(handover.masked).to_owned()));
            notes.push(("Zona waktu", handover.zone.to_string()));
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
    if let Some(coverage) = document.coverage() {
        let words = match coverage {
            Coverage::Complete => "lengkap",
            Coverage::Provisional => "sementara: belum seluruh data bulan ini ada dalam arsip",
        };
        notes.push(("Kelengkapan data", words.to_owned()));
    }
    notes
}
