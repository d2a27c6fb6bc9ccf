//! Reasons why working time cannot be computed.

use chrono::NaiveDate;

/// A calendar that cannot be used, or an instant that it does not cover.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CalendarError {
    /// The instant lies outside the covered days.
    #[error(
        "{date} is outside the office calendar ({from} to {to}); extend it in kalender.toml with covered-to and the free days"
    )]
    NotCovered {
        /// The date of the instant.
        date: String,
        /// The first day that is covered.
        from: NaiveDate,
        /// The last day that is covered.
        to: NaiveDate,
    },
    /// An entry of the calendar data is not readable.
    #[error("calendar: {0}")]
    Data(String),
}
