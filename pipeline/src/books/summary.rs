//! Rows that are worked out for a whole: a pekon, an outage, a book.
//!
//! Reads   when each dossier reached its milestones, the log of outages, the numbers of the books
//! Gives   rows with all their values
//! Rule    a dossier counts for its pekon as it does in the flow of the review: it comes in with its first event, and is open until it is
//!         handed over, refused or found to be recorded twice, whichever was first; so the counts of each pekon add up

use super::lists::BookRow;
use super::{BookError, BookWriter};
use schemas::document::Cell;
use schemas::{Ledger, LedgerField, Milestone};
use std::collections::BTreeMap;

/// What a pekon brought, got back and took home.
#[derive(Clone, Copy, Default)]
pub(super) struct PekonCounts {
    open_before: u64,
    entered: u64,
    returned: u64,
    rejected: u64,
    duplicate: u64,
    printed: u64,
    handed_over: u64,
    uncollected: u64,
    open: u64,
}

impl PekonCounts {
    fn is_empty(&self) -> bool {
        let Self { open_before, entered, returned, rejected, duplicate, printed, handed_over, uncollected, open } =
            self;
        open_before + entered + returned + rejected + duplicate + printed + handed_over + uncollected + open == 0
    }
}

/// Returns a row of a statement: what, how much, of which unit.
pub(super) fn line<'r>(what: &str, amount: Cell, unit: &str) -> BookRow<'r> {
    BookRow::Summary(vec![
        (LedgerField::Uraian, Cell::Text(what.to_owned())),
        (LedgerField::Jumlah, amount),
        (LedgerField::Satuan, Cell::Text(unit.to_owned())),
    ])
}

/// How many numbers of a book are listed before only their count is.
const LISTED: usize = 20;

