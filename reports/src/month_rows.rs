//! The public rows of a month as tables for people: CSV line by line, or a workbook.
//!
//! Rule    instants are shown by the office's clocks; text is never a formula

use crate::book::provenance;
use crate::csv::{self, Lines};
use crate::table::{Item, Table};
use crate::xlsx::{Frame, Sheet};
use crate::{RenderError, xlsx};
use schemas::document::{Cell, CsvDialect, Office, Provenance};
use schemas::{Month, Zone};
use std::io::Write;

/// The title of the workbook and its sheet.
const TITLE: &str = "Baris Peristiwa";

/// Rows as CSV, written one after the other.
#[expect(missing_debug_implementations, reason = "what it writes to may be anything")]
pub struct RowsCsv<W: Write> {
    lines: Lines<W>,
    zone: Zone,
}

impl<W: Write> RowsCsv<W> {
    /// Writes the names of the columns.
    ///
    /// # Errors
    /// [`RenderError::Data`] when it cannot be written.
    pub fn begin(to: W, head: &[String], zone: Zone) -> Result<Self, RenderError> {
        let lines = Lines::begin(to, head.iter().map(String::as_str), CsvDialect::Id).map_err(unwritten)?;
        Ok(Self { lines, zone })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`RenderError::Data`] when it cannot be written.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), RenderError> {
        let texts = cells.iter().map(|cell| csv::written(&Item::of(cell, self.zone), CsvDialect::Id));
        self.lines.line(texts).map_err(unwritten)
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// [`RenderError::Data`] when it cannot be written.
    pub fn finish(self) -> Result<(), RenderError> {
        self.lines.finish().map_err(unwritten)
    }
}

fn unwritten(reason: String) -> RenderError {
    RenderError::Data { document: TITLE.to_owned(), reason }
}

/// Returns the rows of a month as a workbook, with what each column means on the last sheet.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn rows_workbook(
    (month, origin): (Month, &Provenance),
    (head, rows): (&[String], &[Vec<Cell>]),
    meanings: &[(&str, &str)],
    office: &Office,
) -> Result<Vec<u8>, RenderError> {
    let frame = Frame {
        letterhead: office.letterhead(),
        title: TITLE.to_owned(),
        period: format!("Bulan {}", month.indonesian()),
        last_day: month.last_day(),
        origin: provenance(origin),
        author: office.dinas.clone(),
        keywords: String::new(),
    };
    let items = |row: &Vec<Cell>| row.iter().map(|cell| Item::of(cell, origin.zone)).collect();
    let table = Table { head: head.to_vec(), rows: rows.iter().map(items).collect(), ..Table::default() };
    let notes: Vec<(&str, String)> = meanings.iter().map(|(name, meaning)| (*name, (*meaning).to_owned())).collect();
    let sheet = Sheet { name: TITLE.to_owned(), table, charts: Vec::new() };
    xlsx::write(&frame, &[sheet], &notes).map_err(|e| unwritten(e.to_string()))
}
