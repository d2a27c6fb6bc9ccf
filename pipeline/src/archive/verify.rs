//! Checks whether the archive is what its log says, and whether the log is consistent.
//!
//! Reads   every file in the archive, but nothing outside it; the office's key and kept heads, if they are given
//! Gives   findings A001–A029 and K002, none for an intact archive; counts of what was checked; what was not checked
//!
//! Invariant: no byte is decoded before its SHA-256 was checked.
//! Invariant: nothing is written, and everything that was not checked is reported.

mod chain;
mod content;
mod destroyed;
mod faults;
mod keys;
mod persons;
mod reading;
mod rights;
mod strays;
mod tree;

use super::commit_log::{Commit, Undecoded};
use super::form::{FORMS, Form};
use super::intent::{Intent, holds, intents, is_committed};
use super::signer::Signers;
use super::store::{Folder, LONGEST_LOG_BYTES, Store};
use super::{ArchiveError, KeptHead, access, commit_files, commit_log, layout};
use crate::archive::key::Key;
use crate::hash::sha256;
use crate::transparency::{Checkpoint, Cosignature, VerifyingKey};
use content::Contents;
use schemas::Finding;
use schemas::document::Unchecked;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;
use strays::Known;
use tree::TreeCheck;

/// What to check, and with which key and heads.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// The folder of the archive, or of a copy of its public part.
    pub root: &'a Path,
    /// Whether to skip the private tables, since a copy of the public part has none.
    pub public_only: bool,
    /// The office's key, if it is available.
    pub key: Option<&'a Key>,
    /// Keys under which earlier rows were written, as far as they are at hand.
    pub earlier_keys: &'a [Key],
    /// Heads that somebody has kept.
    pub heads: &'a [KeptHead],
    /// The version up to which every file was found right before; these are not read again. The log is checked whole.
    pub since: Option<u64>,
    /// The public keys of the office and of witnesses that count.
    pub trusted: &'a [VerifyingKey],
    /// Checkpoints that somebody has kept, each with its place.
    pub checkpoints: &'a [(String, String)],
    /// How many witnesses must have signed a checkpoint.
    pub quorum: usize,
}

impl<'a> Examination<'a> {
    /// Of the whole archive in a folder, with nothing that was kept elsewhere.
    #[must_use]
    pub fn of(root: &'a Path) -> Self {
        Self {
            root,
            public_only: false,
            key: None,
            earlier_keys: &[],
            heads: &[],
            since: None,
            trusted: &[],
            checkpoints: &[],
            quorum: 0,
        }
    }
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// How many commits were read.
    pub commits: u64,
    /// How many files were hashed.
    pub files: u64,
    /// How many rows these files have.
    pub rows: u64,
    /// How many rows of the public table had their content checked.
    pub events: u64,
    /// How many kept heads are in the log.
    pub heads: u64,
    /// The SHA-256 of the last commit.
    pub head: String,
    /// How many rows and commits the log has.
    pub leaves: u64,
    /// The newest checkpoint of the archive.
    pub checkpoint: Option<Checkpoint>,
    /// How many rows and commits enough witnesses have seen, and who they are.
    pub witnessed: Option<(u64, Vec<Cosignature>)>,
    /// How many private files and rows of theirs are missing because they were destroyed, by the version that says so.
    pub destroyed: BTreeMap<u64, (u64, u64)>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was not checked.
    pub unchecked: BTreeSet<Unchecked>,
}

/// The log, as far as it can be read.
#[derive(Default)]
struct Log {
    /// The version after the last one that has a file.
    versions: u64,
    /// The SHA-256 of every commit file, by version.
    digests: BTreeMap<u64, String>,
    /// The commits that could be decoded.
    commits: Vec<Commit>,
}

/// Checks the archive. A damaged or missing file is a finding, not an error. `told` learns how many of the log's files were
/// checked, of how many.
///
/// # Errors
/// [`ArchiveError::Nothing`] when there is nothing to verify, [`ArchiveError::Form`] when the tables have a form that this version
/// does not know, [`ArchiveError::Io`] when the system refuses to list or read.
pub fn verify(examination: Examination<'_>, told: &dyn Fn(u64, u64)) -> Result<Verification, ArchiveError> {
    verify_forms(examination, FORMS, told)
}

/// Does the same for a program that knows these forms.
pub(super) fn verify_forms(
    examination: Examination<'_>,
    forms: &'static [Form],
    told: &dyn Fn(u64, u64),
) -> Result<Verification, ArchiveError> {
    let store: &dyn Store = &Folder::at(examination.root);
    for _ in 1..EXAMINATIONS {
        let before = progress(store)?;
        let result = examine(store, examination, forms, told)?;
        if result.findings.is_empty() || progress(store)? == before {
            return Ok(result);
        }
    }
    examine(store, examination, forms, told)
}

/// How often an archive is examined while a pull adds to it: what it adds meanwhile looks like something that the log does not name.
const EXAMINATIONS: u32 = 5;

/// What tells that a writer was at work: the commits, and the files that only the writer needs.
fn progress(store: &dyn Store) -> Result<(Vec<u64>, Vec<OsString>), ArchiveError> {
    let mut work: Vec<OsString> = store.list(layout::WORK)?.into_iter().map(|entry| entry.name).collect();
    work.sort();
    Ok((commit_files(store)?, work))
}

