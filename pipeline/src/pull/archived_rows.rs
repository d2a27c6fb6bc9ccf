//! The rows that the archive already has, by key, so that a pull can distinguish new rows from known ones.

use crate::archive::columns::{int64s, texts};
use crate::archive::event_batch::Events;
use crate::archive::lookup::each_with_key;
use crate::archive::{Archive, ArchiveError, EarlierSalts, PersonOf};
use crate::hash::hex;
use arrow::array::{Array, DynComparator, RecordBatch, StringArray, UInt32Array, make_comparator};
use arrow::compute::{SortOptions, concat_batches, take_record_batch};
use arrow::error::ArrowError;
use schemas::{Column, EventId};
use std::collections::BTreeMap;

/// The column of pseudonyms.
const PSEUDONYM: &str = "nik_pseudonym";

/// The latest archived row of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArchivedRow {
    pub(crate) seq: i64,
    /// Its place in [`ArchivedRows::rows`].
    row: usize,
}

/// The latest archived rows of some events.
#[derive(Debug)]
pub(crate) struct ArchivedRows<'i> {
    /// The public columns by which rows are compared.
    columns: Vec<Column>,
    places: BTreeMap<EventId<'i>, ArchivedRow>,
    rows: Option<RecordBatch>,
    salts: EarlierSalts,
}

impl<'i> ArchivedRows<'i> {
    /// Reads the events with these keys, which must be in order and without repetition.
    pub(crate) fn load(archive: &Archive, ids: &[EventId<'i>], public: &[Column]) -> Result<Self, ArchiveError> {
        let by_pseudonym = archive.disposals().next().map(|_| PSEUDONYM);
        let computed = ["seq", "pii_commitment"].into_iter().chain(by_pseudonym);
        let names: Vec<&str> = computed.chain(public.iter().map(|column| column.name())).collect();
        let mut places: BTreeMap<EventId<'i>, ArchivedRow> = BTreeMap::new();
        let (mut place, mut batches) = (0, Vec::new());
        each_with_key(archive, ids, &names, |batch, matches| {
            let seqs = int64s(batch, "seq")?;
            for (id, row) in matches {
                let event = ArchivedRow { seq: seqs.value(*row as usize), row: place };
                place += 1;
                let latest = places.entry(*id).or_insert(event);
                if latest.seq < event.seq {
                    *latest = event;
                }
            }
            let rows = UInt32Array::from_iter_values(matches.iter().map(|(_, row)| *row));
            batches.push(take_record_batch(batch, &rows).map_err(schema_mismatch)?);
            Ok(())
        })?;
        let rows = batches
            .first()
            .map(|first| concat_batches(&first.schema(), &batches))
            .transpose()
            .map_err(schema_mismatch)?;
        let columns = public.iter().copied().filter(|column| *column != Column::EventId).collect();
        let salts = EarlierSalts::of(archive, ids, places.values().map(|event| event.seq))?;
        Ok(Self { columns, places, rows, salts })
    }

    /// Returns how the person of an archived row is compared.
    pub(crate) fn person_of(&self, archived: ArchivedRow) -> Result<PersonOf, ArchiveError> {
        self.salts.person_of(archived.seq)
    }

    /// Returns the event with a key.
    pub(crate) fn get(&self, id: EventId<'_>) -> Option<ArchivedRow> {
        self.places.get(&id).copied()
    }

    /// Returns a matcher of the archived rows and the events of a chunk; `None` if no archived row was read.
    pub(crate) fn matcher(&self, events: &Events) -> Result<Option<RowMatcher<'_>>, ArchiveError> {
        let Some(rows) = &self.rows else { return Ok(None) };
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let archived = rows.column_by_name(column.name());
            let archived =
                archived.ok_or_else(|| schema_mismatch(ArrowError::SchemaError(column.name().to_owned())))?;
            columns.push(
                make_comparator(archived, events.values(*column).array(), SortOptions::default())
                    .map_err(schema_mismatch)?,
            );
        }
        let pseudonyms = rows.column_by_name(PSEUDONYM).map(|_| texts(rows, PSEUDONYM)).transpose()?;
        Ok(Some(RowMatcher { columns, commitments: texts(rows, "pii_commitment")?, pseudonyms }))
    }
}

fn schema_mismatch(fault: ArrowError) -> ArchiveError {
    ArchiveError::Decode { path: "a part".to_owned(), reason: fault.to_string() }
}

/// Compares archived rows with the events of a chunk, value by value. Personal columns are compared by their commitment, because they
/// may have been destroyed.
pub(crate) struct RowMatcher<'k> {
    columns: Vec<DynComparator>,
    commitments: &'k StringArray,
    /// Read where salts may have been destroyed.
    pseudonyms: Option<&'k StringArray>,
}

impl RowMatcher<'_> {
    /// Whether an archived row and an event of the chunk have equal public columns.
    pub(crate) fn is_same(&self, archived: ArchivedRow, row: usize) -> bool {
        self.columns.iter().all(|compare| compare(archived.row, row).is_eq())
    }

    /// Whether that is the pseudonym of an archived row.
    pub(crate) fn has_pseudonym(&self, archived: ArchivedRow, pseudonym: Option<&[u8; 16]>) -> bool {
        let Some(held) = self.pseudonyms else { return false };
        let held = held.is_valid(archived.row).then(|| held.value(archived.row));
        held == pseudonym.map(|pseudonym| hex(pseudonym)).as_deref()
    }

    /// Whether that is the commitment of an archived row.
    pub(crate) fn has_commitment(&self, archived: ArchivedRow, commitment: &[u8; 32]) -> bool {
        self.commitments.value(archived.row) == hex(commitment)
    }
}
