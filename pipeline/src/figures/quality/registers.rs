//! The numbers of the books.
//!
//! Reads   the events of a month at the steps that write a book
//! Rule    a number is `NNNNNN/step/year`; those of a month follow one another; one whose row waits in quarantine is not missing
//! Finds   Q019–Q022 (no number, unreadable, missing, used twice), Q039, Q040 (step or year of another book)

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use crate::pull::held_back::{HeldBack, holding};
use chrono::Datelike;
use schemas::figures::RegisterNumbers;
use schemas::{Column, Event, Month, numbering, runs, serial};
use std::collections::BTreeMap;

pub(super) fn check(month: Month, events: &[Event<'_>], held: &[HeldBack], found: &mut Found<'_>) {
    let facts = found.facts;
    for ledger in &facts.ledgers {
        let entries = events.iter().filter(|e| e.langkah == ledger.step);
        let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
        for event in entries.clone() {
            if let Some(number) = check_number(event, ledger.step, found) {
                *numbers.entry(number.to_owned()).or_insert(0) += 1;
            }
        }
        let numbering = holding(numbering(&numbers), held, ledger.step, month);
        for (first, last) in runs(&numbering.numbers_missing) {
            let detail = if first == last { format!("{first:06}") } else { format!("{first:06}–{last:06}") };
            found.elsewhere("Q021", ledger.id.clone(), ledger.step, detail, last - first + 1);
        }
        entries.for_each(|event| check_twice(event, &numbering, found));
    }
}

/// Checks some events of a month alone; `current` has all of its entries, with which their numbers are compared.
pub(super) fn check_some(
    current: &CurrentEvents<'_>,
    month: Month,
    events: &[Event<'_>],
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let facts = found.facts;
    let mut numbers: BTreeMap<u8, BTreeMap<String, u64>> = BTreeMap::new();
    for batch in current.batches(|file| file.month == month, &[Column::Langkah, Column::NomorRegister], &[]) {
        for event in batch?.rows()?.events() {
            if let Some(number) = event.optional_text(Column::NomorRegister)?.filter(|number| !number.trim().is_empty())
            {
                *numbers.entry(event.step()?).or_default().entry(number.to_owned()).or_insert(0) += 1;
            }
        }
    }
    for ledger in &facts.ledgers {
        let numbering = numbering(&numbers.remove(&ledger.step).unwrap_or_default());
        for event in events.iter().filter(|event| event.langkah == ledger.step) {
            check_number(event, ledger.step, found);
            check_twice(event, &numbering, found);
        }
    }
    Ok(())
}

/// Checks the number of an entry by itself, and returns it.
fn check_number<'e>(event: &Event<'e>, step: u8, found: &mut Found<'_>) -> Option<&'e str> {
    let number = event.nomor_register.filter(|number| !number.trim().is_empty());
    match number {
        None => found.event("Q019", event, ""),
        Some(number) if serial(number).is_none() => found.event("Q020", event, number),
        Some(number) => book_and_year(event, number, step, found),
    }
    number
}

/// Checks that no other entry of the book has the number.
fn check_twice(event: &Event<'_>, numbering: &RegisterNumbers, found: &mut Found<'_>) {
    let twice = |number: &&str| serial(number).is_some_and(|s| numbering.numbers_used_twice.contains(&s));
    if let Some(number) = event.nomor_register.filter(twice) {
        found.event("Q022", event, number);
    }
}

/// Checks the step and the year in a number, if it has them, against those of the entry.
fn book_and_year(event: &Event<'_>, number: &str, step: u8, found: &mut Found<'_>) {
    let Some((_, rest)) = number.split_once('/') else { return };
    let (book, year) = rest.split_once('/').unwrap_or((rest, ""));
    let (Ok(book), Ok(year)) = (book.parse::<u64>(), year.parse::<i32>()) else {
        return found.event("Q020", event, number);
    };
    if book != u64::from(step) {
        found.event("Q039", event, number);
    }
    let entry_year = found.facts.zone.date(event.selesai_us.div_euclid(1_000_000)).map(|day| day.year());
    if Some(year) != entry_year {
        found.event("Q040", event, number);
    }
}
