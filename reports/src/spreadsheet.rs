//! Documents for spreadsheets and programs: XLSX, CSV and the notes beside them.

use crate::book::{copy_of, provenance};
use crate::code::code;
use crate::xlsx::{Frame, Sheet};
use crate::{
    Document, RenderError, book, calendar, compliance_workbook, destruction, disposal, narrowed, notes, paper,
    review_workbook, table, trace, trial, verification, xlsx,
};
use schemas::document::{CsvDialect, Office};

fn table(document: Document<'_>) -> table::Table {
    match document {
        Document::Book(book) => book::table(book),
        Document::Review(review) => review_workbook::long_table(review_workbook::sheets(review)),
        Document::Narrowed(review) => review_workbook::long_table(narrowed::sheets(review)),
        Document::Compliance(sheet) => compliance_workbook::table(sheet),
        Document::Calendar(year) => calendar::table(year),
        Document::Trial(trial) => trial::table(trial),
        Document::Trace(of) => review_workbook::long_table(trace::sheets(of)),
        Document::Verification(report) => verification::table(report),
        Document::Disposal(report) => disposal::table(report),
        Document::Destruction(_, statement) => destruction::table(statement),
        Document::Paper(papers) => paper::table(papers),
    }
}

/// Returns the document as a workbook that prints like it, with typed columns, in which text is never a formula. The last sheet
/// describes the document.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn workbook(document: Document<'_>, office: &Office) -> Result<Vec<u8>, RenderError> {
    let sheets = match document {
        Document::Review(review) => review_workbook::sheets(review),
        Document::Narrowed(review) => narrowed::sheets(review),
        Document::Compliance(sheet) => compliance_workbook::sheets(sheet),
        Document::Trace(of) => trace::sheets(of),
        _ => vec![Sheet { name: document.title(), table: table(document), charts: Vec::new() }],
    };
    let written = xlsx::write(&frame(document, office)?, &sheets, &notes::notes(document));
    written.map_err(|e| RenderError::Data { document: document.name(), reason: e.to_string() })
}

fn frame(document: Document<'_>, office: &Office) -> Result<Frame, RenderError> {
    let copy = match document {
        Document::Book(book) => Some(copy_of(book)),
        Document::Paper(papers) => Some(paper::copy_of(papers)),
        Document::Trace(of) => Some(trace::copy_of(of)),
        _ => None,
    };
    let period = [Some(document.period()), copy.map(str::to_owned), crate::state::heading(document)];
    Ok(Frame {
        letterhead: office.letterhead(),
        title: document.title(),
        period: period.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        last_day: document.last_day(),
        origin: document.provenance().map_or_else(|| document.name(), provenance),
        author: office.dinas.clone(),
        keywords: code(document)?.map_or_else(String::new, |code| code.to_string()),
    })
}

/// Returns the document as CSV. Text that a spreadsheet would take for a formula has an apostrophe in front of it.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn csv(document: Document<'_>, dialect: CsvDialect) -> Result<Vec<u8>, RenderError> {
    crate::csv::write(&table(document), dialect)
        .map_err(|reason| RenderError::Data { document: document.name(), reason })
}

/// Returns the notes that are written next to the CSV file of a document, one per line.
#[must_use]
pub fn csv_notes(document: Document<'_>) -> String {
    notes::notes(document).into_iter().map(|(label, value)| format!("{label}: {value}\n")).collect()
}

/// Returns any rows as CSV for programs.
///
/// # Errors
/// [`RenderError::Data`] when they cannot be written.
pub fn csv_rows(head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, RenderError> {
    let written = crate::csv::lines(head.iter().copied(), rows.iter().map(|row| row.iter()), CsvDialect::Rfc4180);
    written.map_err(|reason| RenderError::Data { document: "csv".to_owned(), reason })
}

/// Returns any rows as CSV for programs, without a header line.
///
/// # Errors
/// [`RenderError::Data`] when they cannot be written.
pub fn csv_lines(rows: &[Vec<String>]) -> Result<Vec<u8>, RenderError> {
    let written = crate::csv::rows_alone(rows.iter().map(|row| row.iter()));
    written.map_err(|reason| RenderError::Data { document: "csv".to_owned(), reason })
}
