//! An official book or list of one month, as it is printed and written to files.
//!
//! Rule    a book and a list say different things in addition to their rows; in JSON both have the fields of both, and those of
//!         the other one are empty

use crate::document::{BookCode, Closing, Post, Provenance};
use crate::figures::{HeldEntries, RegisterNumbers};
use crate::{Align, Month, Zone};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize, Serializer};

/// An official book or list of one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// What was carried into the month, before the rows; empty where nothing is.
    #[serde(skip_serializing_if = "<[Cell]>::is_empty")]
    #[cfg_attr(feature = "schemars", schemars(with = "Vec<WrittenCell>"))]
    pub opening: Vec<Cell>,
    /// The rows, in the order of the book.
    #[cfg_attr(feature = "schemars", schemars(with = "Vec<Vec<WrittenCell>>"))]
    pub rows: Vec<Vec<Cell>>,
    /// What the rows come to, below them; empty where nothing is added up.
    #[serde(skip_serializing_if = "<[Cell]>::is_empty")]
    #[cfg_attr(feature = "schemars", schemars(with = "Vec<WrittenCell>"))]
    pub totals: Vec<Cell>,
    /// The officers that its rows name by their numbers, in order.
    pub officers: Vec<String>,
    /// The berkas of each row; empty for a row of several berkas or of none.
    pub berkas: Vec<String>,
    /// What it says in addition to its rows.
    #[serde(flatten)]
    pub content: BookContent,
    /// The post that keeps and signs it; `None` for who answers for the office's papers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Post>,
    /// How the books of the month were closed; null while they are open, and it is provisional.
    pub closing: Option<Closing>,
    /// Whether its columns show anything personal, which working copies hide.
    pub personal: bool,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// The least height of a row in millimetres, where one is signed in.
    #[serde(skip)]
    pub row_mm: Option<u32>,
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
        /// Why it cannot be made; `None` if it is.
        obstacle: Option<Obstacle>,
        /// What its closing says of how it is to be read; empty where nothing has to be said.
        note: String,
        /// How many of its rows are listed without being counted among the others, by their reason.
        apart: Vec<(String, u64)>,
        /// The months that are left out because the retention schedule has no rule for their classification code.
        months_without_rule: Vec<Month>,
        /// The statement of destruction, if the list names what is to be destroyed.
        destruction: Option<Destruction>,
    },
}

/// What a list cannot be made without. That it is empty then says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The office has entered no retention schedule.
    NoSchedule,
    /// The source has no log of blank cards.
    NoStockLog,
    /// The source has no log of outages.
    NoOutageLog,
}

/// The draft of a statement of destruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// How many there are of each kind, in the order of the list; `None` where nobody recorded which of them were taken in, so that
    /// they are counted by hand.
    pub counts: Vec<(String, Option<u64>)>,
    /// The witnesses, who also sign.
    pub witnesses: Vec<String>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct BookColumn {
    /// The text of the heading.
    pub label: String,
    /// The relative width of the column.
    pub width: u32,
    /// The alignment of the column.
    pub align: Align,
    /// Whether its numbers are added up below the last row.
    pub sum: bool,
}

/// A cell of a book or list: one typed value. The digest of a book is made of it as it is serialised here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// No value.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
    /// A number below zero, as only a balance of a log can be.
    BelowZero(i64),
    /// An instant shown as a date, seconds since 1970 UTC.
    Date(i64),
    /// An instant shown as date and time, seconds since 1970 UTC.
    DateTime(i64),
    /// A first and a last day, each by an instant of it, seconds since 1970 UTC.
    Period(i64, i64),
    /// How long something took, in seconds.
    Duration(i64),
}

/// A cell as documents for programs have it: dates and instants by ISO 8601.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WrittenCell {
    /// No value.
    Empty,
    /// Text.
    Text(String),
    /// A number; one below zero is a balance.
    Number(i64),
    /// A date.
    Date(NaiveDate),
    /// An instant, as the clocks of the office show it.
    DateTime(DateTime<FixedOffset>),
    /// A first and a last day.
    Period(NaiveDate, NaiveDate),
    /// How long something took, in seconds.
    Duration(i64),
}

