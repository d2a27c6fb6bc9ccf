//! How rows lie in time, so that a large backlog can be cut into slices.

use super::{Cell, Database, RelationSchema, RowFilter, SourceError, instants, row_filter};
use schemas::Column;
use std::ops::Range;

/// When rows were recorded, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first_us: i64,
    pub(crate) last_us: i64,
    pub(crate) rows: u64,
}

impl Database {
    /// The span of the rows that pass the filter and were recorded within `plausible`, so that a stray row of 1970 or of no
    /// calendar does not stretch it; `None` where there are none, or where rows have no order.
    pub(super) async fn span(
        &mut self,
        schema: &RelationSchema,
        filter: &RowFilter,
        plausible: &Range<i64>,
    ) -> Result<Option<Span>, SourceError> {
        if schema.text_cursor || schema.own_cursor {
            return Ok(None);
        }
        let condition = self.condition(schema, filter).and(self.recorded_within(plausible));
        let cursor = self.name_of(Column::RecordedAt);
        let question = self.question(&format!("SELECT MIN({cursor}), MAX({cursor}), COUNT(*)"), condition);
        let answer = self.all(question, 3).await?;
        let odd = || self.odd_answer("the span of its rows");
        let row = answer.rows().next().ok_or_else(odd)?;
        if row.at(2) == Cell::Integer(0) {
            return Ok(None);
        }
        let instant = |place| instants::instant(row.at(place), self.config.zone);
        let rows = if let Cell::Integer(rows) = row.at(2) { u64::try_from(rows).ok() } else { None };
        match (instant(0), instant(1), rows) {
            (Some(first_us), Some(last_us), Some(rows)) => Ok(Some(Span { first_us, last_us, rows })),
            _ => Err(odd()),
        }
    }

    /// How many rows were recorded in a range, as the database compares times.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn rows_within(&mut self, range: &Range<i64>) -> Result<u64, SourceError> {
        self.count(self.recorded_within(range)).await
    }

    fn recorded_within(&self, range: &Range<i64>) -> row_filter::Condition {
        row_filter::within(self.dialect, &self.name_of(Column::RecordedAt), range)
    }
}
