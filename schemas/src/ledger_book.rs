//! An official book or list of one month, as it is printed and written to files.
//!
//! Rule    a book and a list say different things in addition to their rows; in JSON both have the fields of both, and those of
//!         the other one are empty

use crate::document::{BookCode, Provenance};
use crate::figures::RegisterNumbers;
use crate::{Align, Month, Zone};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

/// An official book or list of one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerBook {
    /// The id of its definition.
    pub id: String,
    /// The title, as printed.
    pub title: String,
    /// The legal basis, as printed under the title.
    pub legal_basis: String,
    /// The month it covers.
    pub month: Month,
    /// The zone in which its times are shown.
    #[serde(skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// The columns: heading, width and alignment.
    pub columns: Vec<BookColumn>,
    /// The rows, in the order of the book.
    pub rows: Vec<Vec<Cell>>,
    /// The berkas of each row; empty for a row of several berkas or of none.
    pub berkas: Vec<String>,
    /// What it says in addition to its rows.
    #[serde(flatten)]
    pub content: BookContent,
    /// The day on which the book is closed and signed: the last working day, or that of a later entry.
    pub closed_on: NaiveDate,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// The code by which a printed copy is checked.
    pub code: BookCode,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// What a book or a list says in addition to its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookContent {
    /// A book, in which a step of the SOP makes one numbered entry per event.
    Book {
        /// How its entries are numbered.
        numbers: RegisterNumbers,
        /// How many entries belong to months whose books were closed before they came.
        late_entries: u64,
    },
    /// A list that is made from a book, from events or from the stock log.
    List {
        /// What its rows count, in Indonesian.
        unit: String,
        /// How the retention schedule was applied, if the list is made by it.
        retention: Option<RetentionCheck>,
        /// The statement of destruction, if the list names what is to be destroyed.
        destruction: Option<Destruction>,
    },
}

/// How the retention schedule was applied to the months of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionCheck {
    /// Whether the office has entered no schedule at all.
    pub without_schedule: bool,
    /// The months that are left out because the schedule has no rule for their classification code.
    pub months_without_rule: Vec<Month>,
}

/// The draft of a statement of destruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destruction {
    /// Its file name without month and ending.
    pub id: String,
    /// As printed.
    pub title: String,
    /// What is destroyed.
    pub object: String,
    /// What is counted.
    pub unit: String,
    /// The heading of the column by which it is summed up.
    pub by: String,
    /// How many there are of each kind, in the order of the list.
    pub counts: Vec<(String, u64)>,
    /// The witnesses, who also sign.
    pub witnesses: Vec<String>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookColumn {
    /// The text of the heading.
    pub label: String,
    /// The relative width of the column.
    pub width: u32,
    /// The alignment of the column.
    pub align: Align,
}

/// A cell of a book or list: one typed value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// No value.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
    /// An instant shown as a date, seconds since 1970 UTC.
    Date(i64),
    /// An instant shown as date and time, seconds since 1970 UTC.
    DateTime(i64),
}

impl LedgerBook {
    /// Returns the statement of destruction, if it is a list that names what is to be destroyed.
    #[must_use]
    pub fn destruction(&self) -> Option<&Destruction> {
        match &self.content {
            BookContent::List { destruction, .. } => destruction.as_ref(),
            BookContent::Book { .. } => None,
        }
    }
}

/// The fields of a book and of a list together, as JSON has them.
#[derive(Default, Serialize)]
struct WrittenContent<'a> {
    unit: Option<&'a str>,
    late_entries: u64,
    without_schedule: bool,
    #[serde(skip_serializing_if = "<[Month]>::is_empty")]
    months_without_rule: &'a [Month],
    first_number: Option<&'a str>,
    last_number: Option<&'a str>,
    numbers_missing: &'a [u64],
    numbers_used_twice: &'a [u64],
    #[serde(skip_serializing_if = "Option::is_none")]
    destruction: Option<&'a Destruction>,
}

impl Serialize for BookContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Book { numbers, late_entries } => WrittenContent {
                late_entries: *late_entries,
                first_number: numbers.first.as_deref(),
                last_number: numbers.last.as_deref(),
                numbers_missing: &numbers.numbers_missing,
                numbers_used_twice: &numbers.numbers_used_twice,
                ..WrittenContent::default()
            },
            Self::List { unit, retention, destruction } => WrittenContent {
                unit: Some(unit),
                without_schedule: retention.as_ref().is_some_and(|check| check.without_schedule),
                months_without_rule: retention.as_ref().map_or(&[], |check| &check.months_without_rule),
                destruction: destruction.as_ref(),
                ..WrittenContent::default()
            },
        };
        written.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Files of earlier versions have one form for both; whatever reads them goes on.
    #[test]
    fn books_and_lists_have_one_form_in_json() {
        let numbers = RegisterNumbers {
            entries: 3,
            first: Some("000001/4/2026".into()),
            last: Some("000003/4/2026".into()),
            numbers_missing: vec![2],
            numbers_used_twice: vec![3],
        };
        let book = serde_json::to_value(BookContent::Book { numbers, late_entries: 1 }).unwrap();
        assert_eq!(
            book,
            json!({
                "unit": null, "late_entries": 1, "without_schedule": false, "first_number": "000001/4/2026",
                "last_number": "000003/4/2026", "numbers_missing": [2], "numbers_used_twice": [3]
            })
        );
        let months_without_rule = vec!["2026-08".parse().unwrap()];
        let retention = Some(RetentionCheck { without_schedule: true, months_without_rule });
        let list =
            serde_json::to_value(BookContent::List { unit: "bulan".into(), retention, destruction: None }).unwrap();
        assert_eq!(
            list,
            json!({
                "unit": "bulan", "late_entries": 0, "without_schedule": true, "months_without_rule": ["2026-08"],
                "first_number": null, "last_number": null, "numbers_missing": [], "numbers_used_twice": []
            })
        );
    }
}
