//! A share: a part of a whole, compared without rounding.

use crate::number::of_count;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;

/// A part of a whole. The whole is not empty.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    part: u64,
    of: u64,
}

impl Share {
    /// Returns the share of a part; `None` if the whole is empty.
    #[must_use]
    pub fn new(part: u64, of: u64) -> Option<Self> {
        (of > 0).then_some(Self { part, of })
    }

    /// Returns the share as a number.
    #[must_use]
    pub fn value(self) -> f64 {
        of_count(self.part) / of_count(self.of)
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        let across = |a: &Self, b: &Self| u128::from(a.part) * u128::from(b.of);
        across(self, other).cmp(&across(other, self))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Share {}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// Returns the digits of a number as it was written, and how many of them are decimals; `None` for a number that is negative or not
/// finite, or has more than nine decimals or eighteen digits.
pub(crate) fn digits(written: f64) -> Option<(u64, u32)> {
    let text = written.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = [whole, decimals].concat();
    let fits = digits.len() <= 18 && decimals.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| fits)?, u32::try_from(decimals.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_without_rounding() {
        let share = |part, of| Share::new(part, of).unwrap();
        assert!(share(1, 3) == share(2, 6) && share(1, 3) > share(333_333_333, 1_000_000_000));
        assert!(share(7, 7) > share(999_999_999, 1_000_000_000));
        assert_eq!(Share::new(0, 0), None);
    }

    #[test]
    fn a_number_is_taken_as_it_was_written() {
        assert_eq!(digits(4.1), Some((41, 1)));
        assert_eq!(digits(1.0), Some((1, 0)));
        assert_eq!(digits(0.828_62), Some((82_862, 5)));
        assert_eq!([digits(-1.0), digits(f64::NAN), digits(f64::INFINITY), digits(1e30), digits(1.0 / 3.0)], [None; 5]);
    }
}
