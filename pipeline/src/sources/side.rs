//! The optional tables: outages and blank-card stock.

use super::{Cell, Connection, Outlet, Row, Source, SourceError};
use crate::time;

/// An outage as the source has it, microseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outage {
    /// Start.
    pub(crate) mulai_us: i64,
    /// End.
    pub(crate) selesai_us: i64,
    /// Kind of outage.
    pub(crate) jenis: String,
}

/// Blank cards of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stock {
    /// Days since 1970.
    pub(crate) tanggal_days: i32,
    /// Received.
    pub(crate) terima: i64,
    /// Printed.
    pub(crate) cetak: i64,
    /// Spoiled.
    pub(crate) gagal: i64,
}

impl Source {
    /// The outages, in order of start; `None` when the configuration names no table. Rows without a kind or one of
    /// the ends are counted.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub(crate) async fn outages(&mut self) -> Result<Option<(Vec<Outage>, u64)>, SourceError> {
        let Some(table) = self.config.outages.clone() else { return Ok(None) };
        let zone = self.config.zone;
        let (rows, faulty) = self
            .table(&table, &["jenis", "mulai", "selesai"], |row| {
                let Cell::Text(jenis) = row.at(0) else { return None };
                let jenis = Some(jenis.to_owned()).filter(|kind| !kind.trim().is_empty())?;
                let (mulai_us, selesai_us) = (time::instant(row.at(1), zone)?, time::instant(row.at(2), zone)?);
                Some(Outage { mulai_us, selesai_us, jenis })
            })
            .await?;
        Ok(Some((rows, faulty)))
    }

    /// The blank stock by day; `None` when the configuration names no table. Unreadable rows are counted.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub(crate) async fn stock(&mut self) -> Result<Option<(Vec<Stock>, u64)>, SourceError> {
        let Some(table) = self.config.stock.clone() else { return Ok(None) };
        let (rows, faulty) = self
            .table(&table, &["tanggal", "terima", "cetak", "gagal"], |row| {
                let number = |i| if let Cell::Integer(n) = row.at(i) { Some(n) } else { None };
                let (terima, cetak, gagal) = (number(1)?, number(2)?, number(3)?);
                Some(Stock { tanggal_days: time::date(row.at(0))?, terima, cetak, gagal })
            })
            .await?;
        Ok(Some((rows, faulty)))
    }

    async fn table<T: Ord + Send>(
        &mut self,
        table: &str,
        columns: &[&str],
        parse: impl Fn(Row<'_>) -> Option<T> + Send + Sync,
    ) -> Result<(Vec<T>, u64), SourceError> {
        let found = if let Connection::Csv(folder) = &self.connection {
            let mut outlet = Outlet::new(columns.len(), None);
            folder.table(table, columns, &mut outlet).await?;
            outlet.keep()
        } else {
            let names: Vec<String> = columns.iter().map(|c| self.quoted(c)).collect();
            let sql = format!("SELECT {} FROM {}", names.join(", "), self.relation(table));
            self.all(&sql, &[], table, columns.len()).await?
        };
        let mut rows: Vec<T> = found.rows().filter_map(parse).collect();
        let faulty = (found.len() - rows.len()) as u64;
        rows.sort();
        Ok((rows, faulty))
    }
}
