//! What a row says, column by column as text, in the archive and in the source.

use crate::archive::columns::{instants, int64s, values};
use crate::archive::event_batch::{self, Events};
use crate::archive::{Archive, ArchiveError, month_of_path};
use arrow::array::RecordBatch;
use schemas::{Column, EventId, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the contract, in their order; `None` for no value.
pub(super) type Values = Vec<Option<String>>;

/// Hands on the latest archived form of every event of a month, or only of its parts that may hold some of these keys, with
/// the instant of its end.
pub(super) fn each_latest(
    archive: &Archive,
    month: Month,
    among: Option<&[EventId<'_>]>,
    replaced: &BTreeSet<i64>,
    mut each: impl FnMut(i64, Values),
) -> Result<(), ArchiveError> {
    let facts = archive.columns()?;
    let (private, public): (Vec<Column>, Vec<Column>) = Column::ALL.iter().partition(|c| facts.is_personal(**c));
    let of_month = |path: &str| month_of_path(path) == Some(month);
    let mut persons: BTreeMap<i64, Values> = BTreeMap::new();
    for file in archive.person_files().filter(|f| of_month(&f.path)) {
        for batch in archive.read(file, None)? {
            let (seqs, columns) = (int64s(&batch, "seq")?, held(&batch, &private)?);
            for row in 0..batch.num_rows() {
                persons.insert(seqs.value(row), columns.iter().map(|column| column.said(row)).collect());
            }
        }
    }
    let wanted = archive.keyed_files().filter(|f| of_month(&f.entry.path));
    for file in wanted.filter(|f| among.is_none_or(|ids| f.may_hold_any(ids))) {
        for batch in archive.read(&file.entry, None)? {
            let (seqs, selesai) = (int64s(&batch, "seq")?, instants(&batch, "selesai")?);
            let columns = held(&batch, &public)?;
            for row in (0..batch.num_rows()).filter(|row| !replaced.contains(&seqs.value(*row))) {
                let seq = seqs.value(row);
                let person = persons.get(&seq).ok_or_else(|| ArchiveError::no_private_row(seq))?;
                let mut values = vec![None; Column::ALL.len()];
                for (column, held) in public.iter().zip(&columns) {
                    values[column.index()] = held.said(row);
                }
                for (column, value) in private.iter().zip(person) {
                    values[column.index()].clone_from(value);
                }
                each(selesai.value(row), values);
            }
        }
    }
    Ok(())
}

/// The latest archived values of these events, by their keys as text, in whatever month they stand.
pub(super) fn archived_values(
    archive: &Archive,
    ids: &[EventId<'_>],
    replaced: &BTreeSet<i64>,
) -> Result<BTreeMap<String, Values>, ArchiveError> {
    let files = archive.keyed_files().filter(|f| f.may_hold_any(ids));
    let months: BTreeSet<Month> = files.filter_map(|f| month_of_path(&f.entry.path)).collect();
    let names: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    let mut found = BTreeMap::new();
    for month in months {
        each_latest(archive, month, Some(ids), replaced, |_, values| {
            if let Some(id) = values[Column::EventId.index()].clone().filter(|id| names.contains(id)) {
                found.insert(id, values);
            }
        })?;
    }
    Ok(found)
}

/// These columns of a part.
fn held<'a>(batch: &'a RecordBatch, columns: &[Column]) -> Result<Vec<event_batch::Values<'a>>, ArchiveError> {
    columns.iter().map(|column| values(batch, *column)).collect()
}

/// The same for an event of the source.
pub(super) fn event_values(events: &Events, row: usize) -> [Option<String>; Column::ALL.len()] {
    Column::ALL.map(|column| events.values(column).said(row))
}
