//! A document as a table: what CSV and XLSX are written from.

use crate::indonesian::{short_date, short_datetime};
use schemas::document::Cell;

/// Heads and rows.
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<Item>>,
}

/// One value. Digits that name something, such as a NIK, are text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Empty,
    Text(String),
    Integer(u64),
    Real(f64),
    /// Seconds since 1970 UTC, shown as a date of Western Indonesia.
    Date(i64),
    /// The same with its time.
    DateTime(i64),
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N], rows: Vec<Vec<Item>>) -> Self {
        Self { head: head.map(str::to_owned).to_vec(), rows }
    }
}

impl Item {
    /// As text: what CSV holds.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Integer(n) => n.to_string(),
            Self::Real(x) => x.to_string(),
            Self::Date(at) => short_date(*at),
            Self::DateTime(at) => short_datetime(*at),
        }
    }
}

impl From<&Cell> for Item {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Text(text) => Self::Text(text.clone()),
            Cell::Number(n) => Self::Integer(*n),
            Cell::Date(at) => Self::Date(*at),
            Cell::DateTime(at) => Self::DateTime(*at),
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
