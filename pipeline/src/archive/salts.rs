//! The salts of rows that were written under an earlier key, so that a row which is read again is recognised although the key in force
//! gives it another salt.
//!
//! Reads   the private parts of those rows
//! Gives   for each row how its person is compared

use super::columns::{int64s, texts};
use super::{Archive, ArchiveError, EventFile, FileEntry};
use schemas::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// How the person of an archived row is compared with that of a row which is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PersonOf {
    /// By the commitment under the key in force.
    TheKey,
    /// By the commitment under the salt that was archived.
    ASalt([u8; 16]),
    /// By the pseudonym alone, since the salt was destroyed.
    Pseudonym,
}

/// The salts of some rows that were written under an earlier key.
#[derive(Debug, Default)]
pub(crate) struct EarlierSalts {
    /// The number of the first row under the key in force.
    begins: i64,
    salts: BTreeMap<i64, [u8; 16]>,
    /// Whether the salts of some rows were destroyed.
    are_some_destroyed: bool,
}

impl EarlierSalts {
    /// Reads the salts of the rows of these numbers, whose keys are among `ids`.
    pub(crate) fn of(
        archive: &Archive,
        ids: &[EventId<'_>],
        seqs: impl Iterator<Item = i64>,
    ) -> Result<Self, ArchiveError> {
        let begins = archive.key_begins();
        let wanted: BTreeSet<i64> = seqs.filter(|seq| *seq < begins).collect();
        let (mut salts, are_some_destroyed) = (BTreeMap::new(), archive.disposals().next().is_some());
        if wanted.is_empty() {
            return Ok(Self { begins, salts, are_some_destroyed });
        }
        for (_, persons) in archive.pairs().filter(|(events, _)| events.may_hold_any(ids)) {
            for batch in archive.read(persons, Some(&["seq", "salt"]))? {
                let (seqs, held) = (int64s(&batch, "seq")?, texts(&batch, "salt")?);
                for (seq, salt) in seqs.values().iter().zip(held).filter(|(seq, _)| wanted.contains(*seq)) {
                    let salt = salt.and_then(|digits| u128::from_str_radix(digits, 16).ok());
                    salts.extend(salt.map(|salt| (*seq, salt.to_be_bytes())));
                }
            }
        }
        Ok(Self { begins, salts, are_some_destroyed })
    }

    /// Returns how the person of an archived row is compared.
    pub(crate) fn person_of(&self, seq: i64) -> Result<PersonOf, ArchiveError> {
        if seq >= self.begins {
            return Ok(PersonOf::TheKey);
        }
        match self.salts.get(&seq) {
            Some(salt) => Ok(PersonOf::ASalt(*salt)),
            None if self.are_some_destroyed => Ok(PersonOf::Pseudonym),
            None => Err(ArchiveError::no_private_row(seq)),
        }
    }
}

impl Archive {
    /// Returns the public parts whose private one is there, each with it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&EventFile, &FileEntry)> {
        self.all_pairs().filter(|(_, persons)| self.disposed_by(persons).is_none())
    }

    /// Returns the public parts, each with its private one, be that there or destroyed.
    pub(super) fn all_pairs(&self) -> impl Iterator<Item = (&EventFile, &FileEntry)> {
        self.commits.iter().flat_map(|commit| commit.events.iter().zip(&commit.note.persons))
    }
}
