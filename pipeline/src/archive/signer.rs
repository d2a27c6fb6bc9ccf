//! The key that signs the log, and its change, so that a log goes on when its key was lost or has become known.
//!
//! Reads   the commits, the public keys and the newest checkpoint of the log
//! Gives   a commit that names the key before and the new one, why and by whom; whose signatures count at which size
//! Rule    the checkpoint of that commit is signed by both keys, as far as both are at hand. So whoever trusts the key before learns
//!         of the new one from what the key before has signed; whoever trusts the new one, of the key before from a leaf of its tree
//!
//! Invariant: from a change on nothing is signed with another key than the one that it names.

use super::commit_log::Commit;
use super::hold::commit_note;
use super::seal::is_readable;
use super::store::{EntryKind, LONGEST_LOG_BYTES, Store, if_there};
use super::tree::{also_sign, extend, newest_checkpoint, size_after};
use super::{Archive, ArchiveError, RotationError, SignerChange, Writer, WriterLock, layout};
use crate::archive::key::Key;
use crate::transparency::{Checkpoint, SigningKey, VerifyingKey};
use std::path::Path;

/// A change of the signing key that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct SignerRotation<'a> {
    /// The key of the pseudonyms, as every writer has it.
    pub key: &'a Key,
    /// The signing key that is at hand.
    pub at_hand: Option<&'a SigningKey>,
    /// Whether the signing key in force is lost.
    pub lost: bool,
    /// The new signing key.
    pub new: &'a SigningKey,
    /// Why.
    pub reason: &'a str,
    /// By whom.
    pub by: &'a str,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// Changes the key that signs the log. Returns the version of the commit.
///
/// If the new key is in force already, since an earlier attempt was cut off after its commit, the rest of it is done.
///
/// # Errors
/// [`RotationError`] when the log is not signed, when the signing key in force is not at hand and not said to be lost, or when the
/// reason or the name cannot be kept.
pub fn rotate_signer(root: &Path, lock_mode: WriterLock, asked: SignerRotation<'_>) -> Result<u64, RotationError> {
    let SignerRotation { key, at_hand, lost, new, reason, by, at_ms } = asked;
    for (option, text) in [("--reason", reason), ("--by", by)] {
        if !is_readable(text) {
            return Err(RotationError::Unreadable(option));
        }
    }
    let mut writer = Writer::open(root, key, lock_mode)?;
    let archive = writer.archive().clone();
    let Some(origin) = archive.origin() else { return Err(archive.empty().into()) };
    let public = new.verifying(&origin);
    let begun = archive.signer_changes().next_back().filter(|(_, change)| change.to == public.to_string());
    let version = match begun {
        Some((version, _)) => version,
        None => {
            let in_force = archive.signer()?.ok_or(RotationError::Unsigned)?;
            match (at_hand.is_some_and(|key| key.verifying(&origin) == in_force), lost) {
                (true, true) => return Err(RotationError::SignerAtHand),
                (false, false) => return Err(RotationError::SignerNotAtHand(in_force.digits())),
                (true, false) | (false, true) => {}
            }
            // What was committed before is signed by the key before, where it can.
            extend(&archive, at_hand, &mut |_, _| {})?;
            writer.change_signer(SignerChange {
                from: in_force.to_string(),
                to: public.to_string(),
                lost,
                reason: reason.trim().to_owned(),
                by: by.trim().to_owned(),
            });
            let archive = commit_note(writer, &archive, at_ms, None)?;
            archive.version().ok_or_else(|| archive.empty())?
        }
    };
    let archive = Archive::open(root)?;
    extend(&archive, Some(new), &mut |_, _| {})?;
    let change = archive.commits.iter().find(|commit| commit.version == version);
    if let (Some(change), Some(former)) = (change, at_hand.filter(|key| key.verifying(&origin) != public)) {
        also_sign(&**archive.store(), size_after(change), former)?;
    }
    Ok(version)
}

impl Archive {
    /// Returns the changes of the signing key, each with the version of its commit.
    pub(crate) fn signer_changes(&self) -> impl DoubleEndedIterator<Item = (u64, &SignerChange)> {
        self.commits.iter().filter_map(|commit| Some((commit.version, commit.note.signer_change.as_ref()?)))
    }

    /// Returns the key that signs the log: the one that was named last, or the one that has signed the newest checkpoint; `None` where
    /// nothing is signed.
    ///
    /// # Errors
    /// [`ArchiveError`] when the log cannot be read.
    pub fn signer(&self) -> Result<Option<VerifyingKey>, ArchiveError> {
        if let Some(named) = self.named_signer() {
            return Ok(Some(named));
        }
        let store = &**self.store();
        let Some((_, note)) = newest_checkpoint(store)? else { return Ok(None) };
        let is_signed = |key: &VerifyingKey| Checkpoint::signed_by(&note, std::slice::from_ref(key)).is_ok();
        Ok(held_keys(store)?.into_iter().find(is_signed))
    }

