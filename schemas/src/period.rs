//! Calendar months and quarters. They begin and end in the office's [`Zone`].

use crate::Zone;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const NAMES: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// A calendar month, written `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i32,
    month: u32,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Month {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Month".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})
    }
}

/// A text that is not a month.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a month; write it as year and month, for example 2026-10")]
pub struct MonthError {
    /// The text.
    pub text: String,
}

impl Month {
    /// Returns the month of a date.
    #[must_use]
    pub fn of_date(date: NaiveDate) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// Returns the first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or(NaiveDate::MIN)
    }

    /// Returns the last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or(NaiveDate::MAX)
    }

    /// Returns the first instant of the month in a zone, in seconds since 1970 UTC.
    #[must_use]
    pub fn start_s(self, zone: Zone) -> i64 {
        zone.start_s(self.first_day())
    }

    /// Returns the first instant after the month in a zone, in seconds since 1970 UTC.
    #[must_use]
    pub fn end_s(self, zone: Zone) -> i64 {
        self.next().start_s(zone)
    }

    /// Returns the month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }

    /// Returns the month that is `n` months earlier.
    #[must_use]
    pub fn back(self, n: u32) -> Self {
        (0..n).fold(self, |m, _| {
            if m.month == 1 { Self { year: m.year - 1, month: 12 } } else { Self { year: m.year, month: m.month - 1 } }
        })
    }

    /// Returns the Indonesian name with the year, `Oktober 2026`.
    #[must_use]
    pub fn indonesian(self) -> String {
        format!("{} {}", self.name(), self.year)
    }

    /// Returns the Indonesian name without the year.
    #[must_use]
    pub fn name(self) -> &'static str {
        usize::try_from(self.month).ok().and_then(|m| NAMES.get(m.wrapping_sub(1))).copied().unwrap_or("")
    }

    /// Returns the year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }
}

/// A quarter of a year, written `2026-TW3` (triwulan).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    /// Its first month.
    first: Month,
}

/// A text that is not a quarter.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a quarter; write it as year and triwulan, for example 2026-TW3")]
pub struct QuarterError {
    /// The text.
    pub text: String,
}

impl Quarter {
    /// Returns the quarter in which a month lies.
    #[must_use]
    pub fn of(month: Month) -> Self {
        Self { first: month.back((month.month - 1) % 3) }
    }

    /// Returns the quarter before.
    #[must_use]
    pub fn before(self) -> Self {
        Self { first: self.first.back(3) }
    }

    /// Returns it as an official reads it: `Triwulan III 2026`.
    #[must_use]
    pub fn indonesian(self) -> String {
        let number = match self.first.month {
            1..=3 => "I",
            4..=6 => "II",
            7..=9 => "III",
            _ => "IV",
        };
        format!("Triwulan {number} {}", self.first.year)
    }

    /// Returns its months.
    #[must_use]
    pub fn months(self) -> [Month; 3] {
        [self.first, self.first.next(), self.first.next().next()]
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-TW{}", self.first.year, self.first.month / 3 + 1)
    }
}

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || QuarterError { text: text.to_owned() };
        let (year, number) = text.split_once("-TW").ok_or_else(refused)?;
        let first = match number {
            "1" => "01",
            "2" => "04",
            "3" => "07",
            "4" => "10",
            _ => return Err(refused()),
        };
        Ok(Self { first: format!("{year}-{first}").parse().map_err(|_| refused())? })
    }
}

impl Zone {
    /// Returns the month of an instant.
    #[must_use]
    pub fn month(self, epoch_s: i64) -> Option<Month> {
        self.date(epoch_s).map(Month::of_date)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let fault = || MonthError { text: text.chars().take(40).collect() };
        let (year, month) = text.split_once('-').ok_or_else(fault)?;
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(fault());
        }
        let (year, month) = (year.parse().map_err(|_| fault())?, month.parse().map_err(|_| fault())?);
        NaiveDate::from_ymd_opt(year, month, 1).ok_or_else(fault)?;
        Ok(Self { year, month })
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;

    fn try_from(text: String) -> Result<Self, MonthError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        let october: Month = "2026-10".parse().unwrap();
        assert_eq!(october.back(10).to_string(), "2025-12");
        assert_eq!(october.back(10).next().to_string(), "2026-01");
        assert_eq!(october.last_day().to_string(), "2026-10-31");
    }

    #[test]
    fn what_is_not_a_month_is_refused() {
        for text in ["2026-13", "2026-1", "26-10", "Oktober", "2026-00", "2026-10-01", "+026-10", ""] {
            assert!(text.parse::<Month>().is_err(), "{text} was taken for a month");
        }
    }

    #[test]
    fn a_quarter_has_three_months_and_is_read_as_it_is_written() {
        let quarter = Quarter::of("2026-03".parse().unwrap());
        assert_eq!(quarter.months().map(|month| month.to_string()), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(quarter.before().to_string(), "2025-TW4");
        assert_eq!([quarter.indonesian(), quarter.before().indonesian()], ["Triwulan I 2026", "Triwulan IV 2025"]);
        for month in ["2026-01", "2026-05", "2026-09", "2026-12"] {
            let quarter = Quarter::of(month.parse().unwrap());
            assert_eq!(quarter.to_string().parse(), Ok(quarter));
        }
        for text in ["2026-TW0", "2026-TW5", "2026-Q1", "x-TW1", ""] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
    }
}
