//! A document as a table, from which CSV and XLSX are written.

use crate::indonesian::{short_date, short_datetime};
use chrono::{NaiveDate, NaiveDateTime};
use schemas::Zone;
use schemas::document::Cell;

/// Headings and rows.
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<Item>>,
}

/// A value of the table. Digits that identify something, such as a NIK, are text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Empty,
    Text(String),
    Integer(u64),
    Real(f64),
    Date(NaiveDate),
    /// Local time of the office.
    DateTime(NaiveDateTime),
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N], rows: Vec<Vec<Item>>) -> Self {
        Self { head: head.map(str::to_owned).to_vec(), rows }
    }
}

impl Item {
    /// Converts a cell of a book. An instant becomes local time of the zone.
    pub(crate) fn of(cell: &Cell, zone: Zone) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Text(text) => Self::Text(text.clone()),
            Cell::Number(n) => Self::Integer(*n),
            Cell::Date(at) => zone.date(*at).map_or(Self::Empty, Self::Date),
            Cell::DateTime(at) => zone.datetime(*at).map_or(Self::Empty, Self::DateTime),
        }
    }

    /// Returns the value as text, for CSV.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Integer(n) => n.to_string(),
            Self::Real(x) => x.to_string(),
            Self::Date(date) => short_date(*date),
            Self::DateTime(local) => short_datetime(*local),
        }
    }
}

impl From<&str> for Item {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<&String> for Item {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<u64> for Item {
    fn from(n: u64) -> Self {
        Self::Integer(n)
    }
}

impl From<Option<f64>> for Item {
    fn from(x: Option<f64>) -> Self {
        x.map_or(Self::Empty, Self::Real)
    }
}