    /// Returns the key that a commit has named last.
    pub(crate) fn named_signer(&self) -> Option<VerifyingKey> {
        self.signer_changes().next_back().and_then(|(_, change)| change.to.parse().ok())
    }

    /// Returns whether a key may sign the log now.
    pub(crate) fn may_sign(&self, key: &SigningKey) -> bool {
        let public = self.origin().map(|origin| key.verifying(&origin));
        let may = self.named_signer().is_none_or(|named| Some(named) == public);
        if !may {
            tracing::warn!(
                "the signing key is not the one that the log names last, so nothing is signed; a change of it is not ended, or its file is missing"
            );
        }
        may
    }

    /// Returns whether a key is the one that signs the log.
    ///
    /// # Errors
    /// [`ArchiveError`] when the log cannot be read.
    pub fn is_signed_with(&self, key: &SigningKey) -> Result<bool, ArchiveError> {
        let public = self.origin().map(|origin| key.verifying(&origin));
        Ok(public.is_some() && self.signer()? == public)
    }
}

/// Returns the public keys that the log has of itself.
fn held_keys(store: &dyn Store) -> Result<Vec<VerifyingKey>, ArchiveError> {
    let mut keys = Vec::new();
    for entry in store.list(layout::PUBLIC_KEYS)?.into_iter().filter(|entry| entry.kind == EntryKind::File) {
        let name = entry.name.to_string_lossy();
        if name.ends_with(".vkey") {
            let bytes = store.read(&format!("{}/{name}", layout::PUBLIC_KEYS), LONGEST_LOG_BYTES)?;
            keys.extend(std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<VerifyingKey>().ok()));
        }
    }
    Ok(keys)
}

/// Whose signatures count, over all changes of the key.
pub(super) struct Signers {
    /// The keys that a caller trusts, or those that the log has of itself.
    given: Vec<VerifyingKey>,
    /// From which size on which key signs, as far as the keys that are trusted lead to it. The first is the key before all changes.
    named: Vec<(u64, Option<VerifyingKey>)>,
}

impl Signers {
    /// Follows the changes from the keys that a caller trusts.
    pub(super) fn over(store: &dyn Store, commits: &[Commit], given: Vec<VerifyingKey>) -> Result<Self, ArchiveError> {
        let changes: Vec<(u64, &SignerChange)> = commits
            .iter()
            .filter_map(|commit| Some((size_after(commit), commit.note.signer_change.as_ref()?)))
            .collect();
        let Some((_, first)) = changes.first() else { return Ok(Self { given, named: Vec::new() }) };
        let keys = std::iter::once(&first.from).chain(changes.iter().map(|(_, change)| &change.to));
        let keys: Vec<Option<VerifyingKey>> = keys.map(|key| key.parse().ok()).collect();
        let mut counts: Vec<bool> =
            keys.iter().map(|key| key.as_ref().is_some_and(|key| given.contains(key))).collect();
        for i in (0..changes.len()).rev() {
            counts[i] |= counts[i + 1];
        }
        for (i, (size, _)) in changes.iter().enumerate() {
            if counts[i]
                && !counts[i + 1]
                && let Some(former) = &keys[i]
            {
                let note = if_there(store, &layout::checkpoint(*size))?.and_then(|bytes| String::from_utf8(bytes).ok());
                let is_signed = |note: String| {
                    Checkpoint::signed_by(&note, std::slice::from_ref(former)).is_ok_and(|signed| signed.size == *size)
                };
                counts[i + 1] = note.is_some_and(is_signed);
            }
        }
        let sizes = std::iter::once(0).chain(changes.iter().map(|(size, _)| *size));
        let known = |(key, counts): (Option<VerifyingKey>, bool)| key.filter(|_| counts);
        let named = sizes.zip(keys.into_iter().zip(counts).map(known)).collect();
        Ok(Self { given, named })
    }

    /// Returns the keys that may have signed a log of that size.
    pub(super) fn at(&self, size: u64) -> &[VerifyingKey] {
        let named = self.named.iter().rev().find(|(from, _)| *from <= size);
        named.and_then(|(_, key)| key.as_ref()).map_or(&self.given, std::slice::from_ref)
    }

    /// Returns all keys that count at any size.
    pub(super) fn all(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.given.iter().chain(self.named.iter().filter_map(|(_, key)| key.as_ref()))
    }
}
