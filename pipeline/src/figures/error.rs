//! The error of computing figures.

use crate::archive::ArchiveError;
use schemas::{CalendarError, Month};

/// Figures cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An event lies outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A query failed.
    #[error("the figure {figure} could not be computed: {reason}")]
    Sql {
        /// File and statement.
        figure: String,
        /// The engine's message.
        reason: String,
    },
    /// The archive does not hold that month.
    #[error("the archive does not hold {month}; it holds {first} to {last}")]
    NoMonth {
        /// The requested month.
        month: Month,
        /// The first month of the archive.
        first: Month,
        /// The last month of the archive.
        last: Month,
    },
}

/// Returns an error unless a month lies between the first and the last one of the archive.
pub(crate) fn within(span: Option<(Month, Month)>, month: Month) -> Result<(), FigureError> {
    match span {
        Some((first, last)) if !(first <= month && month <= last) => Err(FigureError::NoMonth { month, first, last }),
        _ => Ok(()),
    }
}
