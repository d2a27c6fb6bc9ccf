//! What a page of the portal lists, as tables for spreadsheets.
//!
//! Rule    a workbook has a sheet for each table of the page; a CSV file has one table, since its rows are of one kind

use crate::table::{Item, Table};
use crate::xlsx::{Frame, Sheet};
use crate::{RenderError, xlsx};
use chrono::NaiveDate;
use schemas::document::{CsvDialect, FileFormat, Office};
use serde_json::Value;

/// A table of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// By what it is asked for.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The heads of its columns.
    pub head: Vec<&'static str>,
    /// Its rows: texts, whole numbers, and null where a cell is empty.
    pub rows: Vec<Vec<Value>>,
}

/// The tables of a page, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The title of the page.
    pub title: String,
    /// The path of the page.
    pub path: String,
    /// Its tables, the most important first.
    pub tables: Vec<Listing>,
}

impl Listed {
    /// Returns all tables as a workbook, or one of them, which is named by its id or is the first, as CSV; `None` for another form, or if
    /// there is no such table. A workbook is dated by a day.
    ///
    /// # Errors
    /// [`RenderError::Data`] when they cannot be written.
    pub fn file(
        &self,
        format: FileFormat,
        table: &str,
        office: &Office,
        day: NaiveDate,
    ) -> Result<Option<Vec<u8>>, RenderError> {
        let fault = |reason: String| RenderError::Data { document: self.path.clone(), reason };
        let wanted = |of: &&Listing| table.is_empty() || of.id == table;
        let Some(first) = self.tables.iter().find(wanted) else { return Ok(None) };
        let written = match format {
            FileFormat::Csv => crate::csv::write(&of(first), CsvDialect::Id),
            FileFormat::Xlsx => self.workbook(office, day).map_err(|e| e.to_string()),
            _ => return Ok(None),
        };
        written.map(Some).map_err(fault)
    }

    fn workbook(&self, office: &Office, day: NaiveDate) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let frame = Frame {
            letterhead: office.letterhead(),
            title: self.title.clone(),
            period: crate::indonesian::short_date(day),
            last_day: day,
            origin: self.path.clone(),
            author: office.dinas.clone(),
            keywords: String::new(),
        };
        let notes = [("Halaman", self.title.clone()), ("Asal", self.path.clone())];
        let sheet = |table: &Listing| Sheet { name: table.name.to_owned(), table: of(table), charts: Vec::new() };
        xlsx::write(&frame, &self.tables.iter().map(sheet).collect::<Vec<_>>(), &notes)
    }
}

fn of(listing: &Listing) -> Table {
    let cell = |value: &Value| match value {
        Value::Null => Item::Empty,
        Value::Number(number) => number.as_i64().map_or_else(|| Item::Text(number.to_string()), Item::Integer),
        Value::String(text) => text.as_str().into(),
        other => Item::Text(other.to_string()),
    };
    let rows = listing.rows.iter().map(|row| row.iter().map(cell).collect());
    Table {
        head: listing.head.iter().map(|name| (*name).to_owned()).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_csv_file_has_the_table_that_is_named() {
        let table = |id, name, head, cell| Listing { id, name, head: vec![head], rows: vec![vec![cell]] };
        let tables = vec![table("satu", "Satu", "Nama", json!("=1+1")), table("dua", "Dua", "Jumlah", json!(7))];
        let listed = Listed { title: "Target".to_owned(), path: "/target".to_owned(), tables };
        let office: Office = serde_json::from_value(json!({"pemerintah": "P", "dinas": "D", "tempat": "T",
            "mengetahui": {"jabatan": "K"}, "penanggung_jawab": {"jabatan": "K"}}))
        .unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let csv = |table: &str| {
            let bytes = listed.file(FileFormat::Csv, table, &office, day).unwrap();
            bytes.map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(csv("").unwrap(), "\u{FEFF}Nama\r\n'=1+1\r\n");
        assert_eq!((csv("dua").unwrap(), csv("tiga")), ("\u{FEFF}Jumlah\r\n7\r\n".to_owned(), None));
        assert!(listed.file(FileFormat::Xlsx, "", &office, day).unwrap().is_some_and(|bytes| bytes.starts_with(b"PK")));
        assert_eq!(listed.file(FileFormat::Pdf, "", &office, day).unwrap(), None);
    }
}
