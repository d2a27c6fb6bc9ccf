//! What a writer decided to commit, and how it is carried out by whoever comes next.
//!
//! Invariant: an intent is dropped only when its version stands whole in the log, or can never come to stand there.
//! Invariant: an intent that names anything but parts of its version and a staging folder is not followed.

use super::commit_log::check_part;
use super::part_encoder::staged;
use super::store::{LONGEST_LOG_BYTES, Store, if_there};
use super::{ArchiveError, FileEntry, head, layout};
use crate::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The file of a staging folder that holds the commit.
pub(super) const COMMIT: &str = "commit.json";

/// What is being committed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    pub(super) version: u64,
    /// The staging folder within the archive.
    pub(super) staging: String,
    pub(super) commit_sha256: String,
    pub(super) files: Vec<FileEntry>,
}

/// An intent that cannot be followed.
#[derive(Debug)]
pub(super) struct Unusable {
    /// Its path within the archive.
    pub(super) path: String,
    pub(super) reason: String,
    /// Whether it ends too early: a crash did that, before anything was done in its name.
    is_cut_short: bool,
}

/// What came of reading one; the error within is what is wrong with the intent itself.
type Read = Result<Intent, Unusable>;

/// The intents that wait, in order of their versions.
pub(super) fn intents(store: &dyn Store) -> Result<Vec<Read>, ArchiveError> {
    let entries = store.list(layout::WORK)?;
    let mut versions: Vec<u64> = entries.iter().filter_map(|entry| layout::version_of_intent(&entry.name)).collect();
    versions.sort_unstable();
    let mut intents = Vec::new();
    for version in versions {
        let path = layout::intent(version);
        match store.read(&path, LONGEST_LOG_BYTES) {
            Ok(bytes) => intents.push(Intent::read(version, path, &bytes)),
            // Another writer has just finished it.
            Err(e) if e.is_missing() => {}
            Err(e) => intents.push(Err(Unusable { path, reason: e.to_string(), is_cut_short: false })),
        }
    }
    Ok(intents)
}

impl Intent {
    fn read(version: u64, path: String, bytes: &[u8]) -> Read {
        let unusable = |reason, is_cut_short| Unusable { path, reason, is_cut_short };
        match serde_json::from_slice::<Self>(bytes) {
            Err(e) => Err(unusable(e.to_string(), e.is_eof())),
            Ok(intent) => match intent.check(version) {
                Err(reason) => Err(unusable(reason, false)),
                Ok(()) => Ok(intent),
            },
        }
    }

    fn check(&self, version: u64) -> Result<(), String> {
        let name = self.staging.strip_prefix(layout::STAGING).and_then(|rest| rest.strip_prefix('/'));
        if !name.is_some_and(|name| !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])) {
            return Err(format!("`{}` is no staging folder", self.staging));
        }
        if self.version != version {
            return Err(format!("it is of version {}", self.version));
        }
        let mut paths = BTreeSet::new();
        self.files.iter().try_for_each(|file| {
            let table = layout::part(&file.path).map_or("", |part| part.table);
            check_part(file, table, version, &mut paths)
        })
    }

    fn staged(&self, path: &str) -> String {
        format!("{}/{}", self.staging, staged(path))
    }

    fn commit(&self) -> String {
        format!("{}/{COMMIT}", self.staging)
    }
}

/// How the log stands to an intent.
enum CommitState {
    /// The version is not there.
    Absent,
    /// The commit is there.
    Done,
    /// The commit is there, and a crash cut it short.
    CutShort,
    /// Another commit has the version.
    Others,
}

fn state_of(store: &dyn Store, intent: &Intent) -> Result<CommitState, ArchiveError> {
    let Some(bytes) = if_there(store, &layout::commit(intent.version))? else { return Ok(CommitState::Absent) };
    if sha256(&bytes) == intent.commit_sha256 {
        return Ok(CommitState::Done);
    }
    let whole = if_there(store, &intent.commit())?.filter(|whole| sha256(whole) == intent.commit_sha256);
    Ok(if whole.is_some_and(|whole| whole.starts_with(&bytes)) { CommitState::CutShort } else { CommitState::Others })
}

pub(super) fn is_committed(store: &dyn Store, version: u64) -> Result<bool, ArchiveError> {
    Ok(store.kind(&layout::commit(version))?.is_some())
}

/// Finishes what was decided on and not finished. A commit of which a file is nowhere whole (a folder that was copied
/// while it was written) is given up: it never stood in the log, so its rows are still to be pulled.
pub(super) fn settle(store: &dyn Store) -> Result<(), ArchiveError> {
    for intent in intents(store)? {
        let intent = match intent {
            Ok(intent) => intent,
            Err(unusable) if unusable.is_cut_short => {
                store.remove(&unusable.path)?;
                continue;
            }
            Err(Unusable { path, reason, .. }) => return Err(ArchiveError::Intent { path, reason }),
        };
        if let CommitState::Done | CommitState::Others = state_of(store, &intent)? {
            store.remove(&layout::intent(intent.version))?;
            continue;
        }
        let mut whole = true;
        for file in &intent.files {
            whole &= holds(store, &intent.staged(&file.path), file)? || holds(store, &file.path, file)?;
        }
        whole &= if_there(store, &intent.commit())?.is_some_and(|bytes| sha256(&bytes) == intent.commit_sha256);
        if whole {
            roll_forward(store, &intent)?;
        } else if !is_committed(store, intent.version)? {
            for file in &intent.files {
                store.remove(&file.path)?;
            }
            store.remove(&layout::intent(intent.version))?;
        }
    }
    Ok(())
}

/// Whether a path holds exactly that file.
pub(super) fn holds(store: &dyn Store, path: &str, file: &FileEntry) -> Result<bool, ArchiveError> {
    match store.read(path, u64::MAX) {
        Ok(bytes) => Ok(sha256(&bytes) == file.sha256),
        Err(e) if e.is_missing() => Ok(false),
        Err(e) => Err(e),
    }
}

/// Carries out what an intent decided. Two writers may do so at once: each step is done by one and found done by the
/// other.
pub(super) fn roll_forward(store: &dyn Store, intent: &Intent) -> Result<(), ArchiveError> {
    let mut folders = BTreeSet::new();
    for file in &intent.files {
        store.move_to(&intent.staged(&file.path), &file.path)?;
        folders.extend(file.path.rsplit_once('/').map(|(folder, _)| folder));
    }
    store.prepare()?;
    store.flush(&folders.into_iter().collect::<Vec<_>>())?;
    publish(store, intent)?;
    head::keep(store, intent.version, &intent.commit_sha256)?;
    store.remove(&layout::intent(intent.version))
}

/// Puts the commit file into the log, unless it is there already.
fn publish(store: &dyn Store, intent: &Intent) -> Result<(), ArchiveError> {
    let (target, waiting) = (layout::commit(intent.version), intent.commit());
    match state_of(store, intent)? {
        CommitState::Done => return Ok(()),
        CommitState::Absent => {
            let put = store
                .read(&waiting, LONGEST_LOG_BYTES)
                .and_then(|bytes| store.put_if_absent(&target, &bytes, &waiting));
            // Another writer may have put it there meanwhile.
            if !is_committed(store, intent.version)? {
                return put;
            }
        }
        CommitState::CutShort => store.move_to(&waiting, &target)?,
        CommitState::Others => {}
    }
    store.flush(&[layout::LOG])?;
    if sha256(&store.read(&target, LONGEST_LOG_BYTES)?) == intent.commit_sha256 {
        Ok(())
    } else {
        Err(ArchiveError::Conflict { path: store.place("") })
    }
}
