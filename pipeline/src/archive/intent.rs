//! What a writer decided to commit, and how it is carried out by whoever comes next.
//!
//! Invariant: an intent is dropped only when its version stands whole in the log, or can never come to stand there.
//! Invariant: an intent that names anything but parts of its version and a staging folder is not followed.

use super::commit_log::check_part;
use super::disk::{LONGEST_LOG_BYTES, flush_up_to, is_there, make_folder, put_if_absent, read_file, remove, restrict};
use super::part_encoder::staged;
use super::{ArchiveError, FileEntry, head, io, layout};
use crate::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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
pub(super) fn intents(root: &Path) -> Result<Vec<Read>, ArchiveError> {
    let folder = root.join(layout::WORK);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io("read", &folder, e)),
    };
    let mut versions = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| io("read", &folder, e))?.file_name();
        versions.extend(layout::version_of_intent(&name));
    }
    versions.sort_unstable();
    let mut intents = Vec::new();
    for version in versions {
        let path = layout::intent(version);
        match read_file(root, &path, LONGEST_LOG_BYTES) {
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

fn state_of(root: &Path, intent: &Intent) -> Result<CommitState, ArchiveError> {
    let Some(bytes) = if_there(root, &layout::commit(intent.version))? else { return Ok(CommitState::Absent) };
    if sha256(&bytes) == intent.commit_sha256 {
        return Ok(CommitState::Done);
    }
    let whole = if_there(root, &intent.commit())?.filter(|whole| sha256(whole) == intent.commit_sha256);
    Ok(if whole.is_some_and(|whole| whole.starts_with(&bytes)) { CommitState::CutShort } else { CommitState::Others })
}

fn if_there(root: &Path, within: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
    match read_file(root, within, LONGEST_LOG_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

pub(super) fn is_committed(root: &Path, version: u64) -> bool {
    is_there(&root.join(layout::commit(version)))
}

/// Finishes what was decided on and not finished. A commit of which a file is nowhere whole (a folder that was copied
/// while it was written) is given up: it never stood in the log, so its rows are still to be pulled.
pub(super) fn settle(root: &Path) -> Result<(), ArchiveError> {
    for intent in intents(root)? {
        let intent = match intent {
            Ok(intent) => intent,
            Err(unusable) if unusable.is_cut_short => {
                remove(&root.join(unusable.path))?;
                continue;
            }
            Err(Unusable { path, reason, .. }) => return Err(ArchiveError::Intent { path, reason }),
        };
        if let CommitState::Done | CommitState::Others = state_of(root, &intent)? {
            remove(&root.join(layout::intent(intent.version)))?;
            continue;
        }
        let mut whole = true;
        for file in &intent.files {
            whole &= holds(root, &intent.staged(&file.path), file)? || holds(root, &file.path, file)?;
        }
        whole &= if_there(root, &intent.commit())?.is_some_and(|bytes| sha256(&bytes) == intent.commit_sha256);
        if whole {
            roll_forward(root, &intent)?;
        } else if !is_committed(root, intent.version) {
            for file in &intent.files {
                remove(&root.join(&file.path))?;
                // Nothing else may be in the folder of its month.
                drop(root.join(&file.path).parent().map(std::fs::remove_dir));
            }
            remove(&root.join(layout::intent(intent.version)))?;
        }
    }
    Ok(())
}

/// Whether a path holds exactly that file.
pub(super) fn holds(root: &Path, within: &str, file: &FileEntry) -> Result<bool, ArchiveError> {
    match read_file(root, within, u64::MAX) {
        Ok(bytes) => Ok(sha256(&bytes) == file.sha256),
        Err(e) if e.is_missing() => Ok(false),
        Err(e) => Err(e),
    }
}

/// Carries out what an intent decided. Two writers may do so at once: each step is done by one and found done by the
/// other.
pub(super) fn roll_forward(root: &Path, intent: &Intent) -> Result<(), ArchiveError> {
    let mut folders = Vec::new();
    for file in &intent.files {
        let (from, to) = (root.join(intent.staged(&file.path)), root.join(&file.path));
        if let Some((folder, _)) = file.path.rsplit_once('/') {
            folders.push(make_folder(root, folder)?);
        }
        match std::fs::rename(&from, &to) {
            Err(e) if e.kind() == ErrorKind::NotFound && is_there(&to) => {}
            Err(e) => return Err(io("move", &from, e)),
            Ok(()) => {}
        }
    }
    restrict(root)?;
    flush_up_to(root, folders.iter().map(PathBuf::as_path))?;
    publish(root, intent)?;
    head::keep(root, intent.version, &intent.commit_sha256)?;
    remove(&root.join(layout::intent(intent.version)))
}

/// Puts the commit file into the log, unless it is there already.
fn publish(root: &Path, intent: &Intent) -> Result<(), ArchiveError> {
    let log = make_folder(root, layout::LOG)?;
    let target = root.join(layout::commit(intent.version));
    let waiting = root.join(intent.commit());
    match state_of(root, intent)? {
        CommitState::Done => return Ok(()),
        CommitState::Absent => {
            let put = if_there(root, &intent.commit())?.map(|bytes| put_if_absent(&target, &bytes, &waiting));
            // Another writer may have put it there meanwhile.
            if !is_there(&target) {
                let lost = || io("read", &waiting, ErrorKind::NotFound.into());
                return put.unwrap_or_else(|| Err(lost()));
            }
        }
        CommitState::CutShort => std::fs::rename(&waiting, &target).map_err(|e| io("write", &target, e))?,
        CommitState::Others => {}
    }
    flush_up_to(root, [log.as_path()])?;
    if sha256(&read_file(root, &layout::commit(intent.version), LONGEST_LOG_BYTES)?) == intent.commit_sha256 {
        Ok(())
    } else {
        Err(ArchiveError::Conflict { path: root.display().to_string() })
    }
}
