//! Is this the database that the archive was made from?
//!
//! If tertib is pointed at another office's database by mistake, its rows must not be archived as corrections, because
//! that cannot be undone. A server identifies itself; if it is the one of the last pull, nothing else is checked. For
//! any other server, and for a file, a sample of archived rows is looked up: a database that was moved or restored still
//! has them unchanged.

use super::{PullError, Run};
use crate::archive::columns::values;
use crate::archive::lookup::{in_order, recorded_at};
use crate::archive::{Archive, ArchiveError};
use crate::source::Source;
use arrow::array::RecordBatch;
use schemas::{Column, Identity};
use std::collections::BTreeSet;

/// The size of the sample, from the first part and from the last part each.
const ROWS_OF_A_PART: usize = 8;
/// A smaller sample proves nothing.
const FEWEST_ROWS: usize = 8;

impl Run<'_> {
    /// Checks the database, and returns its identity if it has one.
    pub(super) async fn recognise(
        &mut self,
        source: &mut Source,
        archive: &Archive,
    ) -> Result<Option<Identity>, PullError> {
        let Some(database) = source.database() else { return Ok(None) };
        let identity = database.identity().await?;
        let Some(note) = archive.source_note(self.options.source_name) else { return Ok(identity) };
        let is_the_same = identity.is_some() && identity == note.identity;
        if is_the_same || self.options.accept_corrections {
            return Ok(identity);
        }
        let keys = sample(archive)?;
        if keys.len() < FEWEST_ROWS {
            return Ok(identity);
        }
        let ids = in_order(&keys, archive.facts().is_none_or(|facts| facts.integer_ids));
        let archived = recorded_at(archive, &ids)?;
        let found = database.recorded_at(&ids).await?;
        let same = found.iter().filter(|(id, at)| archived.get(*id) == at.as_ref()).count();
        let changed = match (&note.identity, &identity) {
            (Some(was), Some(is)) => format!(" (it was {was} and is {is})"),
            _ => String::new(),
        };
        if found.is_empty() || same * 2 < found.len() {
            return Err(PullError::AnotherDatabase { changed, asked: keys.len(), found: found.len(), same });
        }
        if !changed.is_empty() {
            self.state.counts.note("S006", self.config.view.as_str());
        }
        Ok(identity)
    }
}

/// Returns the keys of the first and the last archived events, as text.
fn sample(archive: &Archive) -> Result<BTreeSet<String>, ArchiveError> {
    let mut ids = BTreeSet::new();
    let (mut first, last) = (archive.event_files(), archive.event_files());
    if let Some(file) = first.next() {
        for batch in archive.batches(file, Some(&["event_id"]), ROWS_OF_A_PART)?.take(1) {
            add_keys(&batch?, &mut ids)?;
        }
    }
    if let Some(file) = last.last()
        && let Some(batch) = archive.read(file, Some(&["event_id"]))?.last()
    {
        let begin = batch.num_rows().saturating_sub(ROWS_OF_A_PART);
        add_keys(&batch.slice(begin, batch.num_rows() - begin), &mut ids)?;
    }
    Ok(ids)
}

/// Adds the keys of a batch, as text.
fn add_keys(batch: &RecordBatch, ids: &mut BTreeSet<String>) -> Result<(), ArchiveError> {
    let keys = values(batch, Column::EventId)?;
    ids.extend((0..batch.num_rows()).filter_map(|row| keys.said(row)));
    Ok(())
}
