//! Rows of the optional tables: outages and blank-card stock.

/// An outage as the source has it, microseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outage {
    /// Start.
    pub mulai_us: i64,
    /// End.
    pub selesai_us: i64,
    /// Kind of outage.
    pub jenis: String,
}

/// Blank cards of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stock {
    /// Days since 1970.
    pub tanggal_days: i32,
    /// Received.
    pub terima: i64,
    /// Printed.
    pub cetak: i64,
    /// Spoiled.
    pub gagal: i64,
}
