//! An intent records what a writer has decided to commit, so that any later writer can finish an interrupted commit.
//!
//! Invariant: an intent is removed only when its version is completely in the log, or can never be.
//! Invariant: an intent that names anything but parts of its version and a staging folder is not carried out.

use super::commit_log::check_part;
use super::part_encoder::staged;
use super::store::{LONGEST_LOG_BYTES, Store, if_there};
use super::{ArchiveError, FileEntry, head, layout};
use crate::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name of the commit file in a staging folder.
pub(super) const COMMIT: &str = "commit.json";

/// A commit that has been decided on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    pub(super) version: u64,
    /// The path of the staging folder within the archive.
    pub(super) staging: String,
    pub(super) commit_sha256: String,
    pub(super) files: Vec<FileEntry>,
}

/// An intent that cannot be carried out.
#[derive(Debug)]
pub(super) struct Unusable {
    /// The path of its file within the archive.
    pub(super) path: String,
    pub(super) reason: String,
    /// Whether the file ends too early. Only a crash does that, before any step of the intent was carried out.
    is_cut_short: bool,
}

/// The result of parsing an intent. Its error describes a defect of the intent itself, not a failure to read the archive.
type Read = Result<Intent, Unusable>;

/// Returns the intents that have not been carried out yet, ordered by version.
pub(super) fn intents(store: &dyn Store) -> Result<Vec<Read>, ArchiveError> {
    let entries = store.list(layout::WORK)?;
    let mut versions: Vec<u64> = entries.iter().filter_map(|entry| layout::version_of_intent(&entry.name)).collect();
    versions.sort_unstable();
    let mut intents = Vec::new();
    for version in versions {
        let path = layout::intent(version);
        match store.read(&path, LONGEST_LOG_BYTES) {
            Ok(bytes) => intents.push(Intent::read(version, path, &bytes)),
            // Another writer has just carried it out.
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
            if layout::sealed(&file.path).is_some() {
                return if paths.insert(file.path.clone()) {
                    Ok(())
                } else {
                    Err(format!("`{}` stands twice", file.path))
                };
            }
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

/// The state of the log with respect to an intent.
enum CommitState {
    /// The log has no commit of the version.
    Absent,
    /// The log has the commit.
    Done,
    /// The log has the beginning of the commit, which a crash cut short.
    CutShort,
    /// The log has a different commit of the version.
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

/// Finishes the commits that were decided on but interrupted. A commit is given up if one of its files is intact neither in its
/// place nor in the staging folder, as in an archive that was copied during a commit. It was never in the log, so its rows will be
/// pulled again.
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

/// Returns whether the file at a path has the recorded SHA-256.
pub(super) fn holds(store: &dyn Store, path: &str, file: &FileEntry) -> Result<bool, ArchiveError> {
    match store.read(path, u64::MAX) {
        Ok(bytes) => Ok(sha256(&bytes) == file.sha256),
        Err(e) if e.is_missing() => Ok(false),
        Err(e) => Err(e),
    }
}

/// Carries out an intent. Two writers may do so at the same time, since each step succeeds if the other writer has already done it.
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

/// Puts the commit file into the log unless it is already there.
fn publish(store: &dyn Store, intent: &Intent) -> Result<(), ArchiveError> {
    let (target, staged_commit) = (layout::commit(intent.version), intent.commit());
    match state_of(store, intent)? {
        CommitState::Done => return Ok(()),
        CommitState::Absent => {
            let put = store
                .read(&staged_commit, LONGEST_LOG_BYTES)
                .and_then(|bytes| store.put_if_absent(&target, &bytes, &staged_commit));
            // Another writer may have put it there in the meantime.
            if !is_committed(store, intent.version)? {
                return put;
            }
        }
        CommitState::CutShort => store.move_to(&staged_commit, &target)?,
        CommitState::Others => {}
    }
    store.flush(&[layout::LOG])?;
    if sha256(&store.read(&target, LONGEST_LOG_BYTES)?) == intent.commit_sha256 {
        Ok(())
    } else {
        Err(ArchiveError::Conflict { path: store.place("") })
    }
}
