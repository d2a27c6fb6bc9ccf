//! How a source is, for those who look after it: its clock, what is open in it, and how new rows are found.
//!
//! Reads   what the server tells of itself, and its plan for a pull
//! Rule    nothing is measured that takes a server long

use super::{RelationSchema, RowFilter, Source, SourceError};

/// What a source tells of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// What its clock shows, in microseconds since 1970; `None` for files.
    pub clock_us: Option<i64>,
    /// When the oldest transaction of others began, in microseconds since 1970; `None` for files, or where the user may not know.
    pub open_since_us: Option<i64>,
    /// About how many rows are read to find those that are new; `None` where an index finds them, or nobody tells.
    pub scanned_rows: Option<u64>,
}

impl Source {
    /// Asks the source how it is. `recent_us` is an instant shortly before now, in microseconds since 1970.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub async fn health(&mut self, schema: &RelationSchema, recent_us: i64) -> Result<SourceHealth, SourceError> {
        let open_since_us = self.open_since();
        let clock_us = self.clock_us().await?;
        let Some(database) = self.database() else { return Ok(SourceHealth::default()) };
        let recent = RowFilter { from_us: Some(recent_us), ..RowFilter::default() };
        let scanned_rows = match database.scans(schema, &recent).await? {
            true => Some(database.estimate(schema, &RowFilter::default()).await?),
            false => None,
        };
        Ok(SourceHealth { clock_us, open_since_us, scanned_rows })
    }

    /// Returns what the server's own clock says, in microseconds since 1970 UTC; `None` where the source has none.
    ///
    /// # Errors
    /// [`SourceError`] when the server does not answer.
    pub async fn clock_us(&mut self) -> Result<Option<i64>, SourceError> {
        match self.database() {
            Some(database) => database.clock_us().await,
            None => Ok(None),
        }
    }
}
