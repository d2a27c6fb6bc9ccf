//! Workbooks: sheets that print like the document, in which numbers and dates are typed and everything else is text, and a sheet of
//! notes.
//!
//! Above the head stand the letterhead, the title and the period; below it a row of column numbers, on which rows are filtered.
//!
//! Invariant: text is written as text, so that no cell can be a formula. The same document gives the same bytes.

use crate::drawing::{Area, Drawing, chart, place_of};
use crate::table::{Item, Table, hours, minutes};
use chrono::NaiveDate;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};
use schemas::number::of_whole;
use std::collections::BTreeSet;

/// The greatest width of a column, in characters; longer texts are broken into lines.
const WIDEST: usize = 45;
/// The greatest number of characters of a cell, of a sheet's name and of a footer in Excel.
const LONGEST: usize = 32_767;
const LONGEST_NAME: usize = 31;
const LONGEST_FOOTER: usize = 200;
/// Folio, 8.5 by 13 inches, which is F4 but for a millimetre, and A4.
const F4: u8 = 14;
const A4: u8 = 9;
/// Margins left, right, top, bottom, and those of header and footer, in inches.
const MARGINS: [f64; 6] = [0.6, 0.4, 0.5, 0.7, 0.3, 0.3];

/// What a workbook says of itself.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The lines of the letterhead.
    pub(crate) letterhead: Vec<String>,
    pub(crate) title: String,
    /// The period, which copy it is, and until when the data go.
    pub(crate) period: String,
    /// At whose end it is dated.
    pub(crate) last_day: NaiveDate,
    /// Where the data come from.
    pub(crate) origin: String,
    /// The office that issues it.
    pub(crate) author: String,
    /// The code by which it is checked; may be empty.
    pub(crate) keywords: String,
}

/// A sheet of a workbook.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Its name, which is shortened at a word if it is too long for Excel.
    pub(crate) name: String,
    pub(crate) table: Table,
    pub(crate) charts: Vec<Drawing>,
}

/// Returns a sheet without charts.
pub(crate) fn plain(name: &str, table: Table) -> Sheet {
    Sheet { name: name.to_owned(), table, charts: Vec::new() }
}

