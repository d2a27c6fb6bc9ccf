//! Rows of the optional tables: outages and blank-card stock.

/// An outage in the source. Its instants are microseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outage {
    /// When it began.
    pub mulai_us: i64,
    /// When it ended.
    pub selesai_us: i64,
    /// The kind of the outage.
    pub jenis: String,
}

/// The blank cards of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stock {
    /// The day, in days since 1970.
    pub tanggal_days: i32,
    /// How many were received.
    pub terima: i64,
    /// How many were printed.
    pub cetak: i64,
    /// How many were spoilt.
    pub gagal: i64,
}
