//! The rows of the stock of blank cards: its days, and the lines of its account.
//!
//! Reads   the stock log, the prints of the month
//! Rule    where the log begins in the month, nobody knows what was there before, nor what is left: both are left for the pen, or said
//!         not to be known, and only what came and went is counted

use super::lists::{BookRow, framed};
use super::summary::line;
use super::{BookWriter, counted};
use crate::blanks::{Account, account, left_before};
use chrono::NaiveDate;
use schemas::document::{Cell, Lasts};
use schemas::{Language, LedgerColumn, LedgerField, ListRows, Milestone, Month};
use std::collections::BTreeMap;

impl BookWriter<'_> {
    /// Returns the days of the stock log in the month.
    pub(super) fn days<'r>(&self) -> Vec<BookRow<'r>> {
        let days = self.stock.iter().filter(|(day, _)| Month::of_date(**day) == self.month);
        days.map(|(day, counts)| BookRow::Day(*day, *counts, self.left_on(*day))).collect()
    }

    /// Returns the blanks that are left at the end of a day, which may be of an earlier month where an entry came late; `None` where nobody knows what was there before.
    pub(super) fn left_on(&self, day: NaiveDate) -> Option<i64> {
        let month = Month::of_date(day);
        let before = left_before(&self.stock, month)?;
        let days = self.stock.range(month.first_day()..=day);
        Some(before + days.map(|(_, [received, printed, spoilt])| received - printed - spoilt).sum::<i64>())
    }

    /// Returns the blanks that were left before the month: a cell for the pen where nobody has recorded it.
    pub(super) fn opening(&self, columns: &[LedgerColumn]) -> Vec<Cell> {
        let left = left_before(&self.stock, self.month).map_or(Cell::Empty, counted);
        if self.obstacle(&ListRows::Day).is_some() {
            return Vec::new();
        }
        framed(columns, "Saldo awal", |_, column| (column.field == LedgerField::Sisa).then(|| left.clone()))
    }

    /// Returns the account of blanks: what was there, what came and went by the stock log, what is left and for how long, and the cards
    /// that were printed by the events. Nothing without a stock log, since a stock that nobody wrote down is not zero.
    pub(super) fn stock_lines(&self) -> Vec<BookRow<'static>> {
        let Some(Account { blanks, used, working_days, since }) = account(&self.stock, self.facts, self.month) else {
            return Vec::new();
        };
        let amount = counted;
        let stock = |left: Option<i64>| left.map_or_else(|| Cell::Text("tidak diketahui".to_owned()), amount);
        let mut lines = vec![
            line("Persediaan awal bulan", stock(blanks.left_before), "keping"),
            line("Diterima", amount(blanks.received), "keping"),
            line("Dipakai mencetak menurut kartu stok", amount(blanks.printed), "keping"),
            line("Gagal cetak atau rusak menurut kartu stok", amount(blanks.spoilt), "keping"),
            line("Persediaan akhir bulan", stock(blanks.left), "keping"),
        ];
        if let (Some(lasts), Some(tenths)) = (blanks.lasts(), (used * 10 + working_days / 2).checked_div(working_days))
        {
            let per_day = Cell::Text(format!("{},{}", Language::Indonesian.integer(tenths / 10), tenths % 10));
            let since = if since == self.month { String::new() } else { format!(" sejak {}", since.indonesian()) };
            lines.push(line(&format!("Pemakaian rata-rata per hari kerja{since}"), per_day, "keping"));
            lines.push(match lasts {
                Lasts::WorkingDays(days) => line("Persediaan akhir cukup untuk", Cell::Number(days), "hari kerja"),
                Lasts::OverAYear => {
                    line("Persediaan akhir cukup untuk", Cell::Text("lebih dari 1".to_owned()), "tahun")
                }
            });
        }
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in self.entries.values().flatten().filter(|entry| entry.late.is_none()) {
            if self.facts.sop.milestone(entry.step, &entry.hasil) == Some(Milestone::Printed) {
                *kinds.entry(&entry.jenis).or_default() += 1;
            }
        }
        for (kind, n) in kinds {
            let kind = self.facts.jenis.get(kind).map_or(kind, String::as_str);
            lines.push(line(&format!("Tercetak menurut peristiwa: {kind}"), Cell::Number(n), "keping"));
        }
        // A count by hand is written down by who counts.
        lines.push(line("Hasil opname fisik", Cell::Empty, "keping"));
        lines.push(line("Selisih terhadap persediaan akhir", Cell::Empty, "keping"));
        lines
    }
}
