//! Destruction of the personal data of months: what would be destroyed, and the commit that decides it.
//!
//! Reads   the private files of the months; the rows of the quarantine, each with its month
//! Gives   what there is to destroy; a commit that names each private file with its digest, after which these files are removed
//! Rule    a month on hold is never destroyed. What is destroyed is what was approved: where the files of the months have become others,
//!         nothing is done. Rows of other months that share a file of the quarantine move to a file of the commit
//!
//! Invariant: the public rows, and so all figures, proofs and digests, stay as they are.

use crate::archive::columns::texts;
use crate::archive::key::Key;
use crate::archive::quarantine::DIGEST;
use crate::archive::tables::KeptRow;
use crate::archive::{Archive, ArchiveError, Disposal, FileEntry, Writer, WriterLock, commit_of_note, month_of_path};
use crate::hash::hex;
use crate::pull::held_back::month_of_row;
use crate::transparency::SigningKey;
use schemas::{Month, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Why nothing can be destroyed.
#[derive(Debug, thiserror::Error)]
pub enum DisposalError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A month is on hold.
    #[error(
        "{month} is on hold ({reason}), which goes before retention; nothing was destroyed\n  `tertib hold lift --month {month}` ends the hold"
    )]
    Held {
        /// The month.
        month: Month,
        /// Why.
        reason: String,
    },
    /// The archive has other private files of the months than those that were approved.
    #[error(
        "the archive has other personal data of these months than the proposal says; nothing was destroyed\n  make a new proposal with `tertib dispose propose`, and have it approved"
    )]
    Changed,
}

/// What there is to destroy of some months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposable {
    /// The months, in order.
    pub months: Vec<DisposableMonth>,
    /// The files of the quarantine that hold rows of them.
    pub quarantine: Vec<FileEntry>,
    /// How many rows of other months are in these files, and stay.
    pub moved: u64,
}

/// What there is to destroy of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposableMonth {
    /// The month.
    pub month: Month,
    /// How many rows of events the archive has of it.
    pub events: u64,
    /// How many of them have personal data that are there.
    pub persons: u64,
    /// How many rows of it are in the quarantine.
    pub quarantined: u64,
    /// The private files.
    pub files: Vec<FileEntry>,
}

impl Disposable {
    /// Returns what there is of the months; months without any private row are left out.
    ///
    /// # Errors
    /// [`ArchiveError`] when the archive is empty, a public copy or damaged.
    pub fn of(archive: &Archive, zone: Zone, months: &[Month]) -> Result<Self, ArchiveError> {
        let (found, _) = found(archive, zone, months)?;
        Ok(found)
    }

