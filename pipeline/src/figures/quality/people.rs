//! People: one NIK is one person's, and a berkas is of one person from its first step to its last.

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::CurrentEvents;
use schemas::{Column, Event, Month, Nik};
use std::collections::{BTreeMap, BTreeSet};

/// A name's words, in order of the alphabet.
type Words = BTreeSet<String>;

/// Whom the rows speak of.
#[derive(Debug, Default)]
struct People {
    /// Of each berkas of the month, the names that its events have.
    names: BTreeMap<String, BTreeSet<Words>>,
    /// Under each NIK of the month, who came with which berkas: the name at its first event.
    under: BTreeMap<String, BTreeMap<String, Words>>,
}

/// Of every berkas that has an event in the month, whether its events up to then agree whose it is; and of every NIK in the
/// month, whether all berkas up to then have one name under it.
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
        let Some(under) = event.person.nik.and_then(|nik| people.under.get(nik)) else { continue };
        let Some(own) = under.get(event.berkas_id) else { continue };
        let another = under.iter().find(|(berkas, name)| *berkas != event.berkas_id && is_other(own, name));
        if let Some((berkas, _)) = another {
            found.applicant("Q031", event, &format!("juga {berkas}"));
        }
    }
    Ok(())
}

/// Neither is the other with a title or a word left out.
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
        let sound = |nik: &str| Nik::parse(nik).is_some_and(|nik| nik.faults(&found.facts.wilayah).next().is_none());
        let mut people = Self {
            names: events.iter().map(|e| (e.berkas_id.to_owned(), BTreeSet::new())).collect(),
            // Under a NIK that cannot be, such as one of noughts, anybody may stand.
            under: events
                .iter()
                .filter_map(|e| e.person.nik)
                .filter(|nik| sound(nik))
                .map(|nik| (nik.to_owned(), BTreeMap::new()))
                .collect(),
        };
        for batch in current.batches(|file| file.month <= month, &[Column::BerkasId, Column::Nik, Column::Nama], &[]) {
            for event in batch?.rows()?.events() {
                let Some(name) = event.optional_text(Column::Nama)? else { continue };
                let berkas = event.text(Column::BerkasId)?;
                let words = || found.facts.names.words(name).into_iter().collect::<Words>();
                if let Some(names) = people.names.get_mut(berkas) {
                    names.insert(words());
                }
                if let Some(under) = event.optional_text(Column::Nik)?.and_then(|nik| people.under.get_mut(nik)) {
                    under.entry(berkas.to_owned()).or_insert_with(words);
                }
            }
        }
        Ok(people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A title or a second name that one office leaves out makes nobody another person.
    #[test]
    fn a_name_with_a_word_left_out_is_no_other_name() {
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
