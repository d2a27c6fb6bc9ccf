//! The optional tables: outages (`gangguan`) and stock of blank cards (`blangko`).
//!
//! Reads   the tables or files that the configuration names, whole
//! Gives   their rows in order of time
//! Rule    a row that cannot be understood is left out and named by its day or its place

use super::dialect::Question;
use super::{Cell, Row, Source, SourceError, instants};
use chrono::{DateTime, NaiveDate};
use schemas::{Outage, Stock};

/// What could be read of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableRows<T> {
    /// In order of time.
    pub(crate) rows: Vec<T>,
    /// The rows that are left out, each by its day or its place.
    pub(crate) faulty: Vec<String>,
}

impl Source {
    /// The outages, in order of start; `None` when the configuration names no table.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub(crate) async fn outages(&mut self) -> Result<Option<TableRows<Outage>>, SourceError> {
        let Some(table) = self.config().outages.clone() else { return Ok(None) };
        let zone = self.config().zone;
        let rows = self
            .table(&table, &["mulai", "selesai", "jenis"], |row| {
                let Cell::Text(jenis) = row.at(2) else { return None };
                let jenis = Some(jenis.to_owned()).filter(|kind| !kind.trim().is_empty())?;
                let (mulai_us, selesai_us) = (instants::instant(row.at(0), zone)?, instants::instant(row.at(1), zone)?);
                Some(Outage { mulai_us, selesai_us, jenis })
            })
            .await?;
        Ok(Some(rows))
    }

    /// The blank stock by day; `None` when the configuration names no table. No count is below zero.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub(crate) async fn stock(&mut self) -> Result<Option<TableRows<Stock>>, SourceError> {
        let Some(table) = self.config().stock.clone() else { return Ok(None) };
        let rows = self
            .table(&table, &["tanggal", "terima", "cetak", "gagal"], |row| {
                let number = |i| if let Cell::Integer(n @ 0..) = row.at(i) { Some(n) } else { None };
                let (terima, cetak, gagal) = (number(1)?, number(2)?, number(3)?);
                Some(Stock { tanggal_days: instants::date(row.at(0))?, terima, cetak, gagal })
            })
            .await?;
        Ok(Some(rows))
    }

    /// The rows of a table whose first column says when.
    async fn table<T: Ord + Send>(
        &mut self,
        table: &str,
        columns: &[&str],
        parse: impl Fn(Row<'_>) -> Option<T> + Send + Sync,
    ) -> Result<TableRows<T>, SourceError> {
        let found = match self {
            Self::Folder(folder) => folder.table(table, columns).await?,
            Self::Database(database) => {
                let names: Vec<String> = columns.iter().map(|c| database.dialect.quoted(c)).collect();
                let sql = format!("SELECT {} FROM {}", names.join(", "), database.dialect.relation(table));
                database.all(Question::new(sql, table), columns.len()).await?
            }
        };
        let mut all = TableRows { rows: Vec::new(), faulty: Vec::new() };
        for (index, row) in found.rows().enumerate() {
            match parse(row) {
                Some(read) => all.rows.push(read),
                None => all.faulty.push(self.name_of(row, index)),
            }
        }
        all.rows.sort();
        Ok(all)
    }

    /// The day of a row, or its place where it has none.
    fn name_of(&self, row: Row<'_>, index: usize) -> String {
        let zone = self.config().zone;
        let of_instant = || {
            let utc = DateTime::from_timestamp_micros(instants::instant(row.at(0), zone)?)?;
            Some(utc.with_timezone(&zone).date_naive())
        };
        let day = instants::date(row.at(0)).and_then(NaiveDate::from_epoch_days).or_else(of_instant);
        day.map_or_else(|| format!("baris ke-{}", index + 1), |day| day.to_string())
    }
}
