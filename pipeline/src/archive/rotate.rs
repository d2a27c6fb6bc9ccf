//! Changes the office's key, so that an archive lives on when its key was lost or has become known.
//!
//! Reads   the pseudonyms of all rows, and the NIK of each from its private row
//! Gives   a commit that names the key before, the new one, why and by whom, with a table that gives for each pseudonym under the key
//!         before the one under the new key
//! Rule    no row is rewritten: each keeps its salt, commitment and pseudonym, which stay provable as they were. Rows after the commit
//!         are under the new key
//!
//! Invariant: one pseudonym of the key before has one under the new key, and no two have the same, so that whatever is joined by
//! pseudonyms is as it was.

use super::columns::{int64s, texts};
use super::hold::commit_note;
use super::key_epochs::COLUMNS;
use super::seal::is_readable;
use super::{Archive, ArchiveError, KeyChange, Writer, WriterLock};
use crate::archive::key::{Key, Keyed};
use crate::transparency::SigningKey;
use arrow::array::{BinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use schemas::Column;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Why the key cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The reason or the name cannot be kept.
    #[error("`{0}` must be one line of 1 to 200 characters, without a NIK")]
    Unreadable(&'static str),
    /// The key in force is said to be lost, and is not.
    #[error("the key in force is at hand, so it is not lost; change it with `--pseudonym`")]
    AtHand,
    /// The key in force is not at hand.
    #[error(
        "the key in force (id {0}) is not at hand; restore its file or enter it from the paper (`tertib key enter`)\n  \
         only where it is lost for ever: `tertib key rotate --lost`"
    )]
    NotAtHand(String),
    /// The log has no signature yet.
    #[error("the log is not signed yet, so it has no key to be changed; make one with `tertib key new`")]
    Unsigned,
    /// The signing key in force is said to be lost, and is not.
    #[error("the signing key in force is at hand, so it is not lost; change it with `--signing` alone")]
    SignerAtHand,
    /// The signing key in force is not at hand.
    #[error(
        "the signing key in force ({0}) is not at hand; restore its file or enter it from the paper (`tertib key enter`)\n  \
         only where it is lost for ever: `tertib key rotate --signing --lost`"
    )]
    SignerNotAtHand(String),
    /// Rows of the archive contradict each other.
    #[error(
        "the pseudonyms of the archive do not fit its private rows (event seq {seq}); nothing was changed\n  \
         run `tertib verify`, restore what is damaged from the backup, then change the key again"
    )]
    Contradiction {
        /// The number of the first such row.
        seq: i64,
    },
}

impl RotationError {
    /// Returns whether nothing was begun, so that the new key was never used.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Archive(fault) => matches!(fault, ArchiveError::Empty { .. } | ArchiveError::WithoutPersons { .. }),
            Self::Unreadable(_) | Self::AtHand | Self::NotAtHand(_) | Self::Contradiction { .. } => true,
            Self::Unsigned | Self::SignerAtHand | Self::SignerNotAtHand(_) => true,
        }
    }
}

/// A change of the key that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct KeyRotation<'a> {
    /// The key that is at hand.
    pub at_hand: Option<&'a Key>,
    /// Whether the key in force is lost.
    pub lost: bool,
    /// The new key.
    pub new: &'a Key,
    /// Why.
    pub reason: &'a str,
    /// By whom.
    pub by: &'a str,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// Changes the key. Returns the version of the commit, and of how many persons it gives the pseudonyms.