    /// Returns all private files, in the order of their paths.
    #[must_use]
    pub fn files(&self) -> Vec<FileEntry> {
        let mut files: Vec<FileEntry> = self.months.iter().flat_map(|month| &month.files).cloned().collect();
        files.extend(self.quarantine.iter().cloned());
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// What was approved, by whom, and when it is.
#[derive(Clone, Copy, Debug)]
pub struct DisposalRequest<'a> {
    /// The months.
    pub months: &'a [Month],
    /// The private files, in the order of their paths.
    pub files: &'a [FileEntry],
    /// The SHA-256 of the proposal.
    pub proposal: &'a str,
    /// Who proposed it.
    pub proposed_by: &'a str,
    /// Who approved it.
    pub approved_by: &'a str,
    /// The zone of the office.
    pub zone: Zone,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// Destroys personal data. Returns the version of the commit; if an earlier attempt was cut off after it, that version, and what the
/// attempt had not removed yet is removed.
///
/// # Errors
/// [`DisposalError`] when a month is on hold, or the archive has other files of the months than those that were approved.
pub fn dispose(
    root: &Path,
    key: &Key,
    lock_mode: WriterLock,
    asked: DisposalRequest<'_>,
) -> Result<u64, DisposalError> {
    let mut writer = Writer::open(root, key, lock_mode)?;
    let archive = writer.archive().clone();
    if let Some((version, ..)) = archive.disposals().find(|(_, _, disposal)| disposal.proposal == asked.proposal) {
        return Ok(version);
    }
    archive.check_zone(asked.zone)?;
    if let Some(hold) = asked.months.iter().find_map(|month| archive.hold(*month)) {
        return Err(DisposalError::Held { month: hold.month, reason: hold.reason.clone() });
    }
    let (found, mut moved) = found(&archive, asked.zone, asked.months)?;
    if found.files().is_empty() || found.files() != asked.files {
        return Err(DisposalError::Changed);
    }
    // Their file is one of the key in force.
    let digest = key.keyed(DIGEST);
    for row in &mut moved {
        row.digest = hex(&digest.digest(&[row.code.as_bytes(), row.row.as_bytes()]));
    }
    if !moved.is_empty() {
        writer.keep_quarantine(&moved)?;
    }
    writer.dispose(Disposal {
        proposal: asked.proposal.to_owned(),
        months: found.months.iter().map(|month| month.month).collect(),
        proposed_by: asked.proposed_by.to_owned(),
        approved_by: asked.approved_by.to_owned(),
        files: found.files(),
        moved: found.moved,
    });
    let archive = commit_of_note(writer, &archive, asked.at_ms, asked.signing)?;
    archive.remove_disposed()?;
    Ok(archive.version().ok_or_else(|| archive.empty())?)
}

/// Returns what there is of the months, and the rows of the quarantine that stay.
fn found(archive: &Archive, zone: Zone, months: &[Month]) -> Result<(Disposable, Vec<KeptRow>), ArchiveError> {
    if archive.is_empty() {
        return Err(archive.empty());
    }
    if !archive.holds_persons()? {
        return Err(archive.without_persons());
    }
    let wanted: BTreeSet<Month> = months.iter().copied().collect();
    let mut of: BTreeMap<Month, DisposableMonth> = BTreeMap::new();
    let none = |month| DisposableMonth { month, events: 0, persons: 0, quarantined: 0, files: Vec::new() };
    for file in archive.person_files() {
        let Some(month) = month_of_path(&file.path).filter(|month| wanted.contains(month)) else { continue };
        let found = of.entry(month).or_insert_with(|| none(month));
        found.persons += file.rows;
        found.files.push(file.clone());
    }
    for found in of.values_mut() {
        found.files.extend(archive.private_of_bag(found.month).cloned());
    }
    let (mut quarantine, mut kept) = (Vec::new(), Vec::new());
    for (at_ms, file) in archive.dated_quarantine() {
        let (mut own, mut others) = (0_u64, Vec::new());
        for batch in archive.read(file, None)? {
            let column = |name| texts(&batch, name);
            let (ids, rows, digests) = (column("event_id")?, column("row")?, column("digest")?);
            let (codes, columns) = (column("code")?, column("column")?);
            for place in 0..batch.num_rows() {
                let month = month_of_row(rows.value(place), at_ms, zone).filter(|month| wanted.contains(month));
                if let Some(month) = month {
                    of.entry(month).or_insert_with(|| none(month)).quarantined += 1;
                    own += 1;
                } else {
                    others.push(KeptRow {
                        event_id: ids.iter().nth(place).flatten().map(str::to_owned),
                        code: codes.value(place).to_owned(),
                        column: columns.value(place).to_owned(),
                        digest: digests.value(place).to_owned(),
                        row: rows.value(place).to_owned(),
                    });
                }
            }
        }
        if own > 0 {
            quarantine.push(file.clone());
            kept.append(&mut others);
        }
    }
    for file in archive.keyed_files() {
        if let Some(found) = of.get_mut(&file.month) {
            found.events += file.entry.rows;
        }
    }
    let moved = kept.len() as u64;
    Ok((Disposable { months: of.into_values().collect(), quarantine, moved }, kept))
}
