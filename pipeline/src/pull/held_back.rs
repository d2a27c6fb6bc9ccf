//! Rows that are held back, because they wait in quarantine, as the documents of a month name them.
//!
//! Reads   the rows that wait in quarantine, as they came from the source
//! Gives   the step, month and number of each; which of them are entries of a book
//! Rule    a number that an entry held back has is not missing; no personal value of such a row is looked at; a time without a zone is
//!         the office's; a row whose time cannot be read counts in the month in which it first came

use crate::archive::quarantine::{WaitingRow, waiting_rows, waiting_rows_like};
use crate::archive::{Archive, ArchiveError};
use crate::source::{Cell, instants};
use schemas::figures::{HeldEntries, RegisterNumbers};
use schemas::{Column, Month, Zone, serial};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A row that is held back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeldBack {
    /// The step that made it; `None` if that cannot be read.
    step: Option<u8>,
    /// The month in which the step ended, or else in which the row first came.
    month: Month,
    /// Whether the step ended in that month.
    is_dated: bool,
    /// The number that it has in its book.
    number: Option<String>,
}

/// Returns the rows that are held back, in order; `None` in a copy of the archive without its quarantine.
pub(crate) fn held_back(archive: &Archive, zone: Zone) -> Result<Option<Vec<HeldBack>>, ArchiveError> {
    if !archive.holds_quarantine()? {
        return Ok(None);
    }
    let rows = waiting_rows(archive)?;
    let mut held: Vec<HeldBack> = rows.iter().filter_map(|row| HeldBack::of(row, zone)).collect();
    held.sort();
    Ok(Some(held))
}

/// A row that is held back, as it is found again at its source.
pub(crate) struct HeldRow {
    pub(crate) waiting: WaitingRow,
    /// The step that made it; `None` if that cannot be read.
    pub(crate) step: Option<u8>,
}

/// Returns the rows of a month that are held back; `None` in a copy of the archive without its quarantine.
pub(crate) fn held_rows(archive: &Archive, zone: Zone, month: Month) -> Result<Option<Vec<HeldRow>>, ArchiveError> {
    if !archive.holds_quarantine()? {
        return Ok(None);
    }
    let of_month = |waiting: WaitingRow| {
        let held = HeldBack::of(&waiting, zone).filter(|held| held.month == month)?;
        Some(HeldRow { waiting, step: held.step })
    };
    Ok(Some(waiting_rows(archive)?.into_iter().filter_map(of_month).collect()))
}

/// Returns the rows that are held back and say that they are of one of some berkas or batches; `None` in a copy of the archive without its
/// quarantine.
pub(crate) fn held_rows_of(
    archive: &Archive,
    column: Column,
    wanted: &BTreeSet<String>,
) -> Result<Option<Vec<(String, HeldRow)>>, ArchiveError> {
    if !archive.holds_quarantine()? {
        return Ok(None);
    }
    let said = |row: &str| -> Option<(String, Map<String, Value>)> {
        let row: Map<String, Value> = serde_json::from_str(row).ok()?;
        let of = match row.get(column.name())? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        wanted.contains(&of).then_some((of, row))
    };
    let held = waiting_rows_like(archive, |row| said(row).is_some())?.into_iter().filter_map(|waiting| {
        let (of, row) = said(&waiting.row)?;
        Some((of, HeldRow { step: step_of(&row), waiting }))
    });
    Ok(Some(held.collect()))
}

/// Returns the step that made a row; `None` if it cannot be read.
fn step_of(row: &Map<String, Value>) -> Option<u8> {
    row.get(Column::Langkah.name())?.as_u64().and_then(|step| u8::try_from(step).ok())
}

/// Returns how many rows of a month are held back.
pub(crate) fn held_in(held: &[HeldBack], month: Month) -> u64 {
    held.iter().filter(|held| held.month == month).count() as u64
}

/// Returns how the entries of a step are numbered in a month, with those that are held back. One without a time that can be read is an
/// entry of the book in which its number would be missing.
pub(crate) fn holding(numbers: RegisterNumbers, held: &[HeldBack], step: u8, month: Month) -> RegisterNumbers {
    let is_missing =
        |number: &String| serial(number).is_some_and(|serial| numbers.numbers_missing.binary_search(&serial).is_ok());
    let is_entry = |held: &&HeldBack| {
        let belongs = if held.is_dated { held.month == month } else { held.number.as_ref().is_some_and(is_missing) };
        held.step == Some(step) && belongs
    };
    let entries: Vec<&HeldBack> = held.iter().filter(is_entry).collect();
    let of_book = HeldEntries {
        entries: entries.len() as u64,
        numbers: entries.into_iter().filter_map(|held| held.number.clone()).collect(),
    };
    numbers.holding(of_book)
}

