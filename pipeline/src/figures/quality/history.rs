//! What came before in the same berkas.

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::{Computed, CurrentEvents};
use schemas::{Column, Event, Milestone, Month, Sop};
use std::collections::{BTreeMap, BTreeSet};

/// When a berkas first reached what later steps need, microseconds, and whether its events agree.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    complete: Option<i64>,
    printed: Option<i64>,
    ended: Option<i64>,
    /// A value of each of [`OWN`].
    own: [Option<String>; OWN.len()],
    /// Columns of which there is another value too.
    differing: BTreeSet<(&'static str, &'static str)>,
}

/// Columns that are the same at each step of a berkas, what a difference is, and what is said of it. The one that is no column of the
/// contract is the pseudonym of the NIK.
const OWN: [(Option<Column>, &str, &str); 4] = [
    (Some(Column::Jenis), "Q027", "jenis"),
    (None, "Q027", "nik"),
    (Some(Column::Pekon), "Q027", "pekon"),
    (Some(Column::KolektifId), "Q033", ""),
];

impl Before {
    /// No value yet is no difference.
    fn compare(&mut self, values: [Option<&str>; OWN.len()]) {
        for ((own, value), (_, code, detail)) in self.own.iter_mut().zip(values).zip(OWN) {
            match (own.as_deref(), value) {
                (None, Some(value)) => *own = Some(value.to_owned()),
                (Some(own), Some(value)) if own != value => drop(self.differing.insert((code, detail))),
                _ => {}
            }
        }
    }
}

/// Of every berkas that has an event in the month, what came before or in it.
pub(super) fn of<'e>(
    current: &CurrentEvents<'_>,
    sop: &Sop,
    month: Month,
    events: &[Event<'e>],
) -> Result<BTreeMap<&'e str, Before>, ArchiveError> {
    let mut history: BTreeMap<&str, Before> = events.iter().map(|e| (e.berkas_id, Before::default())).collect();
    let own = OWN.iter().filter_map(|(column, ..)| *column);
    let columns: Vec<Column> =
        [Column::BerkasId, Column::Langkah, Column::Hasil, Column::Selesai].into_iter().chain(own).collect();
    for batch in current.batches(|file| file.month <= month, &columns, &[Computed::NikPseudonym]) {
        for event in batch?.rows()?.events() {
            let Some(before) = history.get_mut(event.text(Column::BerkasId)?) else { continue };
            let at = event.number(Column::Selesai)?;
            let earliest = |moment: &mut Option<i64>| *moment = Some(moment.map_or(at, |m| m.min(at)));
            match sop.milestone(event.step()?, event.text(Column::Hasil)?) {
                Some(Milestone::Complete) => earliest(&mut before.complete),
                Some(Milestone::Printed) => earliest(&mut before.printed),
                Some(Milestone::Rejected | Milestone::Duplicate) => earliest(&mut before.ended),
                _ => {}
            }
            let mut values = [None; OWN.len()];
            for (value, (column, ..)) in values.iter_mut().zip(OWN) {
                *value = match column {
                    Some(column) => event.optional_text(column)?,
                    None => event.pseudonym(),
                };
            }
            before.compare(values);
        }
    }
    Ok(history)
}

/// `archived_from` is the first month of the archive: of a batch received before it, nothing is missing.
pub(super) fn check(event: &Event<'_>, history: &BTreeMap<&str, Before>, archived_from: Month, found: &mut Found<'_>) {
    let Some(before) = history.get(event.berkas_id) else { return };
    let month_of = |us: i64| found.facts.zone.month(us.div_euclid(1_000_000));
    let received = month_of(event.diterima_us);
    let is_whole = received.is_none_or(|month| month >= archived_from);
    let lacks = |moment: Option<i64>| moment.map_or(is_whole, |moment| moment > event.selesai_us);
    let milestone = found.facts.sop.milestone(event.langkah, event.hasil);
    let prints = milestone == Some(Milestone::Printed);
    // Where the check came in a later month than the print, both months name it.
    let checks = milestone == Some(Milestone::Complete) && before.complete == Some(event.selesai_us);
    let printed_earlier =
        before.printed.is_some_and(|at| at < event.selesai_us && month_of(at) != month_of(event.selesai_us));
    if prints && lacks(before.complete) || checks && printed_earlier {
        found.event("Q023", event, "");
    }
    if milestone == Some(Milestone::HandedOver) && lacks(before.printed) {
        found.event("Q024", event, "");
    }
    if prints && before.ended.is_some_and(|ended| ended < event.selesai_us) {
        found.event("Q025", event, "");
    }
    for (code, detail) in &before.differing {
        found.berkas(code, event, detail);
    }
}
