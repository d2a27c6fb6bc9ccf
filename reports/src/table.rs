//! A document as a table, from which CSV and XLSX are written.

use crate::indonesian::{duration, short_date, short_datetime};
use crate::public_copy::UNKNOWN;
use chrono::{NaiveDate, NaiveDateTime};
use schemas::Zone;
use schemas::document::Cell;
use schemas::number::{of_whole, rounded};

/// The head of the column with the unit of the numbers to its right.
pub(crate) const UNIT: &str = "Satuan";

/// Headings and rows.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    /// What was carried in, above the rows.
    pub(crate) opening: Vec<Item>,
    pub(crate) rows: Vec<Vec<Item>>,
    /// What the rows come to, below them, as the document says it.
    pub(crate) totals: Vec<Item>,
    /// The columns whose numbers are added up below the last row of a workbook.
    pub(crate) summed: Vec<usize>,
    /// The greatest width of a column in characters, of a sheet that would otherwise be printed too small; 0 for the usual one.
    pub(crate) widest: usize,
}

/// A value of the table. Digits that identify something, such as a NIK, are text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Empty,
    /// A number that the archive does not tell, because it is a public copy.
    Unknown,
    Text(String),
    Integer(i64),
    /// A share of 0 to 1, shown as percent with so many decimals.
    Share {
        share: f64,
        decimals: usize,
    },
    /// Seconds, shown as hours.
    Hours(i64),
    /// Seconds, shown as minutes; two decimals tell every second from the next.
    Minutes(i64),
    Date(NaiveDate),
    /// Local time of the office.
    DateTime(NaiveDateTime),
    /// A first and a last day, which a table has in two columns.
    Period(NaiveDate, NaiveDate),
    /// Seconds, shown as hours, minutes and seconds.
    Duration(i64),
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N], rows: Vec<Vec<Item>>) -> Self {
        Self { head: head.map(str::to_owned).to_vec(), rows, ..Self::default() }
    }

    /// The same table, in which the numbers of these columns are added up.
    pub(crate) fn summing(self, columns: &[usize]) -> Self {
        Self { summed: columns.to_vec(), ..self }
    }

    /// The same table without the columns that no row fills. It must not have sums.
    pub(crate) fn without_empty_columns(mut self) -> Self {
        let is_filled =
            |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|item| *item != Item::Empty));
        for column in (0..self.head.len()).rev().filter(|column| !is_filled(*column)).collect::<Vec<_>>() {
            self.head.remove(column);
            for row in &mut self.rows {
                row.remove(column);
            }
        }
        self
    }

    /// The same table as spreadsheets have it: a column of periods is two of days, and the head of a column of durations says how they
    /// are written.
    pub(crate) fn for_spreadsheets(mut self) -> Self {
        for column in (0..self.head.len()).rev() {
            let has = |wanted: fn(&Item) -> bool| self.rows.iter().any(|row| row.get(column).is_some_and(wanted));
            if has(|item| matches!(item, Item::Duration(_))) {
                self.head[column] += " (jam:menit:detik)";
            }
            if has(|item| matches!(item, Item::Period(..))) {
                self.divide(column);
            }
        }
        self
    }

    /// Makes two columns of one with periods.
    fn divide(&mut self, column: usize) {
        let label = self.head[column].clone();
        self.head.splice(column..=column, [format!("{label}, mulai"), format!("{label}, sampai")]);
        for row in self.rows.iter_mut().chain([&mut self.opening, &mut self.totals]) {
            if let Some(item) = row.get(column).cloned() {
                let days = match item {
                    Item::Period(first, last) => [Item::Date(first), Item::Date(last)],
                    other => [other, Item::Empty],
                };
                row.splice(column..=column, days);
            }
        }
        self.summed.iter_mut().filter(|summed| **summed > column).for_each(|summed| *summed += 1);
    }

    /// Returns the row of sums; `None` where nothing is added up.
    pub(crate) fn sums(&self) -> Option<Vec<Item>> {
        if !self.totals.is_empty() {
            return Some(self.totals.clone());
        }
        let sum = |column: usize| {
            let of_row = |row: &Vec<Item>| match row.get(column) {
                Some(Item::Integer(n)) => *n,
                _ => 0,
            };
            self.rows.iter().map(of_row).sum::<i64>()
        };
        let cell = |column: usize| match column {
            _ if self.summed.contains(&column) => Item::Integer(sum(column)),
            0 => Item::from("Jumlah"),
            _ => Item::Empty,
        };
        let is_due = !self.summed.is_empty() && !self.rows.is_empty();
        is_due.then(|| (0..self.head.len()).map(cell).collect())
    }
}

