//! How the rows of a window lie in time, so that a large backlog can be cut into slices.

use super::{Cell, Connection, RelationSchema, RowFilter, Source, SourceError, row_filter};
use crate::source::instants;
use schemas::Column;
use std::ops::Range;

/// When the rows of a window were recorded, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first_us: i64,
    pub(crate) last_us: i64,
    pub(crate) rows: u64,
}

impl Source {
    /// The span of the window's rows that were recorded within `plausible`, so that a stray row of 1970 or of no calendar does not
    /// stretch it; `None` where there are none, or where rows have no order.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn span(
        &mut self,
        shape: &RelationSchema,
        window: &RowFilter,
        plausible: &Range<i64>,
    ) -> Result<Option<Span>, SourceError> {
        if shape.text_cursor || matches!(self.connection, Connection::Csv(_)) {
            return Ok(None);
        }
        let condition = self.condition(shape, window).and(self.recorded_within(plausible));
        let view = self.config.view.clone();
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let relation = self.relation(&view);
        let sql = format!("SELECT MIN({cursor}), MAX({cursor}), COUNT(*) FROM {relation}{}", condition.sql);
        let answer = self.all(&sql, &condition.binds, &view, 3).await?;
        let Some(row) = answer.rows().next() else { return Err(self.odd_answer("the span of its rows")) };
        if row.at(2) == Cell::Integer(0) {
            return Ok(None);
        }
        let instant = |place| instants::instant(row.at(place), self.config.zone);
        let rows = if let Cell::Integer(rows) = row.at(2) { u64::try_from(rows).ok() } else { None };
        match (instant(0), instant(1), rows) {
            (Some(first_us), Some(last_us), Some(rows)) => Ok(Some(Span { first_us, last_us, rows })),
            _ => Err(self.odd_answer("the span of its rows")),
        }
    }

    /// How many rows were recorded in a range, as the database compares times.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn rows_within(&mut self, range: &Range<i64>) -> Result<u64, SourceError> {
        let condition = self.recorded_within(range);
        let view = self.config.view.clone();
        let sql = format!("SELECT COUNT(*) FROM {}{}", self.relation(&view), condition.sql);
        let answer = self.all(&sql, &condition.binds, &view, 1).await?;
        answer.first_number().ok_or_else(|| self.odd_answer("the number of rows"))
    }

    fn recorded_within(&self, range: &Range<i64>) -> row_filter::Condition {
        row_filter::recorded_within(self.dialect(), &self.quoted(&self.config.office_name(Column::RecordedAt)), range)
    }
}
