//! CSV in two dialects: one that a spreadsheet of an Indonesian office opens with a double click, and one for programs.
//!
//! Invariant: no spreadsheet takes a cell for a formula.

use crate::table::{Item, Table};
use csv::{Terminator, Writer, WriterBuilder};
use schemas::document::CsvDialect;
use std::io::Write;

/// By this mark a spreadsheet knows UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

pub(crate) fn write(table: &Table, dialect: CsvDialect) -> Result<Vec<u8>, String> {
    // What was carried in and what the rows come to stand where the document has them.
    let above = Some(&table.opening).filter(|row| !row.is_empty()).into_iter();
    let below = Some(&table.totals).filter(|row| !row.is_empty());
    let rows = above.chain(&table.rows).chain(below).map(|row| row.iter().map(|item| written(item, dialect)));
    lines(table.head.iter().map(String::as_str), rows, dialect)
}

/// Returns a header line and rows.
pub(crate) fn lines<'h, T: AsRef<str>>(
    head: impl Iterator<Item = &'h str>,
    rows: impl Iterator<Item = impl Iterator<Item = T>>,
    dialect: CsvDialect,
) -> Result<Vec<u8>, String> {
    let mut lines = Lines::begin(Vec::new(), head, dialect)?;
    for row in rows {
        lines.line(row)?;
    }
    lines.0.into_inner().map_err(|e| e.to_string())
}

/// A file that is written line by line.
pub(crate) struct Lines<W: Write>(Writer<W>);

impl<W: Write> Lines<W> {
    /// Writes the header line.
    pub(crate) fn begin<'h>(
        mut to: W,
        head: impl Iterator<Item = &'h str>,
        dialect: CsvDialect,
    ) -> Result<Self, String> {
        let mut builder = WriterBuilder::new();
        if dialect == CsvDialect::Id {
            builder.delimiter(b';').terminator(Terminator::CRLF);
            to.write_all(BYTE_ORDER_MARK).map_err(|e| e.to_string())?;
        }
        let mut lines = Self(builder.from_writer(to));
        lines.line(head)?;
        Ok(lines)
    }

    /// Writes a line.
    pub(crate) fn line<T: AsRef<str>>(&mut self, cells: impl Iterator<Item = T>) -> Result<(), String> {
        self.0.write_record(cells.map(|cell| harmless(cell.as_ref()))).map_err(|e| e.to_string())
    }

    /// Writes what is not written yet.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.0.flush().map_err(|e| e.to_string())
    }
}

/// Returns rows for programs without a header line.
pub(crate) fn rows_alone<T: AsRef<str>>(
    rows: impl Iterator<Item = impl Iterator<Item = T>>,
) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(|cell| harmless(cell.as_ref()))).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// Returns the text of a cell.
pub(crate) fn written(item: &Item, dialect: CsvDialect) -> String {
    match (dialect, item) {
        (CsvDialect::Rfc4180, _) => item.plain(),
        (CsvDialect::Id, Item::Share { .. } | Item::Hours(_) | Item::Minutes(_)) => item.plain().replace('.', ","),
        (CsvDialect::Id, _) => item.text(),
    }
}

/// Puts an apostrophe in front of a text that begins like a formula. Numbers remain as they are.
fn harmless(cell: &str) -> String {
    let is_number = || cell.replacen(',', ".", 1).parse::<f64>().is_ok();
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        let row = |cells: [&str; 2]| cells.map(Item::from).to_vec();
        let table = Table::new(["a", "b"], vec![row(["=cmd|'/c calc'!A1", "-5"]), row(["x,\"y\"", "@SUM"])]);
        let text = String::from_utf8(write(&table, CsvDialect::Rfc4180).unwrap()).unwrap();
        assert_eq!(text, "a,b\n'=cmd|'/c calc'!A1,-5\n\"x,\"\"y\"\"\",'@SUM\n");
    }

    #[test]
    fn what_was_carried_in_and_what_it_comes_to_stand_around_the_rows() {
        let row = |text: &str, n: u64| vec![Item::from(text), n.into()];
        let stock = Table {
            opening: row("Sisa bulan lalu", 90),
            totals: row("Jumlah", 97),
            ..Table::new(["Uraian", "Keping"], vec![row("Terima", 7)])
        };
        let text = String::from_utf8(write(&stock, CsvDialect::Rfc4180).unwrap()).unwrap();
        assert_eq!(text, "Uraian,Keping\nSisa bulan lalu,90\nTerima,7\nJumlah,97\n");
        // The sum of a column is for whoever reads a sheet; a file is added up by who opens it.
        let counts = Table::new(["Uraian", "Keping"], vec![row("Terima", 7)]).summing(&[1]);
        assert_eq!(
            String::from_utf8(write(&counts, CsvDialect::Rfc4180).unwrap()).unwrap(),
            "Uraian,Keping\nTerima,7\n"
        );
    }

    #[test]
    fn an_office_of_indonesia_opens_it_with_a_double_click() {
        let day: chrono::NaiveDate = "2026-10-05".parse().unwrap();
        let rows = vec![
            vec![
                Item::Date(day),
                Item::DateTime(day.and_hms_opt(8, 2, 0).unwrap()),
                Item::Share { share: 0.815, decimals: 2 },
            ],
            vec![Item::from("a;b, c"), Item::Hours(-5_400), Item::from("=1+1")],
        ];
        let text = |dialect| String::from_utf8(write(&Table::new(["x", "y", "z"], rows.clone()), dialect).unwrap());
        let said = "\u{FEFF}x;y;z\r\n05-10-2026;05-10-2026 08.02;81,50\r\n\"a;b, c\";-1,50;'=1+1\r\n";
        assert_eq!(text(CsvDialect::Id).unwrap(), said);
        let said = "x,y,z\n2026-10-05,2026-10-05T08:02:00,81.50\n\"a;b, c\",-1.50,'=1+1\n";
        assert_eq!(text(CsvDialect::Rfc4180).unwrap(), said);
    }
}
