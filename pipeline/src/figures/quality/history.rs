//! What came before in the same berkas.

use super::Found;
use crate::archive::columns::{instants, int32s, int64s, step, texts};
use crate::archive::{Archive, ArchiveError, month_of_path};
use arrow::array::{Array, StringArray};
use schemas::{Event, Milestone, Month, Sop};
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

/// Columns that are the same at each step of a berkas: where the archive has them, what a difference is, and what is said of it.
const OWN: [(&str, &str, &str); 4] = [
    ("jenis", "Q027", "jenis"),
    ("nik_pseudonym", "Q027", "nik"),
    ("pekon", "Q027", "pekon"),
    ("kolektif_id", "Q033", ""),
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
    archive: &Archive,
    sop: &Sop,
    month: Month,
    events: &[Event<'e>],
    superseded: &BTreeSet<i64>,
) -> Result<BTreeMap<&'e str, Before>, ArchiveError> {
    let mut history: BTreeMap<&str, Before> = events.iter().map(|e| (e.berkas_id, Before::default())).collect();
    let columns = ["seq", "berkas_id", "langkah", "hasil", "selesai", "jenis", "nik_pseudonym", "pekon", "kolektif_id"];
    for file in archive.event_files().filter(|f| month_of_path(&f.path).is_some_and(|m| m <= month)) {
        for batch in archive.read(file, Some(&columns))? {
            let (seqs, berkas) = (int64s(&batch, "seq")?, texts(&batch, "berkas_id")?);
            let (steps, ends, hasil) =
                (int32s(&batch, "langkah")?, instants(&batch, "selesai")?, texts(&batch, "hasil")?);
            let own = OWN.map(|(column, ..)| texts(&batch, column));
            let own: Vec<&StringArray> = own.into_iter().collect::<Result<_, _>>()?;
            for row in (0..batch.num_rows()).filter(|row| !superseded.contains(&seqs.value(*row))) {
                let Some(before) = history.get_mut(berkas.value(row)) else { continue };
                let at = ends.value(row);
                let earliest = |moment: &mut Option<i64>| *moment = Some(moment.map_or(at, |m| m.min(at)));
                match sop.milestone(step(steps.value(row))?, hasil.value(row)) {
                    Some(Milestone::Complete) => earliest(&mut before.complete),
                    Some(Milestone::Printed) => earliest(&mut before.printed),
                    Some(Milestone::Rejected | Milestone::Duplicate) => earliest(&mut before.ended),
                    _ => {}
                }
                before.compare(std::array::from_fn(|place| own[place].is_valid(row).then(|| own[place].value(row))));
            }
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