/// Formats of cells.
struct Formats {
    bold: Format,
    title: Format,
    head: Format,
    number_of_column: Format,
    text: Format,
    integer: Format,
    number: Format,
    date: Format,
    datetime: Format,
    duration: Format,
    note: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let centred = cell.clone().set_align(FormatAlign::Center);
        let bold = Format::new().set_bold();
        Self {
            title: bold.clone().set_font_size(13),
            bold,
            head: centred.clone().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter),
            number_of_column: centred.clone().set_background_color(0x00E6_E6E6).set_font_size(9),
            text: cell.clone().set_num_format("@").set_text_wrap(),
            integer: cell.clone().set_num_format("#,##0"),
            number: cell.clone().set_num_format("#,##0.00"),
            duration: cell.set_num_format("[h]:mm:ss"),
            date: centred.clone().set_num_format("dd-mm-yyyy"),
            datetime: centred.set_num_format("dd-mm-yyyy hh:mm"),
            note: Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// Returns a workbook.
pub(crate) fn write(frame: &Frame, sheets: &[Sheet], notes: &[(&str, String)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&format!("{}T23:59:59Z", frame.last_day))?;
    let properties = DocProperties::new()
        .set_author(&frame.author)
        .set_title(&frame.title)
        .set_subject(&frame.period)
        .set_keywords(&frame.keywords)
        .set_comment(&frame.origin);
    workbook.set_properties(&properties.set_creation_datetime(&made));
    let formats = Formats::new();
    for sheet in sheets {
        fill(workbook.add_worksheet(), frame, sheet, &formats)?;
    }
    let sheet = workbook.add_worksheet().set_name("Keterangan")?;
    print_setup(sheet, frame, A4);
    for (row, (label, value)) in (0_u32..).zip(notes) {
        sheet.write_string_with_format(row, 0, *label, &formats.bold)?;
        sheet.write_string_with_format(row, 1, value, &formats.note)?;
    }
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(1, 80)?;
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, frame: &Frame, of: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    let Table { head, opening, .. } = &of.table;
    let rows: Vec<&Vec<Item>> = (!opening.is_empty()).then_some(opening).into_iter().chain(&of.table.rows).collect();
    let name = sheet_name(&of.name);
    sheet.set_name(&name)?;
    print_setup(sheet, frame, F4);
    sheet.set_landscape();
    let mut at = 0;
    for line in &frame.letterhead {
        sheet.write_string_with_format(at, 0, line, &formats.bold)?;
        at += 1;
    }
    let title = if of.name == frame.title { frame.title.clone() } else { format!("{}: {}", frame.title, of.name) };
    sheet.write_string_with_format(at, 0, title.to_uppercase(), &formats.title)?;
    sheet.write_string(at + 1, 0, &frame.period)?;
    let (head_row, numbers) = (at + 2, at + 3);
    let last_column = u16::try_from(head.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let widths: Vec<usize> = (0..head.len()).map(|column| width(&of.table, column)).collect();
    let labels = head.iter().map(String::as_str).zip(&widths);
    sheet.set_row_height(head_row, LINE_PT * lines(labels))?;
    for (column, label) in (0_u16..).zip(head) {
        sheet.write_string_with_format(head_row, column, label, &formats.head)?;
        sheet.write_number_with_format(numbers, column, f64::from(column) + 1.0, &formats.number_of_column)?;
    }
    for (column, width) in (0_u16..).zip(&widths) {
        sheet.set_column_width(column, f64::from(u16::try_from(*width).unwrap_or(u16::MAX)))?;
    }
    for (row, items) in (numbers + 1..).zip(&rows) {
        for (column, item) in (0_u16..).zip(items.iter()) {
            put(sheet, row, column, item, formats)?;
        }
        let texts: Vec<String> = items.iter().map(Item::text).collect();
        let lines = lines(texts.iter().map(String::as_str).zip(&widths));
        if lines > 1.0 {
            sheet.set_row_height(row, LINE_PT * lines)?;
        }
    }
    let last_row = numbers + u32::try_from(rows.len()).unwrap_or(u32::MAX - numbers);
    for (column, item) in (0_u16..).zip(of.table.sums().unwrap_or_default()) {
        put(sheet, last_row + 1, column, &item, formats)?;
    }
    sheet.set_freeze_panes(numbers + 1, 0)?;
    sheet.set_repeat_rows(head_row, numbers)?;
    if !rows.is_empty() {
        sheet.autofilter(numbers, 0, last_row, last_column)?;
        // Digits that are text, such as a NIK, are meant to be text.
        sheet.ignore_error_range(numbers + 1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        let area = Area { name: &name, head_row, first: numbers + 1, last: last_row };
        let mut breaks = BTreeSet::new();
        for (drawing, before) in of.charts.iter().zip(0..) {
            let (right, down) = place_of(before);
            let row = last_row + 3 + down;
            sheet.insert_chart_with_offset(row, 0, &chart(drawing, &area), right, 0)?;
            breaks.extend((down > 0).then_some(row));
        }
        // A page has one row of charts, so that none is torn.
        sheet.set_page_breaks(&breaks.into_iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

/// One page wide, the head on each page, below it where the data come from and which page it is.
fn print_setup(sheet: &mut Worksheet, frame: &Frame, paper: u8) {
    let [left, right, top, bottom, header, footer] = MARGINS;
    // An ampersand begins a code of the footer.
    let origin: String = frame.origin.replace('&', "&&").chars().take(LONGEST_FOOTER).collect();
    sheet
        .set_paper_size(paper)
        .set_print_fit_to_pages(1, 0)
        .set_margins(left, right, top, bottom, header, footer)
        .set_footer(format!("&L&7{origin}&R&8Halaman &P dari &N"));
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, item: &Item, formats: &Formats) -> Result<(), XlsxError> {
    match item {
        Item::Empty => sheet.write_blank(row, column, &formats.text)?,
        Item::Text(words) => {
            let words: String = words.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect();
            sheet.write_string_with_format(row, column, words, &formats.text)?
        }
        Item::Integer(n) => sheet.write_number_with_format(row, column, of_whole(*n), &formats.integer)?,
        Item::Share { share, decimals } => {
            let percent = formats.number.clone().set_num_format(format!("0.{}%", "0".repeat(*decimals)));
            sheet.write_number_with_format(row, column, *share, &percent)?
        }
        Item::Hours(seconds) => sheet.write_number_with_format(row, column, hours(*seconds), &formats.number)?,
        Item::Minutes(seconds) => sheet.write_number_with_format(row, column, minutes(*seconds), &formats.number)?,
        // A day is 1.
        Item::Duration(seconds) => {
            sheet.write_number_with_format(row, column, hours(*seconds) / 24.0, &formats.duration)?
        }
        // A table has the days of a period in two columns.
        Item::Period(..) | Item::Unknown => sheet.write_string_with_format(row, column, item.text(), &formats.text)?,
        Item::Date(day) => {
            let moment = ExcelDateTime::parse_from_str(&day.format("%Y-%m-%dT00:00:00").to_string())?;
            sheet.write_datetime_with_format(row, column, &moment, &formats.date)?
        }
        Item::DateTime(local) => {
            let moment = ExcelDateTime::parse_from_str(&local.format("%Y-%m-%dT%H:%M:%S").to_string())?;
            sheet.write_datetime_with_format(row, column, &moment, &formats.datetime)?
        }
    };
    Ok(())
}

/// The width of a column in characters: that of its longest value or of the longest word of its head.
fn width(table: &Table, column: usize) -> usize {
    let length = |text: &str| text.chars().count();
    let cells = table.rows.iter().filter_map(|row| row.get(column)).map(|item| length(&item.text()));
    let sums = table.sums().and_then(|sums| sums.get(column).map(|item| length(&item.text())));
    let words = table.head.get(column).into_iter().flat_map(|label| label.split_whitespace()).map(length);
    let widest = if table.widest == 0 { WIDEST } else { table.widest };
    cells.chain(sums).chain(words).max().unwrap_or(0).clamp(4, widest) + 2
}

/// The height of a line, in points.
const LINE_PT: f64 = 15.0;

/// How many lines the longest of some texts takes in its column. No program that opens the file need measure.
fn lines<'a>(texts: impl Iterator<Item = (&'a str, &'a usize)>) -> f64 {
    let of = |(text, width): (&str, &usize)| {
        let mut lines = 1_u16;
        let mut used = 0;
        for word in text.split_whitespace().map(|word| word.chars().count()) {
            if used > 0 && used + 1 + word > *width {
                (lines, used) = (lines.saturating_add(1), 0);
            }
            lines = lines.saturating_add(u16::try_from(word.saturating_sub(1) / (*width).max(1)).unwrap_or(u16::MAX));
            used += word + usize::from(used > 0);
        }
        lines
    };
    // Excel has no row higher than 409 points.
    f64::from(texts.map(of).max().unwrap_or(1).min(27))
}

/// Returns a name that Excel allows for a sheet: none of `[]:*?/\`, and cut after a word if it is too long.
fn sheet_name(name: &str) -> String {
    let allowed: String = name.chars().filter(|c| !"[]:*?/\\".contains(*c)).collect();
    let mut kept = String::new();
    for word in allowed.split_whitespace() {
        let longer = if kept.is_empty() { word.to_owned() } else { format!("{kept} {word}") };
        if longer.chars().count() > LONGEST_NAME {
            break;
        }
        kept = longer;
    }
    if kept.is_empty() { allowed.chars().take(LONGEST_NAME).collect() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_named_by_whole_words() {
        assert_eq!(sheet_name("Buku Registrasi Pengambilan"), "Buku Registrasi Pengambilan");
        assert_eq!(sheet_name("Formulir Laporan Harian Penerbitan KTP-el"), "Formulir Laporan Harian");
        assert_eq!(sheet_name("Daftar [1/2]: isi?"), "Daftar 12 isi");
        assert_eq!(sheet_name(&"X".repeat(40)), "X".repeat(31));
    }
}