///
/// If the new key is in force already, since an earlier attempt was cut off after its commit, nothing is changed.
///
/// # Errors
/// [`RotationError`] when the archive is empty, a public copy or damaged, when the key in force is not at hand and not said to be lost,
/// or when the reason or the name cannot be kept.
pub fn rotate_key(root: &Path, lock_mode: WriterLock, asked: KeyRotation<'_>) -> Result<(u64, u64), RotationError> {
    let KeyRotation { at_hand, lost, new, reason, by, at_ms, signing } = asked;
    for (option, text) in [("--reason", reason), ("--by", by)] {
        if !is_readable(text) {
            return Err(RotationError::Unreadable(option));
        }
    }
    let mut writer = Writer::open_with_any_key(root, lock_mode)?;
    let archive = writer.archive().clone();
    let Some(from) = archive.key_id() else { return Err(archive.empty().into()) };
    if let Some((version, change)) = archive.key_changes().next_back().filter(|(_, change)| change.to == new.id()) {
        return Ok((version, change.pseudonyms.rows));
    }
    let is_in_force = at_hand.is_some_and(|key| key.id() == from);
    match (is_in_force, lost) {
        (true, true) => return Err(RotationError::AtHand),
        (false, false) => return Err(RotationError::NotAtHand(from.to_owned())),
        (true, false) | (false, true) => {}
    }
    if !archive.holds_persons()? {
        return Err(archive.without_persons().into());
    }
    let pseudonyms = pseudonyms(&archive, &new.keyed("nik"))?;
    let persons = pseudonyms.len() as u64;
    writer.change_key(&table(&pseudonyms)?, |pseudonyms| KeyChange {
        from: from.to_owned(),
        to: new.id(),
        lost,
        reason: reason.trim().to_owned(),
        by: by.trim().to_owned(),
        pseudonyms,
    })?;
    let archive = commit_note(writer, &archive, at_ms, signing)?;
    Ok((archive.version().ok_or_else(|| archive.empty())?, persons))
}

/// Returns for each pseudonym under the key in force the one under the new key.
fn pseudonyms(archive: &Archive, new: &Keyed) -> Result<BTreeMap<u128, u128>, RotationError> {
    let mut found = BTreeMap::new();
    let nik = Column::Nik.name();
    for (events, persons) in archive.pairs() {
        let mut public = archive.batches(&events.entry, Some(&["seq", "nik_pseudonym"]), super::READ_ROWS)?;
        for private in archive.batches(persons, Some(&["seq", nik]), super::READ_ROWS)? {
            let private = private?;
            let seqs = int64s(&private, "seq")?;
            let first = seqs.values().first().copied().unwrap_or_default();
            let public = public.next().ok_or(RotationError::Contradiction { seq: first })??;
            let held = texts(&public, "nik_pseudonym")?;
            let rows =
                int64s(&public, "seq")?.values().iter().zip(held).zip(seqs.values().iter().zip(texts(&private, nik)?));
            for ((seq, held), (own, nik)) in rows {
                let contradiction = || RotationError::Contradiction { seq: *seq };
                let (held, nik) = match (held, nik) {
                    _ if seq != own => return Err(contradiction()),
                    (None, None) => continue,
                    (held, nik) => held.zip(nik).ok_or_else(contradiction)?,
                };
                let held = u128::from_str_radix(held, 16).map_err(|_| contradiction())?;
                let wanted = u128::from_be_bytes(new.digest(&[nik.as_bytes()]));
                if *found.entry(held).or_insert(wanted) != wanted {
                    return Err(contradiction());
                }
            }
        }
    }
    // Whose NIK were destroyed are told apart as before, and are not recognised when they come again.
    for (events, _) in archive.all_pairs().filter(|(_, persons)| archive.disposed_by(persons).is_some()) {
        for batch in archive.batches(&events.entry, Some(&["nik_pseudonym"]), super::READ_ROWS)? {
            for held in texts(&batch?, "nik_pseudonym")?.iter().flatten() {
                let held = u128::from_str_radix(held, 16).map_err(|_| RotationError::Contradiction { seq: 0 })?;
                let wanted = || u128::from_be_bytes(new.digest(&[b"destroyed", &held.to_be_bytes()]));
                found.entry(held).or_insert_with(wanted);
            }
        }
    }
    let distinct: BTreeSet<u128> = found.values().copied().collect();
    if distinct.len() == found.len() { Ok(found) } else { Err(RotationError::Contradiction { seq: 0 }) }
}

/// Returns the table of a change, in the order of the pseudonyms before it.
fn table(pseudonyms: &BTreeMap<u128, u128>) -> Result<RecordBatch, ArchiveError> {
    let fields: Vec<Field> = COLUMNS.iter().map(|name| Field::new(*name, DataType::Binary, false)).collect();
    let bytes = |numbers: Vec<[u8; 16]>| Arc::new(BinaryArray::from_iter_values(numbers));
    let held = bytes(pseudonyms.keys().map(|number| number.to_be_bytes()).collect());
    let wanted = bytes(pseudonyms.values().map(|number| number.to_be_bytes()).collect());
    RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![held, wanted])
        .map_err(|fault| ArchiveError::Encode(fault.to_string()))
}
