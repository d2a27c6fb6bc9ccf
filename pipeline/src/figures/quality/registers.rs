//! The numbers of the books.
//!
//! Reads   the events of a month at the steps that write a book
//! Rule    a number is `NNNNNN/step/year`; those of a month follow one another
//! Finds   Q019–Q022 (no number, unreadable, missing, used twice), Q039, Q040 (step or year of another book)

use super::Found;
use chrono::Datelike;
use schemas::Event;
use schemas::{numbering, serial};
use std::collections::BTreeMap;

pub(super) fn check(events: &[Event<'_>], found: &mut Found<'_>) {
    let facts = found.facts;
    for ledger in &facts.ledgers {
        let entries = events.iter().filter(|e| e.langkah == ledger.step);
        let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
        for event in entries.clone() {
            match event.nomor_register.filter(|number| !number.trim().is_empty()) {
                None => found.event("Q019", event, ""),
                Some(number) => {
                    match serial(number) {
                        None => found.event("Q020", event, number),
                        Some(_) => book_and_year(event, number, ledger.step, found),
                    }
                    *numbers.entry(number.to_owned()).or_insert(0) += 1;
                }
            }
        }
        let numbering = numbering(&numbers);
        for (first, last) in runs(&numbering.numbers_missing) {
            let detail = if first == last { format!("{first:06}") } else { format!("{first:06}–{last:06}") };
            found.elsewhere("Q021", ledger.id.clone(), ledger.step, detail, last - first + 1);
        }
        for event in entries {
            let twice = |number: &&str| serial(number).is_some_and(|s| numbering.numbers_used_twice.contains(&s));
            if let Some(number) = event.nomor_register.filter(twice) {
                found.event("Q022", event, number);
            }
        }
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

/// Groups numbers that follow one another into pairs of first and last.
fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_in_a_row_are_one_gap() {
        assert_eq!(super::runs(&[4, 5, 6, 9, 11, 12]), [(4, 6), (9, 9), (11, 12)]);
        assert!(super::runs(&[]).is_empty());
    }
}