impl HeldBack {
    /// Whether reports of a month may name it: it is of the month, or an entry of which only the number is known.
    pub(crate) fn may_be_of(&self, month: Month) -> bool {
        self.month == month || (!self.is_dated && self.number.is_some())
    }

    /// Reads what documents need of a row; `None` only for one that came on no day of the calendar.
    fn of(waiting: &WaitingRow, zone: Zone) -> Option<Self> {
        let row: Map<String, Value> = serde_json::from_str(&waiting.row).unwrap_or_default();
        let value = |column: Column| row.get(column.name()).unwrap_or(&Value::Null);
        let number = match value(Column::NomorRegister) {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let step = step_of(&row);
        let ended_us = ended_us(value(Column::Selesai), zone);
        let dated = ended_us.and_then(|us| zone.month(us.div_euclid(1_000_000)));
        let month = dated.or_else(|| zone.month(waiting.since_ms.div_euclid(1_000)))?;
        Some(Self { step, month, is_dated: dated.is_some(), number })
    }
}

/// Returns the month of a row in quarantine that came at an instant, in milliseconds since 1970 UTC.
pub(crate) fn month_of_row(row: &str, since_ms: i64, zone: Zone) -> Option<Month> {
    let waiting =
        WaitingRow { event_id: None, code: String::new(), column: String::new(), row: row.to_owned(), since_ms };
    HeldBack::of(&waiting, zone).map(|held| held.month)
}

/// Reads when a step ended, in microseconds since 1970.
fn ended_us(ended: &Value, zone: Zone) -> Option<i64> {
    let cell = match ended {
        Value::String(text) => Cell::Text(text),
        Value::Number(number) => Cell::Integer(number.as_i64()?),
        other => Cell::Instant(other.get("instant_us")?.as_i64()?),
    };
    instants::instant(cell, zone.name().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::numbering;
    use serde_json::json;

    fn of(row: &Value) -> HeldBack {
        let row = WaitingRow {
            event_id: None,
            code: "Q009".to_owned(),
            column: String::new(),
            row: row.to_string(),
            since_ms: 1_796_000_000_000,
        };
        HeldBack::of(&row, Zone::Wib).unwrap()
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_row_counts_in_the_month_of_its_end_or_in_that_in_which_it_came() {
        let ended = "2026-10-31T18:00:00Z";
        let november =
            HeldBack { step: Some(4), month: month("2026-11"), is_dated: true, number: Some("002259/4/2026".into()) };
        let held = of(&json!({"langkah": 4, "selesai": ended, "nomor_register": "002259/4/2026", "nama": "A\u{7}"}));
        assert_eq!(held, november, "the month is the office's");
        let ended_us = json!({"instant_us": 1_793_469_600_000_000_i64});
        let without = HeldBack { number: None, ..november.clone() };
        assert_eq!(of(&json!({"langkah": 4, "selesai": ended_us, "nomor_register": null})), without);
        let stepless = HeldBack { step: None, ..without.clone() };
        assert_eq!(of(&json!({"langkah": "empat", "selesai": ended})), stepless);
        let undated = HeldBack { month: month("2026-11"), is_dated: false, ..without };
        assert_eq!(of(&json!({"langkah": 4, "selesai": "besok"})), undated);
        assert_eq!(of(&json!([])), HeldBack { step: None, ..undated });
        let held = [november, stepless];
        assert_eq!([held_in(&held, month("2026-11")), held_in(&held, month("2026-10"))], [2, 0]);
    }

    #[test]
    fn a_row_without_a_time_is_an_entry_where_its_number_would_be_missing() {
        let numbers = [("000003/4/2026", 1), ("000007/4/2026", 1)].map(|(number, n)| (number.to_owned(), n)).into();
        let row = |number: &str, ended: &str| of(&json!({"langkah": 4, "selesai": ended, "nomor_register": number}));
        let held = [row("000004/4/2026", "2026-10-05T03:00:00Z"), row("000006/4/2026", "?"), row("000009/4/2026", "?")];
        let book = holding(numbering(&numbers), &held, 4, month("2026-10"));
        let held_back = HeldEntries { entries: 2, numbers: vec!["000004/4/2026".into(), "000006/4/2026".into()] };
        assert_eq!((book.numbers_missing, book.held_back), (vec![5], Some(held_back)));
        let none = Some(HeldEntries::default());
        assert_eq!(holding(numbering(&numbers), &held, 3, month("2026-10")).held_back, none, "another book");
        assert_eq!(holding(numbering(&numbers), &held, 4, month("2026-09")).held_back.unwrap().entries, 1);
    }
}
