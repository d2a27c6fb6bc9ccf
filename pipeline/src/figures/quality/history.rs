//! The order of a berkas' steps, and whether its events agree.
//!
//! Reads   the events of the month, and all earlier ones of the same berkas
//! Rule    the SOP: complete before printed, printed before handed over, nothing after a rejection
//! Finds   Q023–Q025 (order), Q027, Q033 (events that disagree)

use super::Found;
use crate::archive::ArchiveError;
use crate::archive::current_events::{Computed, CurrentEvents};
use schemas::{Column, Event, Milestone, Month, Sop};
use std::collections::{BTreeMap, BTreeSet};

/// The milestones of a berkas, in microseconds, and whether its events agree.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    complete: Option<i64>,
    printed: Option<i64>,
    ended: Option<i64>,
    /// The first value of each of [`OWN`].
    own: [Option<String>; OWN.len()],
    /// The code and detail of each column that has another value too.
    differing: BTreeSet<(&'static str, &'static str)>,
}

/// Columns that must be the same at each step of a berkas, with the code and the detail of a difference. `None` is the pseudonym of
/// the NIK, which is no column of the contract.
const OWN: [(Option<Column>, &str, &str); 4] = [
    (Some(Column::Jenis), "Q027", "jenis"),
    (None, "Q027", "nik"),
    (Some(Column::Pekon), "Q027", "pekon"),
    (Some(Column::KolektifId), "Q033", ""),
];

impl History {
    /// Compares the values of an event with the first ones. A missing value is no difference.
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

/// Returns the history, up to the end of the month, of every berkas that has an event in it.
pub(super) fn of<'e>(
    current: &CurrentEvents<'_>,
    sop: &Sop,
    month: Month,
    events: &[Event<'e>],
) -> Result<BTreeMap<&'e str, History>, ArchiveError> {
    let mut histories: BTreeMap<&str, History> = events.iter().map(|e| (e.berkas_id, History::default())).collect();
    let own = OWN.iter().filter_map(|(column, ..)| *column);
    let columns: Vec<Column> =
        [Column::BerkasId, Column::Langkah, Column::Hasil, Column::Selesai].into_iter().chain(own).collect();
    for batch in current.batches(|file| file.month <= month, &columns, &[Computed::NikPseudonym]) {
        for event in batch?.rows()?.events() {
            let Some(history) = histories.get_mut(event.text(Column::BerkasId)?) else { continue };
            let at = event.number(Column::Selesai)?;
            let earliest = |moment: &mut Option<i64>| *moment = Some(moment.map_or(at, |m| m.min(at)));
            match sop.milestone(event.step()?, event.text(Column::Hasil)?) {
                Some(Milestone::Complete) => earliest(&mut history.complete),
                Some(Milestone::Printed) => earliest(&mut history.printed),
                Some(Milestone::Rejected | Milestone::Duplicate) => earliest(&mut history.ended),
                _ => {}
            }
            let mut values = [None; OWN.len()];
            for (value, (column, ..)) in values.iter_mut().zip(OWN) {
                *value = match column {
                    Some(column) => event.optional_text(column)?,
                    None => event.pseudonym(),
                };
            }
            history.compare(values);
        }
    }
    Ok(histories)
}

/// Checks an event. `archived_from` is the first month of the archive: a batch received before it is not reported to lack steps.
pub(super) fn check(
    event: &Event<'_>,
    histories: &BTreeMap<&str, History>,
    archived_from: Month,
    found: &mut Found<'_>,
) {
    let Some(history) = histories.get(event.berkas_id) else { return };
    let month_of = |us: i64| found.facts.zone.month(us.div_euclid(1_000_000));
    let received = month_of(event.diterima_us);
    let is_whole = received.is_none_or(|month| month >= archived_from);
    let lacks = |moment: Option<i64>| moment.map_or(is_whole, |moment| moment > event.selesai_us);
    let milestone = found.facts.sop.milestone(event.langkah, event.hasil);
    let prints = milestone == Some(Milestone::Printed);
    // If the check came in a later month than the print, the finding is in both months.
    let checks = milestone == Some(Milestone::Complete) && history.complete == Some(event.selesai_us);
    let printed_earlier =
        history.printed.is_some_and(|at| at < event.selesai_us && month_of(at) != month_of(event.selesai_us));
    if prints && lacks(history.complete) || checks && printed_earlier {
        found.event("Q023", event, "");
    }
    if milestone == Some(Milestone::HandedOver) && lacks(history.printed) {
        found.event("Q024", event, "");
    }
    if prints && history.ended.is_some_and(|ended| ended < event.selesai_us) {
        found.event("Q025", event, "");
    }
    for (code, detail) in &history.differing {
        found.berkas(code, event, detail);
    }
}
