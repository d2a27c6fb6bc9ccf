//! Why figures cannot be computed.

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
        /// What the engine said.
        reason: String,
    },
    /// The archive does not hold that month.
    #[error("the archive does not hold {month}; it holds {first} to {last}")]
    NoMonth {
        /// The month asked for.
        month: Month,
        /// First month in the archive.
        first: Month,
        /// Last month in the archive.
        last: Month,
    },
}

/// Whether a month lies between the first and the last of an archive.
pub(crate) fn within(span: Option<(Month, Month)>, month: Month) -> Result<(), FigureError> {
    match span {
        Some((first, last)) if !(first <= month && month <= last) => Err(FigureError::NoMonth { month, first, last }),
        _ => Ok(()),
    }
}
