//! The optional tables: outages and blank-card stock.

use super::{Cell, Connection, Row, RowSink, Source, SourceError};
use crate::source::instants;
use chrono::{DateTime, NaiveDate};
use schemas::{Outage, Stock};

/// What could be read of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SideRows<T> {
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
    pub(crate) async fn outages(&mut self) -> Result<Option<SideRows<Outage>>, SourceError> {
        let Some(table) = self.config.outages.clone() else { return Ok(None) };
        let zone = self.config.zone;
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
    pub(crate) async fn stock(&mut self) -> Result<Option<SideRows<Stock>>, SourceError> {
        let Some(table) = self.config.stock.clone() else { return Ok(None) };
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
    ) -> Result<SideRows<T>, SourceError> {
        let found = if let Connection::Csv(folder) = &self.connection {
            let mut outlet = RowSink::new(columns.len(), None);
            folder.table(table, columns, &mut outlet).await?;
            outlet.keep()
        } else {
            let names: Vec<String> = columns.iter().map(|c| self.quoted(c)).collect();
            let sql = format!("SELECT {} FROM {}", names.join(", "), self.relation(table));
            self.all(&sql, &[], table, columns.len()).await?
        };
        let mut all = SideRows { rows: Vec::new(), faulty: Vec::new() };
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
        let zone = self.config.zone;
        let of_instant = || {
            let utc = DateTime::from_timestamp_micros(instants::instant(row.at(0), zone)?)?;
            Some(utc.with_timezone(&zone).date_naive())
        };
        let day = instants::date(row.at(0)).and_then(NaiveDate::from_epoch_days).or_else(of_instant);
        day.map_or_else(|| format!("baris ke-{}", index + 1), |day| day.to_string())
    }
}
