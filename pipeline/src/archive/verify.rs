//! Is the archive what its log says?
//!
//! Reads   every file under the archive's tables and the log
//! Gives   findings A001–A006, none for a whole archive; counts of what was checked
//!
//! Invariant: no byte is decoded before its SHA-256 was checked.

use super::intent::unfinished;
use super::{ArchiveError, FileEntry, commit_files, io, layout, log, read_file};
use crate::key::sha256;
use parquet::file::reader::{FileReader, SerializedFileReader};
use schemas::Finding;
use std::collections::BTreeSet;
use std::path::Path;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Commits read.
    pub commits: u64,
    /// Files whose bytes were hashed.
    pub files: u64,
    /// Rows in these files.
    pub rows: u64,
    /// SHA-256 of the last commit.
    pub head: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Hashes every file of the archive and compares it with the log.
///
/// # Errors
/// [`ArchiveError::Io`] when the system refuses to list or read; a damaged or missing file is a finding, not an error.
pub fn verify(root: &Path) -> Result<Verification, ArchiveError> {
    let mut result = Verification::default();
    let mut known = BTreeSet::new();
    let mut previous: Option<String> = None;
    let mut expected = 0;
    for (version, path) in commit_files(root)? {
        let name = format!("{}/{}", layout::LOG, layout::commit_name(version));
        known.insert(name.clone());
        if version != expected {
            result.find("A005", format!("{}/{}", layout::LOG, layout::commit_name(expected)));
        }
        expected = version + 1;
        let bytes = read_file(&path)?;
        let Ok(commit) = log::decode(version, &bytes) else {
            result.find("A005", name);
            previous = Some(sha256(&bytes));
            continue;
        };
        if commit.note.previous != previous {
            result.find("A004", name);
        }
        let note = &commit.note;
        let files = commit.events.iter().map(|f| &f.entry).chain(&note.persons).chain(&note.quarantine);
        for file in files.chain(&note.outages).chain(&note.stock) {
            known.insert(file.path.clone());
            check(root, file, &mut result)?;
        }
        result.commits += 1;
        result.head.clone_from(&commit.sha256);
        previous = Some(commit.sha256);
    }
    let waiting = unfinished(root)?;
    if !waiting.is_empty() {
        result.find("A007", layout::WORK.to_owned());
        // Only what is whole is known to the interrupted writer; anything else in its name is a stray.
        known.extend(waiting.into_iter().filter(|f| is_whole(root, f)).map(|f| f.path));
    }
    for table in layout::TABLES {
        strays(root, &root.join(table), &known, &mut result)?;
    }
    Ok(result)
}

impl Verification {
    fn find(&mut self, code: &'static str, place: String) {
        self.findings.push(Finding { code, place, count: 1 });
    }
}

fn check(root: &Path, file: &FileEntry, result: &mut Verification) -> Result<(), ArchiveError> {
    let path = root.join(&file.path);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            result.find("A001", file.path.clone());
            return Ok(());
        }
        Err(e) => return Err(io("read", &path, e)),
    };
    result.files += 1;
    if bytes.len() as u64 != file.size_bytes || sha256(&bytes) != file.sha256 {
        result.find("A002", file.path.clone());
        return Ok(());
    }
    let rows = SerializedFileReader::new(bytes::Bytes::from(bytes))
        .ok()
        .and_then(|r| u64::try_from(r.metadata().file_metadata().num_rows()).ok());
    if rows == Some(file.rows) {
        result.rows += file.rows;
    } else {
        result.find("A006", file.path.clone());
    }
    Ok(())
}

fn is_whole(root: &Path, file: &FileEntry) -> bool {
    std::fs::read(root.join(&file.path)).is_ok_and(|bytes| sha256(&bytes) == file.sha256)
}

fn strays(root: &Path, folder: &Path, known: &BTreeSet<String>, result: &mut Verification) -> Result<(), ArchiveError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(io("read", folder, e)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| io("read", folder, e))?.path());
    }
    paths.sort();
    for path in paths {
        let within = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            strays(root, &path, known, result)?;
        } else if !known.contains(&within) {
            result.find("A003", within);
        }
    }
    Ok(())
}
