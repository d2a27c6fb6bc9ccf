//! What lies in the archive and is none of it.

use super::super::disk::relative;
use super::super::{ArchiveError, io, layout};
use super::{Examination, Verification};
use std::collections::BTreeSet;
use std::fs::{DirEntry, FileType};
use std::io::ErrorKind;
use std::path::Path;

/// Folders of the archive that are there whether or not something is in them.
const FOLDERS: [&str; 5] = [layout::EVENTS, layout::LOG, layout::FIGURES, layout::WORK, layout::STAGING];

/// Whether a folder is one; where something else is in its place, that is a finding.
pub(super) fn is_folder_or_absent(root: &Path, within: &str, result: &mut Verification) -> Result<bool, ArchiveError> {
    let mut path = root.to_owned();
    for name in within.split('/') {
        path.push(name);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                let place = relative(root, &path);
                if !result.findings.iter().any(|finding| finding.place == place) {
                    result.find("A019", place);
                }
                return Ok(false);
            }
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(io("read", &path, e)),
        }
    }
    Ok(true)
}

/// Whether there is nothing but folders, or nothing at all.
pub(super) fn is_bare(root: &Path) -> Result<bool, ArchiveError> {
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            Err(e) => return Err(io("read", &folder, e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| io("read", &folder, e))?;
            if !entry.file_type().map_err(|e| io("read", &folder, e))?.is_dir() {
                return Ok(false);
            }
            open.push(entry.path());
        }
    }
    Ok(true)
}

/// What may lie in the archive.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Files that are in their places.
    pub(super) files: &'a BTreeSet<String>,
    /// Files of an interrupted commit, for which folders may be there already.
    pub(super) waiting: &'a BTreeSet<String>,
    /// Versions whose commits cannot be read, which would name their parts.
    pub(super) unread: &'a BTreeSet<u64>,
}

/// Finds everything that is neither in the log nor in its place: files, links, devices, folders with nothing of the archive in
/// them. A folder that is not known is named once, without what is in it.
pub(super) fn find(
    examination: Examination<'_>,
    known: Known<'_>,
    result: &mut Verification,
) -> Result<(), ArchiveError> {
    let mut folders: BTreeSet<&str> = FOLDERS.into();
    for path in known.files.iter().chain(known.waiting) {
        folders.extend(path.match_indices('/').map(|(end, _)| &path[..end]));
    }
    let search = Search { examination, known, folders };
    search.folder("", result)
}

struct Search<'a> {
    examination: Examination<'a>,
    known: Known<'a>,
    folders: BTreeSet<&'a str>,
}

impl Search<'_> {
    fn folder(&self, within: &str, result: &mut Verification) -> Result<(), ArchiveError> {
        let folder = self.examination.root.join(within);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries.collect::<Result<Vec<DirEntry>, _>>().map_err(|e| io("read", &folder, e))?,
            Err(e) if e.kind() == ErrorKind::NotFound && within.is_empty() => return Ok(()),
            Err(e) => return Err(io("read", &folder, e)),
        };
        let mut names: Vec<_> = entries.into_iter().map(|entry| (entry.file_name(), entry.file_type())).collect();
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in names {
            let kind = kind.map_err(|e| io("read", &folder, e))?;
            let shown = name.to_string_lossy();
            let path = if within.is_empty() { shown.to_string() } else { format!("{within}/{shown}") };
            // A name that is no UTF-8 is none of ours, whatever it looks like.
            match name.to_str().map_or(Place::Stray, |_| self.place(&path, kind)) {
                Place::Known => {}
                Place::Inside => self.folder(&path, result)?,
                Place::Stray if kind.is_dir() => result.find("A003", format!("{path}/")),
                Place::Stray => result.find("A003", path),
            }
        }
        Ok(())
    }

    fn place(&self, path: &str, kind: FileType) -> Place {
        let public_only = self.examination.public_only;
        if public_only && layout::PRIVATE.contains(&path) {
            return Place::Known;
        }
        if kind.is_dir() {
            let is_staging = staged_at(path) == Some(1);
            let is_table = !self.known.unread.is_empty() && layout::is_folder_of_table(path);
            return if self.folders.contains(path) || is_staging || is_table { Place::Inside } else { Place::Stray };
        }
        // What stands in the place of a file of the log and is none was found when it was to be read.
        let is_known = self.known.files.contains(path)
            || layout::part(path).is_some_and(|part| self.known.unread.contains(&part.version))
            || (kind.is_file()
                && (path == layout::HEAD
                    || path == layout::LOCK
                    || layout::is_kept_figure(path)
                    || matches!(staged_at(path), Some(1 | 2))));
        // In place of a folder it was found as well.
        if is_known || self.folders.contains(path) { Place::Known } else { Place::Stray }
    }
}

/// How deep a path lies in the folder in which writers prepare their commits; whatever is there does not count.
fn staged_at(path: &str) -> Option<usize> {
    path.strip_prefix(layout::STAGING).map(|rest| rest.matches('/').count())
}

enum Place {
    /// It belongs to the archive.
    Known,
    /// It is a folder of the archive.
    Inside,
    /// It does not belong here.
    Stray,
}
