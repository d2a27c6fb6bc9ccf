//! What a table of a document says of itself beside its rows: which copy of what it is, and of which state of the archive.
//!
//! Gives   the sheet "Keterangan" of a workbook, and the file of the same name beside a CSV file, whose rows stay alone

use crate::Document;
use crate::book::copy;
use schemas::document::Coverage;

/// Label and value, in the order in which they are read.
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
