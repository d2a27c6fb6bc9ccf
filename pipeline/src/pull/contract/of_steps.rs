//! The columns that may have a value at some steps only.
//!
//! Rule    `only_at` and `between` in data/columns.toml; an empty text is no value, since views often give one where nothing is known
//! Finds   V013 a value at another step, V014 a number outside its limits

use super::{ChunkCheck, wrong_kind};
use crate::source::{Cell, Cells};
use arrow::array::{Array, Int32Array, StringArray};
use schemas::Column;

impl ChunkCheck<'_> {
    /// Checks a text that only rows of some steps may have.
    pub(super) fn text_of_steps(&mut self, column: Column, steps: &[Option<u8>]) -> StringArray {
        let texts = self.text(column);
        self.only_at(column, &texts, steps);
        texts
    }

    /// Checks a number that only rows of some steps may have.
    pub(super) fn count_of_steps(&mut self, column: Column, steps: &[Option<u8>]) -> Int32Array {
        let cells = self.chunk.column(column);
        if let Cells::Nothing(rows) = cells {
            return Int32Array::new_null(rows);
        }
        let counts: Int32Array = (0..cells.len())
            .map(|row| match cells.at(row) {
                Cell::Null => None,
                Cell::Text(text) if text.trim().is_empty() => None,
                Cell::Integer(n) if self.contract.facts.is_between(column, n) => i32::try_from(n).ok(),
                Cell::Integer(_) => {
                    self.fault(row, "V014", column);
                    None
                }
                other => {
                    self.fault(row, wrong_kind(other), column);
                    None
                }
            })
            .collect();
        self.only_at(column, &counts, steps);
        counts
    }

    /// Gives texts in which an empty one of such a column is no value.
    pub(super) fn without_blanks(&self, column: Column, texts: StringArray) -> StringArray {
        let is_blank = |text: &str| text.trim().is_empty();
        if self.contract.facts.columns.get(column).only_at.is_none() || !texts.iter().flatten().any(is_blank) {
            return texts;
        }
        texts.iter().map(|text| text.filter(|text| !is_blank(text))).collect()
    }

    /// Notes a fault for each value at a step that cannot have one. Where the step itself is unknown, that is the fault.
    fn only_at(&mut self, column: Column, values: &dyn Array, steps: &[Option<u8>]) {
        if values.null_count() == values.len() {
            return;
        }
        // Without a list it may have a value at every step.
        let Some(allowed) = self.contract.facts.steps_of(column) else { return };
        for (row, step) in steps.iter().enumerate().filter(|(row, _)| values.is_valid(*row)) {
            if step.is_some_and(|step| !allowed.contains(&step)) {
                self.fault(row, "V013", column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Contract, Fault};
    use crate::source::{Cell, Words, chunk_of};
    use chrono_tz::Tz;
    use schemas::{Column, Facts};

    /// What a row of a step with a value in a column comes to: the text of the value, or the code of the fault.
    fn check(step: i64, column: Column, cell: Cell<'_>) -> Result<Option<String>, &'static str> {
        let facts = Facts::embedded().unwrap();
        let contract = Contract { facts: &facts, zone: Tz::Asia__Jakarta, integer_ids: true, held: &Words::new() };
        let text = Cell::Text;
        let row: Vec<Cell<'_>> = Column::ALL
            .into_iter()
            .map(|c| match c {
                c if c == column => cell,
                Column::EventId => Cell::Integer(7),
                Column::Langkah => Cell::Integer(step),
                Column::Pelaksana => text("operator"),
                Column::Hasil => text(if step == 10 { "diserahkan" } else { "selesai" }),
                Column::RecordedAt | Column::Selesai | Column::Diterima => text("2026-10-05T01:00:00Z"),
                Column::Pekon => text("1806011001"),
                c if c.is_always_read() => text("x"),
                _ => Cell::Null,
            })
            .collect();
        let checked = contract.check(&chunk_of(&[&row]));
        match checked.fault(0) {
            None => Ok(checked.events.values(column).said(0)),
            Some(Fault { code, column: at }) => {
                assert_eq!(at, column);
                Err(code)
            }
        }
    }

    #[test]
    fn a_value_stands_at_its_step_alone() {
        let text = Cell::Text;
        for (column, step, cell, said) in [
            (Column::NomorBukti, 3, text("BP-9001/2026"), "BP-9001/2026"),
            (Column::NomorBukti, 3, Cell::Integer(9_001), "9001"),
            (Column::JumlahLembar, 9, Cell::Integer(12), "12"),
            (Column::KtpLamaDiterima, 10, text("tidak"), "tidak"),
            (Column::Penerima, 10, text("BUDI REKAAN"), "BUDI REKAAN"),
        ] {
            assert_eq!(check(step, column, cell), Ok(Some(said.to_owned())), "{column:?}");
            for other in (1..=10).filter(|other| *other != step && *other != 2 && *other != 5 && *other != 6) {
                assert_eq!(check(other, column, cell), Err("V013"), "{column:?} at step {other}");
                assert_eq!(check(other, column, Cell::Null), Ok(None), "{column:?} at step {other}");
                assert_eq!(check(other, column, text(" ")), Ok(None), "{column:?} at step {other}");
            }
            assert_eq!(check(step, column, text("")), Ok(None), "{column:?}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_a_fault() {
        let text = Cell::Text;
        for (column, step, cell, code) in [
            (Column::JumlahLembar, 9, Cell::Integer(0), "V014"),
            (Column::JumlahLembar, 9, Cell::Integer(-1), "V014"),
            (Column::JumlahLembar, 9, Cell::Integer(10_000), "V014"),
            (Column::JumlahLembar, 9, Cell::Integer(i64::MAX), "V014"),
            (Column::JumlahLembar, 9, text("empat"), "V002"),
            (Column::JumlahLembar, 9, Cell::Real(4.0), "V002"),
            (Column::KtpLamaDiterima, 10, text("YA"), "V012"),
            (Column::KtpLamaDiterima, 10, text("mungkin"), "V012"),
            (Column::KtpLamaDiterima, 10, Cell::Integer(1), "V002"),
            (Column::Penerima, 10, text("A\nB"), "V006"),
            (Column::Penerima, 10, text(&"x".repeat(201)), "V011"),
            (Column::Penerima, 10, Cell::Integer(1), "V002"),
            (Column::NomorBukti, 3, text(&"9".repeat(101)), "V011"),
        ] {
            assert_eq!(check(step, column, cell), Err(code), "{column:?}: {cell:?}");
        }
    }
}
