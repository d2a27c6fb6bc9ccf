//! The answer to a question as a workbook.
//!
//! Gives   a sheet with the rows, typed, under a frozen head; a sheet that says what was asked, and the digest
//! Invariant: text is written as text, so that no cell can be a formula. The same answer gives the same bytes.

use crate::RenderError;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The greatest number of characters of a cell in Excel.
const LONGEST: usize = 32_767;

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerCell {
    /// No value.
    Empty,
    /// A text.
    Text(String),
    /// A number that a spreadsheet holds exactly.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// An instant in UTC: `2026-10-31T08:00:00Z`.
    Instant(String),
    /// A day: `2026-10-31`.
    Day(String),
}

/// Returns a workbook of rows, with notes of label and value.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn answer_workbook(
    head: &[&str],
    rows: &mut dyn Iterator<Item = Vec<AnswerCell>>,
    notes: &[(&str, String)],
) -> Result<Vec<u8>, RenderError> {
    let fault = |reason: String| RenderError::Data { document: "xlsx".to_owned(), reason };
    let mut workbook = Workbook::new();
    written(&mut workbook, head, rows, notes).map_err(|e| fault(e.to_string()))?;
    workbook.save_to_buffer().map_err(|e| fault(e.to_string()))
}

fn written(
    workbook: &mut Workbook,
    head: &[&str],
    rows: &mut dyn Iterator<Item = Vec<AnswerCell>>,
    notes: &[(&str, String)],
) -> Result<(), XlsxError> {
    // A workbook says when it was made; an answer has no such time.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("Jawaban").set_creation_datetime(&made));
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let (day, instant) =
        (Format::new().set_num_format("dd-mm-yyyy"), Format::new().set_num_format("dd-mm-yyyy hh:mm:ss"));
    let sheet = workbook.add_worksheet().set_name("Jawaban")?;
    for (column, label) in (0_u16..).zip(head) {
        sheet.write_string_with_format(0, column, short(label), &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(&cells) {
            cell.write(sheet, (row, column), (&text, &day, &instant))?;
        }
    }
    let sheet = workbook.add_worksheet().set_name("Keterangan")?;
    for (row, (label, value)) in (0_u32..).zip(notes) {
        sheet.write_string_with_format(row, 0, *label, &bold)?;
        sheet.write_string_with_format(row, 1, short(value), &text)?;
    }
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(1, 80)?;
    Ok(())
}

impl AnswerCell {
    fn write(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        (text, day, instant): (&Format, &Format, &Format),
    ) -> Result<(), XlsxError> {
        match self {
            Self::Empty => return Ok(()),
            Self::Text(value) => sheet.write_string_with_format(row, column, short(value), text)?,
            Self::Number(value) => sheet.write_number(row, column, *value)?,
            Self::Boolean(value) => sheet.write_boolean(row, column, *value)?,
            // Years that a spreadsheet does not know stay texts.
            Self::Instant(value) | Self::Day(value) => {
                let format = if matches!(self, Self::Day(_)) { day } else { instant };
                match ExcelDateTime::parse_from_str(value) {
                    Ok(moment) => sheet.write_datetime_with_format(row, column, &moment, format)?,
                    Err(_) => sheet.write_string_with_format(row, column, value, text)?,
                }
            }
        };
        Ok(())
    }
}

/// A text that a cell can hold.
fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
