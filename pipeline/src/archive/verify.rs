//! Is the archive what its log says, and is what the log says possible?
//!
//! Reads   every file of the archive, but nothing that lies outside it; the office's key and kept heads, where they are given
//! Gives   findings A001–A022 and K002, none for a whole archive; counts of what was checked; what was not checked
//!
//! Invariant: no byte is decoded before its SHA-256 was checked.
//! Invariant: nothing is written, and what was not checked is said.

mod content;
mod strays;

use super::commit_log::Commit;
use super::head::{self, OwnHead};
use super::intent::{Intent, holds, intents, is_committed};
use super::store::{Folder, LONGEST_LOG_BYTES, Store};
use super::{ArchiveError, FileEntry, KeptHead, commit_files, commit_log, layout};
use crate::archive::key::Key;
use crate::hash::sha256;
use content::Contents;
use parquet::file::reader::{FileReader, SerializedFileReader};
use schemas::document::Unchecked;
use schemas::{Finding, Month};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use strays::Known;

/// What is to be checked, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// The archive's folder, or that of a copy of its public part.
    pub root: &'a Path,
    /// Whether the private tables are left alone, since they are not there.
    pub public_only: bool,
    /// The office's key, where it is at hand.
    pub key: Option<&'a Key>,
    /// Heads that somebody kept.
    pub heads: &'a [KeptHead],
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Commits read.
    pub commits: u64,
    /// Files whose bytes were hashed.
    pub files: u64,
    /// Rows in these files.
    pub rows: u64,
    /// Rows of the public table whose content was checked.
    pub events: u64,
    /// Kept heads that are in the log.
    pub heads: u64,
    /// SHA-256 of the last commit.
    pub head: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was not checked.
    pub unchecked: BTreeSet<Unchecked>,
}

/// What the log says, read as far as it can be.
#[derive(Default)]
struct Log {
    /// The version after the last of which there is a file.
    versions: u64,
    /// SHA-256 of every commit file, by version.
    digests: BTreeMap<u64, String>,
    /// The commits that could be decoded.
    commits: Vec<Commit>,
}

/// Checks the archive.
///
/// # Errors
/// [`ArchiveError::Nothing`] when there is nothing to verify, [`ArchiveError::Form`] when it is of another form, [`ArchiveError::Io`] when the system refuses to list or read; a
/// damaged or missing file is a finding, not an error.
pub fn verify(examination: Examination<'_>) -> Result<Verification, ArchiveError> {
    let Examination { root, public_only, heads, .. } = examination;
    let store: &dyn Store = &Folder::at(root);
    let mut result = Verification::default();
    let log = read_log(store, &mut result)?;
    if log.commits.iter().filter_map(|commit| commit.facts.as_ref()).any(|facts| !facts.is_of_known_form()) {
        return Err(ArchiveError::Form { path: store.place("") });
    }
    let mut known: BTreeSet<String> = log.digests.keys().map(|version| layout::commit(*version)).collect();
    let decided = if public_only { Vec::new() } else { decided(store, &mut known, &mut result)? };
    let own = if public_only { None } else { own_head(store, &log, &decided, &mut result)? };
    chain(&log, own, &mut result);
    order(&log, &mut result);
    for head in heads {
        let found = result.kept(head, &log);
        result.heads += u64::from(found);
    }
    let mut contents = Contents::new((store, examination), &log, &mut result);
    for commit in &log.commits {
        let note = &commit.note;
        let public = commit.events.iter().map(|f| &f.entry).chain(&note.outages).chain(&note.stock);
        known.extend(public.chain(&note.persons).chain(&note.quarantine).map(|file| file.path.clone()));
        contents.check(commit, &mut result)?;
        if let (Some(month), Some(reason)) = (note.seal, &note.sealed_incomplete) {
            result.find("K002", format!("{month}: {reason}"));
        }
    }
    result.commits = log.commits.len() as u64;
    result.head = log.digests.last_key_value().map(|(_, digest)| digest.clone()).unwrap_or_default();
    let waiting = unfinished(store, &decided, &mut known, &mut result)?;
    let read = log.commits.iter().map(|commit| commit.version).collect();
    let known = Known { files: &known, waiting: &waiting, versions: log.versions, read: &read };
    strays::find((store, examination), known, &mut result)?;
    if log.digests.is_empty() && (result.findings.is_empty() || strays::is_bare(store)?) {
        return Err(ArchiveError::Nothing { path: store.place("") });
    }
    if heads.is_empty() {
        result.unchecked.insert(Unchecked::Completeness);
    }
    Ok(result)
}

