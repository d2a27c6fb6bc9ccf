//! The rows of a subject: of which berkas it is, and what each of them has in the archive.
//!
//! Reads   the public columns by which berkas, batch and person are found; all columns of the rows that are
//! Gives   the berkas, their rows in every form, and the rows near them on which findings rest
//! Rule    a berkas belongs to a batch or a person if any form of any of its events did; a correction may move an event to another
//!         berkas, so that what replaces a row and what it replaced is followed wherever it leads

use crate::archive::columns::texts;
use crate::archive::current_events::Computed;
use crate::archive::picked_rows::{Pick, PickedRows};
use crate::archive::{Archive, ArchiveError};
use schemas::Column;
use schemas::document::TraceSubject;
use std::collections::BTreeSet;

/// The rows of a subject.
pub(super) struct Gathered {
    /// The berkas.
    pub(super) cases: BTreeSet<String>,
    /// Their rows in every form, and those that replaced or were replaced by them.
    pub(super) rows: PickedRows,
    /// The batch, if it was asked for.
    pub(super) batch: Option<String>,
}

impl Gathered {
    /// Finds the berkas of a subject and reads their rows.
    pub(super) fn of(archive: &Archive, subject: &TraceSubject) -> Result<Self, ArchiveError> {
        let (pick, batch) = match subject {
            TraceSubject::Berkas(_) => (None, None),
            TraceSubject::Kolektif(id) => {
                (Some(Pick::Texts(Column::KolektifId, [id.clone()].into())), Some(id.clone()))
            }
            TraceSubject::Orang(pseudonym) => (Some(Pick::Pseudonyms(digest(pseudonym).into_iter().collect())), None),
        };
        let cases = match pick {
            Some(pick) => berkas_of(archive, &PickedRows::of(archive, &[pick])?)?,
            None => [subject.id().to_owned()].into(),
        };
        let rows = PickedRows::of(archive, &[Pick::Texts(Column::BerkasId, cases.clone())])?;
        let rows = with_corrections(archive, rows)?.with_private(archive)?;
        Ok(Self { cases, rows, batch })
    }

    /// Reads the rows near those of the subject: of its NIKs in other berkas, and of its batch.
    pub(super) fn near(&self, archive: &Archive) -> Result<PickedRows, ArchiveError> {
        let mut pseudonyms = BTreeSet::new();
        for file in self.rows.files() {
            let Some(rows) = self.rows.public(file) else { continue };
            pseudonyms.extend(texts(&rows, Computed::NikPseudonym.name())?.iter().flatten().filter_map(digest));
        }
        let mut picks = vec![Pick::Texts(Column::BerkasId, self.cases.clone()), Pick::Pseudonyms(pseudonyms)];
        picks.extend(self.batch.iter().map(|batch| Pick::Texts(Column::KolektifId, [batch.clone()].into())));
        with_corrections(archive, PickedRows::of(archive, &picks)?)?.with_private(archive)
    }
}

/// Returns the berkas that rows name.
fn berkas_of(archive: &Archive, rows: &PickedRows) -> Result<BTreeSet<String>, ArchiveError> {
    let mut cases = BTreeSet::new();
    for file in archive.keyed_files() {
        if let Some(rows) = rows.public(file) {
            cases.extend(texts(&rows, Column::BerkasId.name())?.iter().flatten().map(str::to_owned));
        }
    }
    Ok(cases)
}

/// Adds the rows that replace these or are replaced by them, until there are no more.
fn with_corrections(archive: &Archive, mut rows: PickedRows) -> Result<PickedRows, ArchiveError> {
    if archive.corrections() == 0 {
        return Ok(rows);
    }
    let correcting: Vec<_> = archive.correcting_parts().collect();
    loop {
        let known = rows.seqs()?;
        let mut linked: BTreeSet<i64> = rows.corrections()?.into_values().collect();
        let replacing = PickedRows::of_files(archive, &correcting, &[Pick::CorrectionsOf(known.clone())])?;
        linked.extend(replacing.seqs()?);
        if linked.is_subset(&known) {
            return Ok(rows);
        }
        rows.add(archive, &linked)?;
    }
}

/// Reads a pseudonym.
fn digest(digits: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32);
    number.map(u128::to_be_bytes)
}
