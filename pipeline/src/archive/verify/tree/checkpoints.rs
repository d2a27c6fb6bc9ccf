//! What the archive and others claim of the log: its own checkpoints, with the public keys beside them, and those kept elsewhere.

use super::super::super::commit_log::Commit;
use super::super::super::layout::{self, LogFolder};
use super::super::super::signer::Signers;
use super::super::super::store::{EntryKind, LONGEST_LOG_BYTES, Store, if_there};
use super::super::super::tree::size_after;
use super::super::{ArchiveError, Examination, Log, Verification};
use super::shown;
use crate::transparency::{Checkpoint, CheckpointError, Cosignature, Hash, NoteError, VerifyingKey};
use schemas::document::Unchecked;
use std::collections::BTreeSet;

/// A statement of the log's root, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) statement: Checkpoint,
    place: String,
    note: String,
    /// Whether a key that counts has signed it.
    pub(super) is_signed: bool,
}

/// All of them.
pub(super) struct Claims {
    pub(super) all: Vec<Claim>,
    /// The archive's newest one.
    pub(super) newest: Option<Claim>,
    /// The files in which the archive has them.
    pub(super) files: BTreeSet<String>,
}

impl Claims {
    /// Reads them, and reports those that are no checkpoints of this log or not signed. Of the archive's own, those before `from`
    /// were checked before.
    pub(super) fn read(
        (store, examination): (&dyn Store, Examination<'_>),
        log: &Log,
        from: u64,
        result: &mut Verification,
    ) -> Result<Self, ArchiveError> {
        let mut claims = Self { all: Vec::new(), newest: None, files: BTreeSet::new() };
        let held = claims.keys((store, log), result)?;
        let of_logs = examination.trusted.iter().filter(|key| !key.is_of_witness());
        let trusted: Vec<VerifyingKey> = of_logs.cloned().collect();
        let origin = log.commits.first().and_then(|commit| commit.facts.as_ref()).map(|facts| facts.origin());
        let is_trusted = !trusted.is_empty();
        let signers = Signers::over(store, &log.commits, if is_trusted { trusted } else { held })?;
        let reader = Reader { signers: &signers, origin: origin.as_deref() };
        let sizes: BTreeSet<u64> = log.commits.iter().map(size_after).collect();
        let mut kept: Vec<u64> = Vec::new();
        for entry in store.list(layout::CHECKPOINTS)? {
            let size =
                entry.name.to_str().and_then(|name| name.parse().ok().filter(|size: &u64| size.to_string() == name));
            // What has another name is a stray.
            kept.extend(size.filter(|_| entry.kind == EntryKind::File));
        }
        kept.sort_unstable();
        let before = kept.iter().rev().nth(1).copied();
        for size in kept {
            let path = layout::checkpoint(size);
            claims.files.insert(path.clone());
            if size < from {
                continue;
            }
            if let Some(claim) = reader.claim(store, &path, result)? {
                if claim.statement.size != size {
                    result.find("A025", format!("{path}: {}", shown(&claim.statement)));
                } else {
                    claims.all.push(claim);
                }
            }
        }
        claims.own_newest((store, &reader), (&sizes, before, from), result)?;
        if !claims.all.is_empty() && !is_trusted {
            result.unchecked.insert(Unchecked::Signature);
        }
        for (place, note) in examination.checkpoints {
            claims.all.extend(reader.kept(place, note, result));
        }
        Ok(claims)
    }

    /// Reads the archive's newest checkpoint, which must be the last that it keeps; or the one before, where a writer was stopped between
    /// keeping the last and naming it.
    fn own_newest(
        &mut self,
        (store, reader): (&dyn Store, &Reader<'_>),
        (sizes, before, from): (&BTreeSet<u64>, Option<u64>, u64),
        result: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let last = self.all.last().cloned();
        if store.kind(layout::CHECKPOINT)?.is_none() {
            // A writer may have been stopped between keeping the first and naming it.
            if last.is_some() && before.is_some() {
                result.find("A001", layout::CHECKPOINT.to_owned());
            }
            self.newest = last;
            return Ok(());
        }
        self.files.insert(layout::CHECKPOINT.to_owned());
        let Some(newest) = reader.claim(store, layout::CHECKPOINT, result)? else {
            self.newest = last;
            return Ok(());
        };
        let is_kept = self.all.iter().any(|claim| claim.statement == newest.statement);
        if Some(newest.statement.size) == before && (is_kept || newest.statement.size < from) {
            self.newest = last;
            return Ok(());
        }
        if last.is_some_and(|last| last.statement.size > newest.statement.size) {
            result.find("A028", format!("{}: {}", layout::CHECKPOINT, shown(&newest.statement)));
        } else if !is_kept && sizes.contains(&newest.statement.size) {
            result.find("A001", layout::checkpoint(newest.statement.size));
        }
        if !is_kept {
            self.all.push(newest.clone());
        }
        self.newest = Some(newest);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Reads the public keys that the archive has of itself, and reports those that are not what their names say.
    fn keys(
        &mut self,
        (store, log): (&dyn Store, &Log),
        result: &mut Verification,
    ) -> Result<Vec<VerifyingKey>, ArchiveError> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        let newest = if_there(store, layout::CHECKPOINT)?.and_then(|bytes| String::from_utf8(bytes).ok());
        let has_signed = |key: &VerifyingKey| {
            let is_former = |commit: &Commit| {
                commit.note.signer_change.as_ref().map(|change| &change.from) == Some(&key.to_string())
            };
            let is_newest = |note: &String| Checkpoint::signed_by(note, std::slice::from_ref(key)).is_ok();
            newest.as_ref().is_some_and(is_newest) || log.commits.iter().any(is_former)
        };
        for entry in store.list(layout::PUBLIC_KEYS)?.into_iter().filter(|entry| entry.kind == EntryKind::File) {
            let name = entry.name.to_string_lossy();
            let path = format!("{}/{name}", layout::PUBLIC_KEYS);
            let Some(digits) = name.strip_suffix(".vkey") else { continue };
            let vkey = result.bytes(store, &path, LONGEST_LOG_BYTES, "A001")?;
            let key = vkey.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse::<VerifyingKey>().ok());
            let is_as_written = |key: &VerifyingKey| vkey.as_deref() == Some(format!("{key}\n").as_bytes());
            let pem = LogFolder::OF_ROWS.public_key(digits, "pem");
            match key.filter(|key| key.digits() == digits && is_as_written(key)) {
                // A writer was stopped before it signed with the key.
                Some(key) if store.kind(&pem)?.is_none() && !has_signed(&key) => keys.push(key),
                Some(key) => {
                    let held = result.bytes(store, &pem, LONGEST_LOG_BYTES, "A001")?;
                    if held.is_some_and(|held| held != key.pem().as_bytes()) {
                        result.find("A024", pem.clone());
                    }
                    keys.push(key);
                }
                None => result.find("A024", path.clone()),
            }
            self.files.extend([path, pem]);
        }
        Ok(keys)
    }

    /// Compares each claim with the tree of that size; `root_at` is `None` where the tree could not be made.
    pub(super) fn judge(
        &self,
        (size, newest, is_signed): (u64, u64, bool),
        root_at: impl Fn(&Claim) -> Option<Hash>,
        result: &mut Verification,
    ) {
        for claim in &self.all {
            let said = format!("{}: {}", claim.place, shown(&claim.statement));
            if claim.statement.size > size {
                result.find("A028", said);
            } else if root_at(claim).is_some_and(|root| root != claim.statement.root) {
                result.find("A025", said);
            }
        }
        let signed = self.newest.as_ref().filter(|claim| claim.is_signed).map_or(0, |claim| claim.statement.size);
        if self.all.is_empty() && !is_signed {
            result.unchecked.insert(Unchecked::Signature);
        } else if signed < newest {
            result.find("A027", format!("{}: {signed} / {newest}", layout::CHECKPOINT));
        }
    }

    /// Says how far enough witnesses have seen the log.
    pub(super) fn witnessed(&self, examination: Examination<'_>, result: &mut Verification) {
        if examination.quorum == 0 {
            return;
        }
        let mut seen: Option<(u64, Vec<Cosignature>)> = None;
        for claim in &self.all {
            match Checkpoint::witnesses(&claim.note, examination.trusted) {
                Ok(witnesses) => {
                    let is_later = seen.as_ref().is_none_or(|(size, _)| *size < claim.statement.size);
                    if witnesses.len() >= examination.quorum && is_later {
                        seen = Some((claim.statement.size, witnesses));
                    }
                }
                Err(NoteError::Signature { name }) => result.find("A026", format!("{}: {name}", claim.place)),
                Err(_) => {}
            }
        }
        match seen {
            Some(seen) => result.witnessed = Some(seen),
            None => result.find("A029", format!("{}: {}", layout::CHECKPOINTS, examination.quorum)),
        }
    }
}

/// What a claim must be of, and signed with.
struct Reader<'a> {
    signers: &'a Signers,
    origin: Option<&'a str>,
}

