//! Workbooks: a sheet with a frozen heading, in which numbers and dates are typed and everything else is text, and a sheet of notes.
//!
//! Invariant: text is written as text, so that no cell can be a formula. The same table gives the same bytes.

use crate::table::{Item, Table};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};
use schemas::Month;
use schemas::number::of_count;

/// The greatest width of a column, in characters.
const WIDEST: usize = 60;
/// The greatest number of characters of a cell in Excel.
const LONGEST: usize = 32_767;

/// Returns a workbook whose first sheet has that name. It is dated at the end of its month.
pub(crate) fn write(name: &str, month: Month, table: &Table, notes: &[(&str, String)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&format!("{}T23:59:59Z", month.last_day()))?;
    let properties = DocProperties::new().set_author(concat!("tertib ", env!("CARGO_PKG_VERSION"))).set_title(name);
    workbook.set_properties(&properties.set_creation_datetime(&made));
    let head =
        Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Center).set_border_bottom(FormatBorder::Thin);
    let text = Format::new().set_num_format("@");
    let (date, datetime) =
        (Format::new().set_num_format("dd-mm-yyyy"), Format::new().set_num_format("dd-mm-yyyy hh:mm"));
    let sheet = workbook.add_worksheet().set_name(sheet_name(name))?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, label) in (0_u16..).zip(&table.head) {
        sheet.write_string_with_format(0, column, label, &head)?;
        let cells = table.rows.iter().filter_map(|row| row.get(usize::from(column)));
        let widest = cells.map(|item| item.text().chars().count()).chain([label.chars().count().min(18)]).max();
        sheet.set_column_width(
            column,
            f64::from(u16::try_from(widest.unwrap_or(8).clamp(4, WIDEST) + 2).unwrap_or(8)),
        )?;
    }
    for (row, items) in (1_u32..).zip(&table.rows) {
        for (column, item) in (0_u16..).zip(items) {
            match item {
                Item::Empty => {}
                Item::Text(words) => {
                    let words: String = words.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect();
                    sheet.write_string_with_format(row, column, words, &text)?;
                }
                Item::Integer(n) => drop(sheet.write_number(row, column, of_count(*n))?),
                Item::Real(x) => drop(sheet.write_number(row, column, *x)?),
                Item::Date(day) => {
                    let moment = ExcelDateTime::parse_from_str(&day.format("%Y-%m-%dT00:00:00").to_string())?;
                    sheet.write_datetime_with_format(row, column, &moment, &date)?;
                }
                Item::DateTime(local) => {
                    let moment = ExcelDateTime::parse_from_str(&local.format("%Y-%m-%dT%H:%M:%S").to_string())?;
                    sheet.write_datetime_with_format(row, column, &moment, &datetime)?;
                }
            }
        }
    }
    let sheet = workbook.add_worksheet().set_name("Keterangan")?;
    for (row, (label, value)) in (0_u32..).zip(notes) {
        sheet.write_string_with_format(row, 0, *label, &head)?;
        sheet.write_string_with_format(row, 1, value, &text)?;
    }
    sheet.set_column_width(0, 16)?;
    sheet.set_column_width(1, 80)?;
    workbook.save_to_buffer()
}

/// Returns a name that Excel allows for a sheet: at most 31 characters, none of them `[]:*?/\`.
fn sheet_name(name: &str) -> String {
    name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect()
}
