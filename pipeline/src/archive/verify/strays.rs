//! Finds everything in the archive's folder that does not belong to the archive.

use super::super::store::{EntryKind, Store};
use super::super::{ArchiveError, layout};
use super::{Examination, Verification};
use std::collections::BTreeSet;

/// Folders of the archive that may be empty.
const FOLDERS: [&str; 8] = [
    layout::EVENTS,
    layout::LOG,
    layout::FIGURES,
    layout::WORK,
    layout::STAGING,
    layout::ACCESSES,
    layout::CHECKPOINTS,
    layout::PUBLIC_KEYS,
];

/// Returns whether something else has the place of the archive's own folder of work.
pub(super) fn is_work_replaced(store: &dyn Store) -> Result<bool, ArchiveError> {
    Ok(store.kind(layout::WORK)?.is_some_and(|kind| kind != EntryKind::Folder))
}

/// Returns whether there is a folder at a path. Anything else in place of it or of a folder above it is a finding.
pub(super) fn is_folder_or_absent(
    store: &dyn Store,
    path: &str,
    result: &mut Verification,
) -> Result<bool, ArchiveError> {
    let above = path.match_indices('/').map(|(end, _)| &path[..end]);
    for folder in above.chain([path]) {
        match store.kind(folder)? {
            Some(EntryKind::Folder) => {}
            Some(_) => {
                if !result.findings.iter().any(|finding| finding.place == folder) {
                    result.find("A019", folder.to_owned());
                }
                return Ok(false);
            }
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Returns whether the archive's folder contains nothing but folders, or nothing at all.
pub(super) fn is_bare(store: &dyn Store) -> Result<bool, ArchiveError> {
    holds_only_folders_and(store, "", |_| false)
}

/// Returns whether a folder holds nothing but folders and such files.
fn holds_only_folders_and(
    store: &dyn Store,
    folder: &str,
    is_allowed: impl Fn(&str) -> bool,
) -> Result<bool, ArchiveError> {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in store.list(&folder)? {
            let path = within(&folder, &entry.name.to_string_lossy());
            match entry.kind {
                EntryKind::Folder => open.push(path),
                EntryKind::File if is_allowed(&path) => {}
                EntryKind::File | EntryKind::Foreign => return Ok(false),
            }
        }
    }
    Ok(true)
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The files and versions that belong to the archive.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// The files that are in their places.
    pub(super) files: &'a BTreeSet<String>,
    /// The files of an interrupted commit, whose folders may already exist.
    pub(super) waiting: &'a BTreeSet<String>,
    /// The version after the last one that has a file.
    pub(super) versions: u64,
    /// The versions whose commits could be read. The parts of all other versions are unknown.
    pub(super) read: &'a BTreeSet<u64>,
}

impl Known<'_> {
    fn is_unread(self, version: u64) -> bool {
        version < self.versions && !self.read.contains(&version)
    }

    fn all_is_read(self) -> bool {
        self.read.len() as u64 == self.versions
    }
}

/// Finds everything that is neither in the log nor in its place: files, links, devices, and folders that contain nothing of the
/// archive. An unknown folder is reported once, without its content.
pub(super) fn find(
    (store, examination): (&dyn Store, Examination<'_>),
    known: Known<'_>,
    result: &mut Verification,
) -> Result<(), ArchiveError> {
    let mut folders: BTreeSet<&str> = FOLDERS.into();
    for path in known.files.iter().chain(known.waiting) {
        folders.extend(path.match_indices('/').map(|(end, _)| &path[..end]));
    }
    // A place may be followed by a reason.
    let found = result.findings.iter().map(|one| one.place.split_once(": ").map_or(&*one.place, |(place, _)| place));
    let found = found.map(str::to_owned).collect();
    Search { store, examination, known, folders, found }.folder("", result)
}

struct Search<'a> {
    store: &'a dyn Store,
    examination: Examination<'a>,
    known: Known<'a>,
    folders: BTreeSet<&'a str>,
    /// The places that already have a finding.
    found: BTreeSet<String>,
}

impl Search<'_> {
    fn folder(&self, folder: &str, result: &mut Verification) -> Result<(), ArchiveError> {
        let mut entries = self.store.list(folder)?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in entries {
            let path = within(folder, &entry.name.to_string_lossy());
            // The archive has no names that are not UTF-8, so this is a stray, no matter what it looks like.
            match entry.name.to_str().map_or(Place::Stray, |_| self.place(&path, entry.kind)) {
                Place::Known => {}
                Place::Inside => self.folder(&path, result)?,
                Place::NoFolder => result.find("A019", path),
                Place::Stray if entry.kind == EntryKind::Folder => {
                    // A writer that was stopped had not put anything into it yet.
                    let is_begun = layout::is_within_logs(&path)
                        && holds_only_folders_and(self.store, &path, layout::is_unfinished)?;
                    if !is_begun {
                        result.find("A003", format!("{path}/"));
                    }
                }
                Place::Stray => result.find("A003", path),
            }
        }
        Ok(())
    }

    fn place(&self, path: &str, kind: EntryKind) -> Place {
        let public_only = self.examination.public_only;
        if public_only && layout::PRIVATE.contains(&path) {
            return Place::Known;
        }
        let is_table = || !self.known.all_is_read() && layout::is_folder_of_table(path);
        if kind == EntryKind::Folder && (self.folders.contains(path) || is_table() || layout::is_staging(path)) {
            return Place::Inside;
        }
        // If something other than a file was in the place of a file of the log, reading it has already reported that.
        if self.found.contains(path) {
            return Place::Known;
        }
        if kind == EntryKind::Folder {
            return Place::Stray;
        }
        if self.folders.contains(path) {
            // If a file in the folder was reported as missing, that finding is enough.
            let within = format!("{path}/");
            let mut after = self.found.range(within.clone()..);
            return if after.next().is_some_and(|place| place.starts_with(&within)) {
                Place::Known
            } else {
                Place::NoFolder
            };
        }
        let is_known = self.known.files.contains(path)
            || layout::part(path).is_some_and(|part| self.known.is_unread(part.version))
            || (kind == EntryKind::File
                && (path == layout::HEAD
                    || path == layout::LOCK
                    || path == layout::SERVER
                    || path == layout::ACCESS_LOCK
                    || layout::is_kept_figure(path)
                    || layout::is_staged(path)));
        if is_known { Place::Known } else { Place::Stray }
    }
}

enum Place {
    /// It belongs to the archive.
    Known,
    /// It is a folder of the archive.
    Inside,
    /// It is in the place of a folder of the archive.
    NoFolder,
    /// It does not belong here.
    Stray,
}