/// Reads every commit that can be read.
fn read_log(store: &dyn Store, result: &mut Verification) -> Result<Log, ArchiveError> {
    let mut log = Log::default();
    let mut expected = 0;
    if !strays::is_folder_or_absent(store, layout::LOG, result)? {
        return Ok(log);
    }
    for version in commit_files(store)? {
        let path = layout::commit(version);
        if version != expected {
            result.find("A005", layout::commit(expected));
        }
        expected = version + 1;
        log.versions = expected;
        let Some(bytes) = result.bytes(store, &path, LONGEST_LOG_BYTES, "A005")? else { continue };
        log.digests.insert(version, sha256(&bytes));
        match commit_log::decode(version, &bytes) {
            Ok(commit) => log.commits.push(commit),
            Err(reason) => result.find("A005", format!("{path}: {reason}")),
        }
    }
    Ok(log)
}

/// The digest that the archive itself keeps of its newest commit. An interrupted writer's intent says it too.
fn own_head(
    store: &dyn Store,
    log: &Log,
    decided: &[Intent],
    result: &mut Verification,
) -> Result<Option<KeptHead>, ArchiveError> {
    let newest = log.digests.last_key_value().map(|(version, _)| *version);
    let of_intent = |version| {
        decided
            .iter()
            .find(|intent| intent.version == version)
            .map(|intent| KeptHead { version: Some(version), sidik: intent.commit_sha256.clone() })
    };
    let intended = newest.and_then(of_intent);
    Ok(match head::own(store)? {
        // What is decided and not yet in the log is not missing from it.
        OwnHead::Said(head)
            if head.version > newest && decided.iter().any(|intent| head.is_of(&intent.commit_sha256)) =>
        {
            None
        }
        OwnHead::Said(head) if head.version < newest && intended.is_some() => intended,
        OwnHead::Said(head) => Some(head),
        OwnHead::Missing if log.digests.is_empty() || intended.is_some() => intended,
        OwnHead::Missing | OwnHead::Damaged => {
            result.find("A017", layout::HEAD.to_owned());
            None
        }
    })
}

