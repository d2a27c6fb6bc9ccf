//! `runs`: the commits of the log. `quarantine`: the rows that wait, without the rows.

use super::super::QueryError;
use super::super::datum::{Datum, Kind};
use super::{Subject, count, integer, text};
use crate::archive::quarantine::waiting_rows;

/// The columns of `runs`.
pub(super) const RUN_COLUMNS: [(&str, Kind); 14] = [
    ("version", Kind::Integer),
    ("arrived_at", Kind::Instant),
    ("seq_from", Kind::Integer),
    ("seq_to", Kind::Integer),
    ("events", Kind::Integer),
    ("corrections", Kind::Integer),
    ("quarantined", Kind::Integer),
    ("findings", Kind::Integer),
    ("source", Kind::Text),
    ("complete_until", Kind::Instant),
    ("seal", Kind::Text),
    ("sealed_incomplete", Kind::Text),
    ("previous", Kind::Text),
    ("head", Kind::Text),
];

/// The columns of `quarantine`.
pub(super) const QUARANTINE_COLUMNS: [(&str, Kind); 4] =
    [("code", Kind::Text), ("kolom", Kind::Text), ("event_id", Kind::Text), ("since", Kind::Instant)];

/// Returns one row per commit.
pub(super) fn runs(subject: &Subject) -> Vec<Vec<Datum>> {
    let mut before = 0;
    let row = |commit: &crate::archive::commit_log::Commit| {
        let note = &commit.note;
        let (from, to) = (before, note.next_seq);
        before = to;
        let has_rows = to > from;
        vec![
            count(commit.version),
            Datum::Instant(commit.at_ms.saturating_mul(1_000)),
            integer(has_rows.then_some(from)),
            integer(has_rows.then_some(to - 1)),
            Datum::Integer(to - from),
            count(note.corrections),
            count(note.quarantined),
            count(note.findings.values().sum()),
            text(note.source.as_ref().map(|source| source.name.as_str())),
            note.complete_until_us.map_or(Datum::Null, Datum::Instant),
            super::month(note.seal),
            text(note.sealed_incomplete.as_deref()),
            text(note.previous.as_deref()),
            text(Some(&commit.sha256)),
        ]
    };
    subject.archive.commits().iter().map(row).collect()
}

/// Returns one row per row that waits in quarantine.
pub(super) fn quarantine(subject: &Subject) -> Result<Vec<Vec<Datum>>, QueryError> {
    let waiting = waiting_rows(&subject.archive)?;
    let row = |row: &crate::archive::quarantine::WaitingRow| {
        vec![
            text(Some(&row.code)),
            text(Some(&row.column).filter(|column| !column.is_empty()).map(String::as_str)),
            text(row.event_id.as_deref()),
            Datum::Instant(row.since_ms.saturating_mul(1_000)),
        ]
    };
    Ok(waiting.iter().map(row).collect())
}