impl BookWriter<'_> {
    /// Returns the counts of each pekon with any, by its code, in order of kecamatan and name.
    pub(super) fn pekon_counts(&self) -> Vec<(String, BookRow<'static>)> {
        let zone = self.facts.zone;
        let (start, end) = (self.month.start_s(zone), self.month.end_s(zone));
        let mut counts: BTreeMap<u64, PekonCounts> = BTreeMap::new();
        for reached in self.milestones.values() {
            let of = counts.entry(reached.area).or_default();
            let in_month = |at: Option<i64>| u64::from(at.and_then(|at| zone.month(at)) == Some(self.month));
            let before = |at: Option<i64>, limit: i64| at.is_some_and(|at| at < limit);
            let open_at = |limit: i64| u64::from(before(reached.begun, limit) && !before(reached.ended(), limit));
            of.open_before += open_at(start);
            of.entered += in_month(reached.begun);
            of.handed_over += in_month(reached.ended_by(Milestone::HandedOver));
            of.rejected += in_month(reached.ended_by(Milestone::Rejected));
            of.duplicate += in_month(reached.ended_by(Milestone::Duplicate));
            of.open += open_at(end);
            of.printed += in_month(reached.printed);
            of.uncollected += u64::from(before(reached.printed, end) && !before(reached.ended(), end));
        }
        let is_first_month =
            self.milestones.values().filter_map(|reached| reached.begun).min().is_none_or(|at| at >= start);
        for (area, n) in &self.returned {
            counts.entry(*area).or_default().returned = *n;
        }
        let mut rows: Vec<_> = counts.iter().filter(|(_, counts)| !counts.is_empty()).collect();
        let place =
            |area: u64| self.facts.wilayah.get(&code(area)).map(|area| (area.kecamatan.clone(), area.name.clone()));
        rows.sort_by_cached_key(|(area, _)| (place(**area), **area));
        let row = |(area, counts): (&u64, &PekonCounts)| (code(*area), self.pekon_row(*area, counts, is_first_month));
        rows.into_iter().map(row).collect()
    }

    /// Returns the row of a pekon. What was open before the first month of the archive nobody knows.
    pub(super) fn pekon_row(&self, area: u64, counts: &PekonCounts, is_first_month: bool) -> BookRow<'static> {
        let of = self.facts.wilayah.get(&code(area));
        let PekonCounts {
            open_before,
            entered,
            returned,
            rejected,
            duplicate,
            printed,
            handed_over,
            uncollected,
            open,
        } = *counts;
        BookRow::Summary(vec![
            (LedgerField::NamaPekon, Cell::Text(of.map_or_else(|| code(area), schemas::Area::titled))),
            (LedgerField::Kecamatan, of.map_or(Cell::Empty, |area| Cell::Text(area.kecamatan.clone()))),
            (LedgerField::TerbukaAwal, if is_first_month { Cell::Empty } else { Cell::Number(open_before) }),
            (LedgerField::Masuk, Cell::Number(entered)),
            (LedgerField::Kembali, Cell::Number(returned)),
            (LedgerField::Ditolak, Cell::Number(rejected)),
            (LedgerField::RekamanGanda, Cell::Number(duplicate)),
            (LedgerField::Tercetak, Cell::Number(printed)),
            (LedgerField::Diserahkan, Cell::Number(handed_over)),
            (LedgerField::BelumDiambil, Cell::Number(uncollected)),
            (LedgerField::Terbuka, Cell::Number(open)),
        ])
    }

    /// Returns the outages that touched the month.
    pub(super) fn outage_rows(&self) -> Result<Vec<BookRow<'static>>, BookError> {
        let (from, to) = (self.month.start_s(self.facts.zone), self.month.end_s(self.facts.zone));
        let touches = |(_, start, end): &&(String, i64, i64)| *start < to && *end > from;
        let rows = self.outages.iter().filter(touches);
        rows.map(|(kind, start, end)| self.outage_row(kind, *start, *end)).collect()
    }

    pub(super) fn outage_row(&self, kind: &str, start: i64, end: i64) -> Result<BookRow<'static>, BookError> {
        let worked = self.facts.clock.working_s(end)? - self.facts.clock.working_s(start)?;
        let mut letters = kind.chars();
        let kind = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        Ok(BookRow::Summary(vec![
            (LedgerField::JenisGangguan, Cell::Text(kind)),
            (LedgerField::MulaiGangguan, Cell::DateTime(start)),
            (LedgerField::SelesaiGangguan, Cell::DateTime(end)),
            (LedgerField::Lama, Cell::Duration(end - start)),
            (LedgerField::LamaKerja, Cell::Duration(worked)),
        ]))
    }

    /// Returns the books of the month with their numbers.
    pub(super) fn register_rows(&self) -> Vec<BookRow<'static>> {
        self.facts.ledgers.iter().map(|ledger| self.register_row(ledger)).collect()
    }

    pub(super) fn register_row(&self, ledger: &Ledger) -> BookRow<'static> {
        let numbers = self.numbers.get(&ledger.id).cloned().unwrap_or_default();
        let entries = self.entries.get(&ledger.step).map_or(&[][..], Vec::as_slice);
        let late = entries.iter().filter(|entry| entry.late.is_some()).count() as u64;
        let keeper = ledger.signer.as_deref().and_then(|post| self.facts.post(post));
        let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
        let listed = |serials: &[u64]| Cell::Text(numbers.told(serials, LISTED));
        let (missing, twice) = (listed(&numbers.numbers_missing), listed(&numbers.numbers_used_twice));
        let held = numbers.held_told(LISTED);
        BookRow::Summary(vec![
            (LedgerField::Buku, Cell::Text(ledger.title.clone())),
            (LedgerField::PetugasBuku, text(keeper.map(|post| post.label))),
            (LedgerField::JumlahEntri, Cell::Number(entries.len() as u64)),
            (LedgerField::NomorPertama, text(numbers.first)),
            (LedgerField::NomorTerakhir, text(numbers.last)),
            (LedgerField::NomorTerlewat, missing),
            (LedgerField::EntriTertahan, text(held)),
            (LedgerField::NomorGanda, twice),
            (LedgerField::Susulan, Cell::Number(late)),
        ])
    }
}

/// Returns the code of an area, which is kept as a number.
fn code(area: u64) -> String {
    format!("{area:010}")
}
