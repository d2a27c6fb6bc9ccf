//! How a database digests rows by itself, so that they can be compared without travelling.

use schemas::Column;

/// A column as digests need it.
#[derive(Debug)]
pub(in crate::source) struct DigestColumn<'c> {
    pub(in crate::source) column: Column,
    pub(in crate::source) name: String,
    pub(in crate::source) type_name: &'c str,
    /// Whether the view does not have it.
    pub(in crate::source) is_absent: bool,
}

/// How a database digests rows as `row_digests` describes it.
#[derive(Debug)]
pub(crate) struct DigestSql {
    /// The row's digest, 64 hexadecimal digits.
    pub(in crate::source) digest: String,
    /// The sum of the first 60 bits of the digests of many rows, as text.
    pub(in crate::source) sum: String,
    /// Microseconds of `selesai`, an integer.
    pub(in crate::source) selesai_us: String,
    /// The condition for a `selesai` that is a value and no instant.
    pub(in crate::source) no_instant: String,
    /// The operator that divides integers and drops the rest.
    pub(in crate::source) division: &'static str,
}