/// Every commit names the digest of the one before, and the archive's own head that of the newest. A commit that was changed is
/// the one that is named, unless the one that speaks against it was changed itself.
fn chain(log: &Log, own: Option<KeptHead>, result: &mut Verification) {
    // What is said of each version by another.
    let mut said: BTreeMap<u64, KeptHead> = BTreeMap::new();
    for commit in &log.commits {
        match (commit.version.checked_sub(1), &commit.note.previous) {
            (Some(before), Some(sidik)) => {
                said.insert(before, KeptHead { version: Some(before), sidik: sidik.clone() });
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => result.find("A004", layout::commit(commit.version)),
        }
    }
    let newest = log.digests.last_key_value().map(|(version, _)| *version);
    if let Some(head) = own
        && let Some(version) = head.version
    {
        if newest.is_none_or(|newest| version > newest) {
            result.find("A016", format!("{}, {}", layout::commit(version), layout::HEAD));
        } else {
            said.entry(version).or_insert(head);
        }
    }
    let is_readable = |version: u64| log.commits.iter().any(|commit| commit.version == version);
    let differs = |version: u64| {
        let digest = log.digests.get(&version);
        digest.zip(said.get(&version)).is_some_and(|(digest, said)| !said.is_of(digest))
    };
    for version in log.digests.keys().copied().filter(|version| is_readable(*version)) {
        if differs(version) && !differs(version + 1) {
            result.find("A004", layout::commit(version));
        }
    }
}

/// Commits follow each other in time, none saw what came after it or less than one before it, and a month is closed once and
/// after those before it.
fn order(log: &Log, result: &mut Verification) {
    let (mut at_ms, mut seen_us) = (i64::MIN, None);
    for commit in &log.commits {
        let until_us = commit.complete_until_us();
        let went_back = commit.at_ms < at_ms || (until_us.is_some() && until_us < seen_us);
        if went_back || until_us != commit.note.complete_until_us {
            result.find("A014", layout::commit(commit.version));
        }
        (at_ms, seen_us) = (commit.at_ms, seen_us.max(until_us));
    }
    let mut last: Option<Month> = None;
    for commit in &log.commits {
        if let Some(month) = commit.note.seal {
            if last.is_some_and(|last| month <= last) {
                result.find("A015", format!("{}: {month}", layout::commit(commit.version)));
            }
            last = last.max(Some(month));
        }
    }
}

/// What interrupted writers decided.
fn decided(
    store: &dyn Store,
    known: &mut BTreeSet<String>,
    result: &mut Verification,
) -> Result<Vec<Intent>, ArchiveError> {
    let mut decided = Vec::new();
    if !strays::is_folder_or_absent(store, layout::WORK, result)? {
        return Ok(decided);
    }
    for intent in intents(store)? {
        match intent {
            Ok(intent) => {
                known.insert(layout::intent(intent.version));
                decided.push(intent);
            }
            Err(unusable) => {
                known.insert(unusable.path.clone());
                result.find("A018", format!("{}: {}", unusable.path, unusable.reason));
            }
        }
    }
    Ok(decided)
}

/// Of what was decided and is not in the log: what is whole is known, anything else in its name is a stray. Gives all paths.
fn unfinished(
    store: &dyn Store,
    decided: &[Intent],
    known: &mut BTreeSet<String>,
    result: &mut Verification,
) -> Result<BTreeSet<String>, ArchiveError> {
    let mut waiting = BTreeSet::new();
    for intent in decided {
        if is_committed(store, intent.version)? {
            continue;
        }
        let whole = intent.files.iter().filter(|file| matches!(holds(store, &file.path, file), Ok(true)));
        known.extend(whole.map(|file| file.path.clone()));
        waiting.extend(intent.files.iter().map(|file| file.path.clone()));
        result.find("A007", layout::intent(intent.version));
    }
    Ok(waiting)
}

impl Verification {
    fn find(&mut self, code: &'static str, place: String) {
        self.findings.push(Finding { code, place, count: 1 });
    }

    /// Whether a kept head is in the log.
    fn kept(&mut self, head: &KeptHead, log: &Log) -> bool {
        let found = match head.version {
            Some(version) => log.digests.get(&version).map(|digest| head.is_of(digest)),
            None => log.digests.values().any(|digest| head.is_of(digest)).then_some(true),
        };
        match found {
            Some(true) => return true,
            Some(false) => self.find("A013", format!("{}: {head}", layout::commit(head.version.unwrap_or(0)))),
            None => self.find("A016", format!("{}: {head}", layout::LOG)),
        }
        false
    }

    /// The bytes of a file, if it is there and a file; `missing` is the code where it is not there or the system does not give it.
    fn bytes(
        &mut self,
        store: &dyn Store,
        path: &str,
        most: u64,
        missing: &'static str,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        match store.read(path, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) => {
                let (code, place) = match &e {
                    ArchiveError::Foreign { .. } => ("A019", path.to_owned()),
                    ArchiveError::Io { reason, .. } => match reason.kind() {
                        ErrorKind::NotFound => (missing, path.to_owned()),
                        ErrorKind::FileTooLarge => ("A002", path.to_owned()),
                        _ => (missing, format!("{path}: {reason}")),
                    },
                    _ => return Err(e),
                };
                self.find(code, place);
                Ok(None)
            }
        }
    }

    /// The bytes of a file that is what the log says, and its rows are as many.
    fn whole(&mut self, store: &dyn Store, file: &FileEntry) -> Result<Option<bytes::Bytes>, ArchiveError> {
        let Some(bytes) = self.bytes(store, &file.path, file.size_bytes, "A001")? else { return Ok(None) };
        self.files += 1;
        if bytes.len() as u64 != file.size_bytes || sha256(&bytes) != file.sha256 {
            self.find("A002", file.path.clone());
            return Ok(None);
        }
        let bytes = bytes::Bytes::from(bytes);
        let rows = SerializedFileReader::new(bytes.clone())
            .ok()
            .and_then(|reader| u64::try_from(reader.metadata().file_metadata().num_rows()).ok());
        if rows == Some(file.rows) {
            self.rows += file.rows;
            Ok(Some(bytes))
        } else {
            self.find("A006", file.path.clone());
            Ok(None)
        }
    }
}
