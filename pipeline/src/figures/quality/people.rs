//! The persons of the month's berkas.
//!
//! Reads   the names and NIKs of all events up to the end of the month
//! Rule    one NIK belongs to one person, and a berkas to one person from its first step to its last; two names are the
//!         same if one of them is the other with words left out
//! Finds   Q031 (a NIK with several names), Q032 (a berkas with several names)

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use schemas::{Column, Event, Month, Nik};
use std::collections::{BTreeMap, BTreeSet};

/// The words of a name.
type Words = BTreeSet<String>;

/// The names in the events.
#[derive(Debug, Default)]
struct People {
    /// For each berkas of the month, the names in its events.
    names: BTreeMap<String, BTreeSet<Words>>,
    /// For each NIK of the month, its berkas, with the name in the first event of each.
    by_nik: BTreeMap<String, BTreeMap<String, Words>>,
}

/// Checks the berkas and the NIKs that have an event in the month, against all events up to its end.
pub(super) fn check(
    current: &CurrentEvents<'_>,
    month: Month,
    events: &[Event<'_>],
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let people = People::of(current, month, events, found)?;
    for event in events {
        if people.names.get(event.berkas_id).is_some_and(|names| names.len() > 1) {
            found.berkas("Q032", event, "");
        }
        let Some(names) = event.person.nik.and_then(|nik| people.by_nik.get(nik)) else { continue };
        let Some(own) = names.get(event.berkas_id) else { continue };
        let another = names.iter().find(|(berkas, name)| *berkas != event.berkas_id && is_other(own, name));
        if let Some((berkas, _)) = another {
            found.applicant("Q031", event, &format!("juga {berkas}"));
        }
    }
    Ok(())
}

/// Whether neither name is the other with words left out, such as a title.
fn is_other(one: &Words, other: &Words) -> bool {
    !one.is_subset(other) && !other.is_subset(one)
}

impl People {
    fn of(
        current: &CurrentEvents<'_>,
        month: Month,
        events: &[Event<'_>],
        found: &Found<'_>,
    ) -> Result<Self, ArchiveError> {
        let is_valid = |nik: &str| Nik::parse(nik).is_some_and(|nik| nik.faults(&found.facts.wilayah).next().is_none());
        let mut people = Self {
            names: events.iter().map(|e| (e.berkas_id.to_owned(), BTreeSet::new())).collect(),
            // An invalid NIK, such as one of zeros, may be entered for anybody.
            by_nik: events
                .iter()
                .filter_map(|e| e.person.nik)
                .filter(|nik| is_valid(nik))
                .map(|nik| (nik.to_owned(), BTreeMap::new()))
                .collect(),
        };
        for batch in current.batches(|file| file.month <= month, &[Column::BerkasId, Column::Nik, Column::Nama], &[]) {
            for event in batch?.rows()?.events().filter(|event| !event.is_destroyed()) {
                let Some(name) = event.optional_text(Column::Nama)? else { continue };
                let berkas = event.text(Column::BerkasId)?;
                let words = || found.facts.names.words(name).into_iter().collect::<Words>();
                if let Some(names) = people.names.get_mut(berkas) {
                    names.insert(words());
                }
                if let Some(names) = event.optional_text(Column::Nik)?.and_then(|nik| people.by_nik.get_mut(nik)) {
                    names.entry(berkas.to_owned()).or_insert_with(words);
                }
            }
        }
        Ok(people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_words_left_out_is_no_other_name() {
        let words = |name: &str| -> Words { name.split(' ').map(str::to_owned).collect() };
        for (one, other, expected) in [
            ("SITI AMINAH", "SITI AMINAH", false),
            ("SITI AMINAH", "AMINAH SITI", false),
            ("SITI AMINAH", "AMINAH", false),
            ("AMINAH", "HJ SITI AMINAH", false),
            ("SITI AMINAH", "SITI RAHAYU", true),
            ("SITI AMINAH", "BUDI", true),
        ] {
            assert_eq!(is_other(&words(one), &words(other)), expected, "{one} and {other}");
        }
    }
}