fn examine(
    store: &dyn Store,
    examination: Examination<'_>,
    forms: &'static [Form],
    told: &dyn Fn(u64, u64),
) -> Result<Verification, ArchiveError> {
    let Examination { public_only, heads, .. } = examination;
    let mut result = Verification::default();
    let log = read_log(store, forms, &mut result)?;
    let mut known: BTreeSet<String> = log.digests.keys().map(|version| layout::commit(*version)).collect();
    let decided = if public_only { Vec::new() } else { decided(store, &mut known, &mut result)? };
    let own = if public_only { None } else { chain::own_head(store, &log, &decided, &mut result)? };
    chain::chain(&log, own, &mut result);
    chain::order(&log, &mut result);
    for head in heads {
        let found = result.kept(head, &log);
        result.heads += u64::from(found);
    }
    let unread = RefCell::default();
    let mut tree = TreeCheck::new((store, examination), &log, &unread)?;
    let mut contents = Contents::new((store, examination), &log, told, &mut result);
    for commit in &log.commits {
        let note = &commit.note;
        let public = commit.events.iter().map(|f| &f.entry).chain(note.public_files());
        known.extend(public.chain(note.private_files()).map(|file| file.path.clone()));
        contents.check(commit, &mut tree, &mut result)?;
        tree.commit(commit);
        if let (Some(month), Some(reason)) = (note.seal, &note.sealed_incomplete) {
            result.find("K002", format!("{month}: {reason}"));
        }
    }
    known.extend(tree.files());
    known.extend(tree.leftovers(store, &log)?);
    tree.conclude((store, examination), &log, &mut known, &mut result)?;
    destroyed::find(store, &log.commits, public_only, &mut result)?;
    result.commits = log.commits.len() as u64;
    result.head = log.digests.last_key_value().map(|(_, digest)| digest.clone()).unwrap_or_default();
    if !public_only {
        rights::find(examination.root, &log.commits, &mut result);
        accesses((store, examination), &log, &mut known, &mut result)?;
    }
    let waiting = unfinished(store, &decided, &mut known, &mut result)?;
    let read = log.commits.iter().map(|commit| commit.version).collect();
    let known = Known { files: &known, waiting: &waiting, versions: log.versions, read: &read };
    strays::find((store, examination), known, &mut result)?;
    if log.digests.is_empty() && (result.findings.is_empty() || strays::is_bare(store)?) {
        return Err(ArchiveError::Nothing { path: store.place("") });
    }
    // A statement of the tree stands for every commit before it, as a head does.
    if heads.is_empty() && examination.checkpoints.is_empty() {
        result.unchecked.insert(Unchecked::Completeness);
    }
    if log.commits.iter().any(|commit| Some(commit.version) <= examination.since) {
        result.unchecked.insert(Unchecked::OlderFiles);
    }
    Ok(result)
}

/// Checks the log of those who looked.
fn accesses(
    (store, examination): (&dyn Store, Examination<'_>),
    log: &Log,
    known: &mut BTreeSet<String>,
    result: &mut Verification,
) -> Result<(), ArchiveError> {
    if strays::is_work_replaced(store)? || !strays::is_folder_or_absent(store, layout::ACCESSES, result)? {
        return Ok(());
    }
    let facts = log.commits.first().and_then(|commit| commit.facts.as_ref());
    let origin = facts.map(|facts| format!("{}/akses", facts.origin())).unwrap_or_default();
    // The office signs both logs with the same key.
    let trusted: Vec<VerifyingKey> = examination.trusted.iter().filter(|key| !key.is_of_witness()).cloned().collect();
    let signers = Signers::over(store, &log.commits, trusted)?;
    let trusted: Vec<VerifyingKey> = signers.all().map(|key| key.named(&origin)).collect();
    let (files, faults) = access::check(store, &origin, &trusted)?;
    known.extend(files);
    // Of an archive whose first commit cannot be read, whose log it is cannot be told.
    if facts.is_some() {
        faults.into_iter().for_each(|(code, place)| result.find(code, place));
    }
    Ok(())
}

/// Reads every commit that can be read.
fn read_log(store: &dyn Store, forms: &'static [Form], result: &mut Verification) -> Result<Log, ArchiveError> {
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
        let begun = log.commits.iter().rev().find_map(|commit| commit.facts.as_ref());
        match commit_log::decode(version, &bytes, (forms, begun)) {
            Ok(commit) => log.commits.push(commit),
            Err(Undecoded::Form(form)) if chain::is_as_stated(store, version, &sha256(&bytes))? => {
                return Err(ArchiveError::of_form(store.place(""), &form));
            }
            // No program of later times wrote it, but somebody altered it.
            Err(Undecoded::Form(_)) => result.find("A005", format!("{path}: its form is not the one that was written")),
            Err(Undecoded::Log(reason)) => result.find("A005", format!("{path}: {reason}")),
        }
    }
    Ok(log)
}

/// Returns the commits that interrupted writers have decided on.
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

/// Reports the commits that were decided on but are not in the log. Their intact files become known; others at their paths are
/// strays. Returns all of their paths.
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

    /// Checks whether a kept head is in the log, and reports it if not.
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
}