impl Reader<'_> {
    /// Reads one of the archive's files.
    fn claim(&self, store: &dyn Store, path: &str, result: &mut Verification) -> Result<Option<Claim>, ArchiveError> {
        let Some(bytes) = result.bytes(store, path, LONGEST_LOG_BYTES, "A001")? else { return Ok(None) };
        let Ok(note) = String::from_utf8(bytes) else {
            result.find("A026", path.to_owned());
            return Ok(None);
        };
        Ok(self.signed(path, &note, result))
    }

    /// Reads a note, which must be signed.
    fn signed(&self, place: &str, note: &str, result: &mut Verification) -> Option<Claim> {
        let read = Checkpoint::unchecked(note);
        let keys = self.signers.at(read.as_ref().map_or(0, |statement| statement.size));
        let read = if keys.is_empty() { read } else { Checkpoint::signed_by(note, keys) };
        let of_this_log = read.and_then(|statement| match self.origin {
            Some(origin) if origin != statement.origin => {
                Err(CheckpointError::Origin { found: statement.origin, wanted: origin.to_owned() })
            }
            _ => Ok(statement),
        });
        match of_this_log {
            Ok(statement) => {
                let is_signed = !keys.is_empty();
                Some(Claim { statement, place: place.to_owned(), note: note.to_owned(), is_signed })
            }
            Err(fault) => {
                let fault = fault.to_string();
                result.find("A026", format!("{place}: {}", fault.lines().next().unwrap_or_default()));
                None
            }
        }
    }

    /// Reads a checkpoint that somebody kept: the signed note, or its three lines as they are printed.
    fn kept(&self, place: &str, note: &str, result: &mut Verification) -> Option<Claim> {
        let printed = Checkpoint::printed(note);
        match printed {
            Some(statement) if self.origin.is_none_or(|origin| origin == statement.origin) => {
                Some(Claim { statement, place: place.to_owned(), note: String::new(), is_signed: true })
            }
            _ => self.signed(place, note, result),
        }
    }
}