impl Cell {
    /// Returns it as documents for programs have it.
    #[must_use]
    pub fn written(&self, zone: Zone) -> WrittenCell {
        match self {
            Self::Empty => WrittenCell::Empty,
            Self::Text(text) => WrittenCell::Text(text.clone()),
            Self::Number(n) => WrittenCell::Number(i64::try_from(*n).unwrap_or(i64::MAX)),
            Self::BelowZero(n) => WrittenCell::Number(*n),
            Self::Date(at) => zone.date(*at).map_or(WrittenCell::Empty, WrittenCell::Date),
            Self::DateTime(at) => zone.instant(*at).map_or(WrittenCell::Empty, WrittenCell::DateTime),
            Self::Period(first, last) => {
                let days = zone.date(*first).zip(zone.date(*last));
                days.map_or(WrittenCell::Empty, |(first, last)| WrittenCell::Period(first, last))
            }
            Self::Duration(seconds) => WrittenCell::Duration(*seconds),
        }
    }
}

impl LedgerBook {
    /// Returns why it cannot be made.
    #[must_use]
    pub fn obstacle(&self) -> Option<Obstacle> {
        match &self.content {
            BookContent::List { obstacle, .. } => *obstacle,
            BookContent::Book { .. } => None,
        }
    }

    /// Returns its rows as documents for programs have them.
    #[must_use]
    pub fn written_rows(&self) -> Vec<Vec<WrittenCell>> {
        self.rows.iter().map(|row| self.written(row)).collect()
    }

    /// Returns cells as documents for programs have them.
    #[must_use]
    pub fn written(&self, cells: &[Cell]) -> Vec<WrittenCell> {
        cells.iter().map(|cell| cell.written(self.zone)).collect()
    }

    /// Returns the statement of destruction, if it is a list that names what is to be destroyed, and names something.
    #[must_use]
    pub fn destruction(&self) -> Option<&Destruction> {
        match &self.content {
            BookContent::List { destruction, .. } => {
                destruction.as_ref().filter(|statement| !statement.counts.is_empty())
            }
            BookContent::Book { .. } => None,
        }
    }
}

/// The fields of a book and of a list together, as JSON has them.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct WrittenContent<'a> {
    unit: Option<&'a str>,
    late_entries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_back: Option<&'a HeldEntries>,
    without_schedule: bool,
    #[serde(skip_serializing_if = "<[(String, u64)]>::is_empty")]
    apart: &'a [(String, u64)],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    without_stock_log: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    without_outage_log: bool,
    #[serde(skip_serializing_if = "<[Month]>::is_empty")]
    months_without_rule: &'a [Month],
    first_number: Option<&'a str>,
    last_number: Option<&'a str>,
    numbers_missing: &'a [u64],
    numbers_used_twice: &'a [u64],
    #[serde(skip_serializing_if = "Option::is_none")]
    destruction: Option<&'a Destruction>,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for BookContent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BookContent".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenContent::json_schema(generator)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Cell {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenCell::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenCell::json_schema(generator)
    }
}

impl Serialize for BookContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Book { numbers, late_entries } => WrittenContent {
                late_entries: *late_entries,
                held_back: numbers.held_back.as_ref().filter(|held| held.entries > 0),
                first_number: numbers.first.as_deref(),
                last_number: numbers.last.as_deref(),
                numbers_missing: &numbers.numbers_missing,
                numbers_used_twice: &numbers.numbers_used_twice,
                ..WrittenContent::default()
            },
            Self::List { unit, obstacle, note: _, apart, months_without_rule, destruction } => WrittenContent {
                unit: Some(unit),
                apart,
                without_schedule: *obstacle == Some(Obstacle::NoSchedule),
                without_stock_log: *obstacle == Some(Obstacle::NoStockLog),
                without_outage_log: *obstacle == Some(Obstacle::NoOutageLog),
                months_without_rule,
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
            held_back: None,
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
        let obstacle = Some(Obstacle::NoSchedule);
        let unit = "bulan".to_owned();
        let (note, apart) = (String::new(), Vec::new());
        let list = BookContent::List { unit, obstacle, note, apart, months_without_rule, destruction: None };
        let list = serde_json::to_value(list).unwrap();
        assert_eq!(
            list,
            json!({
                "unit": "bulan", "late_entries": 0, "without_schedule": true, "months_without_rule": ["2026-08"],
                "first_number": null, "last_number": null, "numbers_missing": [], "numbers_used_twice": []
            })
        );
    }
}
