//! Whole numbers as floating ones. The counts and seconds of one office are far below 2^53, up to which an `f64` is exact.

/// A count as a floating number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "see the module")]
pub const fn of_count(n: u64) -> f64 {
    n as f64
}

/// A whole number, of seconds for example, as a floating one.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "see the module")]
pub const fn of_whole(n: i64) -> f64 {
    n as f64
}