impl Item {
    /// Converts a cell of a book. An instant becomes local time of the zone.
    pub(crate) fn of(cell: &Cell, zone: Zone) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Text(text) => Self::Text(text.clone()),
            Cell::Number(n) => Self::from(*n),
            Cell::BelowZero(n) => Self::Integer(*n),
            Cell::Date(at) => zone.date(*at).map_or(Self::Empty, Self::Date),
            Cell::DateTime(at) => zone.datetime(*at).map_or(Self::Empty, Self::DateTime),
            Cell::Period(first, last) => {
                zone.date(*first).zip(zone.date(*last)).map_or(Self::Empty, |(first, last)| Self::Period(first, last))
            }
            Cell::Duration(seconds) => Self::Duration(*seconds),
        }
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Share { .. } | Self::Hours(_) | Self::Minutes(_) | Self::Duration(_))
    }

    /// Returns the value as it is read on paper.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Date(date) => short_date(*date),
            Self::DateTime(local) => short_datetime(*local),
            Self::Period(first, last) if first == last => short_date(*first),
            Self::Period(first, last) => format!("{} s.d. {}", short_date(*first), short_date(*last)),
            Self::Duration(seconds) => duration(*seconds),
            _ => self.plain(),
        }
    }

    /// Returns the value for a program: dates by ISO 8601, a decimal point, shares in percent, times in hours or minutes
    /// with two decimals, durations as hours, minutes and seconds.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Unknown => UNKNOWN.to_owned(),
            Self::Text(text) => text.clone(),
            Self::Integer(n) => n.to_string(),
            Self::Share { share, decimals } => rounded(share * 100.0, *decimals),
            Self::Hours(seconds) => rounded(hours(*seconds), 2),
            Self::Minutes(seconds) => rounded(minutes(*seconds), 2),
            Self::Date(date) => date.to_string(),
            Self::DateTime(local) => local.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Self::Period(first, last) => format!("{first}/{last}"),
            Self::Duration(seconds) => clock(*seconds),
        }
    }
}

/// Seconds as hours.
pub(crate) fn hours(seconds: i64) -> f64 {
    of_whole(seconds) / 3_600.0
}

/// Seconds as a spreadsheet writes a duration: `26:05:00`.
fn clock(seconds: i64) -> String {
    let (sign, s) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    format!("{sign}{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
}

/// Seconds as minutes.
pub(crate) fn minutes(seconds: i64) -> f64 {
    of_whole(seconds) / 60.0
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
        Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_have_days_and_durations_and_no_words_of_them() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
        let rows = vec![
            vec![Item::from(7), Item::Period(day(1), day(5)), Item::Duration(93_900)],
            vec![Item::from(8), Item::Period(day(2), day(2)), Item::Empty],
        ];
        let of_list = Table {
            totals: vec!["Jumlah".into(), Item::Empty, Item::Empty],
            ..Table::new(["No.", "Waktu", "Lama"], rows)
        };
        assert_eq!(
            of_list.rows[0].iter().map(Item::text).collect::<Vec<_>>()[1..],
            ["01-10-2026 s.d. 05-10-2026", "26 jam 5 menit"]
        );
        assert_eq!(of_list.rows[1][1].text(), "02-10-2026");
        let table = of_list.for_spreadsheets();
        assert_eq!(table.head, ["No.", "Waktu, mulai", "Waktu, sampai", "Lama (jam:menit:detik)"]);
        let plain = |row: &[Item]| row.iter().map(Item::plain).collect::<Vec<_>>();
        assert_eq!(plain(&table.rows[0]), ["7", "2026-10-01", "2026-10-05", "26:05:00"]);
        assert_eq!(plain(&table.rows[1]), ["8", "2026-10-02", "2026-10-02", ""]);
        assert_eq!(table.totals.len(), 4);
        assert_eq!(clock(-61), "-0:01:01");
    }
}
