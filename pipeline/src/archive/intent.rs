//! What a writer decided to commit, and how it is carried out by whoever comes next.
//!
//! Invariant: an intent is dropped only when its version stands in the log or can never come to stand there.

use super::disk::{flush_up_to, make_folder, put_if_absent, remove, restrict};
use super::parts::staged;
use super::{ArchiveError, FileEntry, io, layout, read_file};
use crate::key::sha256;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is being committed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) version: u64,
    /// The staging folder within the archive.
    pub(super) staging: String,
    pub(super) commit_sha256: String,
    pub(super) files: Vec<FileEntry>,
}

/// The files of commits that were decided on and not finished.
pub(super) fn unfinished(root: &Path) -> Result<Vec<FileEntry>, ArchiveError> {
    let intents = intents(root)?;
    Ok(intents.into_iter().filter(|i| !is_committed(root, i.version)).flat_map(|i| i.files).collect())
}

fn intents(root: &Path) -> Result<Vec<Intent>, ArchiveError> {
    let folder = root.join(layout::WORK);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io("read", &folder, e)),
    };
    let mut intents = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| io("read", &folder, e))?.path();
        if !path.file_name().is_some_and(layout::is_intent) {
            continue;
        }
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            // Another writer has just finished it.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(io("read", &path, e)),
        };
        let intent: Intent = serde_json::from_slice(&bytes)
            .map_err(|e| ArchiveError::Decode { path: path.display().to_string(), reason: e.to_string() })?;
        intents.push(intent);
    }
    intents.sort_by_key(|intent| intent.version);
    Ok(intents)
}

pub(super) fn is_committed(root: &Path, version: u64) -> bool {
    root.join(layout::LOG).join(layout::commit_name(version)).exists()
}

/// Finishes what was decided on and not finished. A commit of which a file is nowhere whole (a folder that was copied
/// while it was written) is given up: it never stood in the log, so its rows are still to be pulled.
pub(super) fn settle(root: &Path) -> Result<(), ArchiveError> {
    for intent in intents(root)? {
        if is_committed(root, intent.version) {
            remove(&root.join(layout::intent(intent.version)))?;
            continue;
        }
        let staging = root.join(&intent.staging);
        let mut whole = true;
        for file in &intent.files {
            whole &= holds(&staged(&staging, &file.path), file)? || holds(&root.join(&file.path), file)?;
        }
        let commit = staging.join("commit.json");
        whole &= commit.exists() && sha256(&read_file(&commit)?) == intent.commit_sha256;
        if whole {
            roll_forward(root, &intent)?;
        } else if !is_committed(root, intent.version) {
            for file in &intent.files {
                remove(&root.join(&file.path))?;
            }
            remove(&root.join(layout::intent(intent.version)))?;
        }
    }
    Ok(())
}

/// Whether a path holds exactly that file.
fn holds(path: &Path, file: &FileEntry) -> Result<bool, ArchiveError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(sha256(&bytes) == file.sha256),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(io("read", path, e)),
    }
}

/// Carries out what an intent decided. Two writers may do so at once: each step is done by one and found done by the
/// other.
pub(super) fn roll_forward(root: &Path, intent: &Intent) -> Result<(), ArchiveError> {
    let staging = root.join(&intent.staging);
    let mut folders = Vec::new();
    for file in &intent.files {
        let (from, to) = (staged(&staging, &file.path), root.join(&file.path));
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
            folders.push(folder.to_owned());
        }
        match std::fs::rename(&from, &to) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && to.exists() => {}
            Err(e) => return Err(io("move", &from, e)),
            Ok(()) => {}
        }
    }
    restrict(root)?;
    flush_up_to(root, folders.iter().map(PathBuf::as_path))?;
    publish(root, intent, &staging)?;
    remove(&root.join(layout::intent(intent.version)))
}

/// Links the commit file into the log, unless it is there already.
fn publish(root: &Path, intent: &Intent, staging: &Path) -> Result<(), ArchiveError> {
    let log = root.join(layout::LOG);
    make_folder(&log)?;
    let target = log.join(layout::commit_name(intent.version));
    let waiting = staging.join("commit.json");
    if !target.exists() {
        let linked = read_file(&waiting).and_then(|bytes| put_if_absent(&target, &bytes, &waiting));
        if linked.is_err() && !target.exists() {
            return linked;
        }
        flush_up_to(root, [log.as_path()])?;
    }
    if sha256(&read_file(&target)?) == intent.commit_sha256 {
        Ok(())
    } else {
        Err(ArchiveError::Conflict { path: root.display().to_string() })
    }
}
