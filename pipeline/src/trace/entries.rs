//! The official books, lists and papers that have the berkas, and the months and closings that it concerns.
//!
//! Reads   the rows of the subject, and of the books that have them what orders their entries
//! Gives   for each berkas its entries with their rows, the lists and papers that name it, its months
//! Rule    the books of a closed month are those of the archive as it was then; a letter that calls for a card goes out now

use super::gathering::Gathered;
use super::history::{Histories, Place};
use super::{Context, TraceError};
use crate::archive::Archive;
use crate::archive::current_events::{Computed, CurrentEvents};
use crate::books::{BookWriter, Naming, places};
use schemas::document::{TracedEntry, TracedEvent, TracedMonth, TracedPaper};
use schemas::{Column, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The entries and papers of each berkas.
pub(super) struct Entries {
    books: BTreeMap<String, Vec<TracedEntry>>,
    papers: BTreeMap<String, Vec<TracedPaper>>,
}

impl Entries {
    /// Looks for the berkas in the books, lists and papers of all months that may have them.
    pub(super) fn of(context: Context<'_>, gathered: &Gathered, histories: &Histories) -> Result<Self, TraceError> {
        let mut entries = Self { books: BTreeMap::new(), papers: BTreeMap::new() };
        for month in months_of_books(context, histories) {
            let closed = context.archive.seal(month).and_then(|seal| context.archive.at(seal.version));
            let archive = closed.as_ref().unwrap_or(context.archive);
            entries.enter(context, gathered, archive, month)?;
            entries.name(context, gathered, archive, month)?;
        }
        Ok(entries)
    }

    /// Adds the entries in the books of a month.
    fn enter(
        &mut self,
        context: Context<'_>,
        gathered: &Gathered,
        archive: &Archive,
        month: Month,
    ) -> Result<(), TraceError> {
        let facts = context.facts;
        let own = CurrentEvents::among(archive, &gathered.rows, archive.next_seq(), Some(&gathered.cases))?;
        // The rows that may be entries: which of them are, the books of the month say.
        let mut rows: BTreeMap<i64, (String, u8, String, Option<String>)> = BTreeMap::new();
        let columns = [Column::EventId, Column::BerkasId, Column::Langkah, Column::NomorRegister];
        for batch in own.batches(|file| file.month <= month, &columns, &[Computed::CorrectionOf]) {
            for event in batch?.rows()?.events() {
                let step = event.step()?;
                if facts.ledgers.iter().any(|ledger| ledger.step == step) {
                    let number = event.optional_text(Column::NomorRegister)?.map(str::to_owned);
                    let berkas = event.text(Column::BerkasId)?.to_owned();
                    rows.insert(event.seq(), (berkas, step, event.id()?.to_string(), number));
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let wanted: BTreeSet<i64> = rows.keys().copied().collect();
        let found = places(archive, &CurrentEvents::of(archive)?, facts, month, &wanted)?;
        for (seq, (row, late_of)) in found.rows {
            let Some((berkas, step, event, number)) = rows.remove(&seq) else { continue };
            for ledger in facts.ledgers.iter().filter(|ledger| ledger.step == step) {
                self.books.entry(berkas.clone()).or_default().push(TracedEntry {
                    id: ledger.id.clone(),
                    title: ledger.title.clone(),
                    month,
                    row,
                    number: number.clone(),
                    event: event.clone(),
                    late_of,
                    closed: context.archive.closing(month).map(|closing| closing.on),
                });
            }
        }
        Ok(())
    }

    /// Adds the lists and papers of a month that name a berkas.
    fn name(
        &mut self,
        context: Context<'_>,
        gathered: &Gathered,
        archive: &Archive,
        month: Month,
    ) -> Result<(), TraceError> {
        for berkas in &gathered.cases {
            let alone: BTreeSet<String> = [berkas.clone()].into();
            let naming = |archive: &Archive, is_called_for: bool| -> Result<Vec<Naming>, TraceError> {
                let own = CurrentEvents::among(archive, &gathered.rows, archive.next_seq(), Some(&alone))?;
                let writer = BookWriter::of(archive, &own, context.facts, month, context.request.creator)?;
                Ok(writer.naming(is_called_for)?)
            };
            let of_month = naming(archive, false)?.into_iter().chain(naming(context.archive, true)?);
            let papers = of_month.map(|of| TracedPaper {
                id: of.id,
                title: of.title,
                month,
                number: of.number,
                on: of.on,
                late: of.is_late,
            });
            let papers: Vec<TracedPaper> = papers.collect();
            if !papers.is_empty() {
                self.papers.entry(berkas.clone()).or_default().extend(papers);
            }
        }
        Ok(())
    }

    /// Takes those of a berkas.
    pub(super) fn take(&mut self, berkas: &str) -> (Vec<TracedEntry>, Vec<TracedPaper>) {
        let books = self.books.remove(berkas).unwrap_or_default();
        (books, self.papers.remove(berkas).unwrap_or_default())
    }
}

/// Returns the months whose documents may have the berkas: from its first event to its last, or while it is open; and where rows came
/// after their months were closed, up to the first month that is open.
fn months_of_books(context: Context<'_>, histories: &Histories) -> BTreeSet<Month> {
    let last_sealed = context.archive.seals().map(|seal| seal.month).max();
    let last = context.archive.span().map(|(_, last)| last);
    let mut months = BTreeSet::new();
    for history in histories.iter() {
        let (Some(first), Some(end)) = (
            history.places.iter().map(|place| place.month).min(),
            history.places.iter().map(|place| place.month).max(),
        ) else {
            continue;
        };
        let is_late = history.events.iter().any(|event| event.late)
            || history.corrections.iter().any(|correction| correction.late);
        let open_books = last_sealed.map(Month::next).filter(|_| is_late);
        let open = last.filter(|_| history.head.ended.is_none());
        let to = [Some(end), open_books, open].into_iter().flatten().max().unwrap_or(end);
        months.extend(std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= to));
    }
    months
}

/// Returns the months that a berkas concerns: those of its events, and those of books in which it is entered.
pub(super) fn months(
    context: Context<'_>,
    events: &[TracedEvent],
    places: &[Place],
    entered: &BTreeSet<Month>,
) -> Vec<TracedMonth> {
    let mut months: BTreeMap<Month, (u64, u64)> = entered.iter().map(|month| (*month, (0, 0))).collect();
    for (event, place) in events.iter().zip(places) {
        let (n, late) = months.entry(place.month).or_default();
        (*n, *late) = (*n + 1, *late + u64::from(event.late));
    }
    let traced = months.into_iter().map(|(month, (events, late))| TracedMonth {
        month,
        events,
        late,
        closed: context.archive.closing(month).map(|closing| closing.on),
        closed_by: context.archive.seal(month).map(|seal| seal.version),
    });
    traced.collect()
}
