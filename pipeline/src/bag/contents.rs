//! What a bag of the archive holds: rows, and the scripts that check them and ask.
//!
//! Reads   an archive
//! Gives   files of a bag
//! Rule    a part of the public table is carried byte for byte, so that its digest is the one in the log

use super::error::BagError;
use super::layout::{PAYLOAD, PRIVATE};
use super::recipe::{self, ComputedTable};
use super::writer::BagWriter;
use crate::archive::{Archive, ArchiveError, FileEntry, columns, month_of_path};
use schemas::Month;
use std::collections::BTreeSet;
use std::path::Path;

/// Which rows of the bag are not in force any more.
const REPLACED: &str = "data/events/diganti.csv";

/// Adds the rows of some months of the public table, and which of them later rows replace. Returns how
/// many rows they are.
///
/// # Errors
/// [`BagError::Archive`] when the archive cannot be read, [`BagError::Io`] when the system refuses.
pub fn put_events(bag: &mut BagWriter, archive: &Archive, months: &[Month]) -> Result<u64, BagError> {
    let files: Vec<&FileEntry> = files_of(archive, months).collect();
    let mut rows = 0;
    for file in &files {
        let bytes = archive.bytes_of(&file.path, &file.sha256, Some(file.size_bytes))?;
        bag.copy(&format!("{PAYLOAD}{}", file.path), &mut bytes.as_slice(), Path::new(&file.path))?;
        rows += file.rows;
    }
    bag.put(REPLACED, replaced_csv(&replaced(archive, &files)?).as_bytes())?;
    Ok(rows)
}

/// Adds the private rows of a month, those that were not destroyed.
///
/// # Errors
/// As for [`put_events`].
pub fn put_persons(bag: &mut BagWriter, archive: &Archive, month: Month) -> Result<(), BagError> {
    for file in archive.person_files().filter(|file| month_of_path(&file.path) == Some(month)) {
        let bytes = archive.bytes_of(&file.path, &file.sha256, Some(file.size_bytes))?;
        bag.copy(&format!("{PRIVATE}/{}", file.path), &mut bytes.as_slice(), Path::new(&file.path))?;
    }
    Ok(())
}

/// Returns the public parts of some months.
fn files_of<'a>(archive: &'a Archive, months: &'a [Month]) -> impl Iterator<Item = &'a FileEntry> {
    archive.event_files().filter(|file| month_of_path(&file.path).is_some_and(|month| months.contains(&month)))
}

/// Returns the `seq` of those rows of some parts that a row of the archive replaces.
fn replaced(archive: &Archive, files: &[&FileEntry]) -> Result<BTreeSet<i64>, ArchiveError> {
    let mut corrected = BTreeSet::new();
    for file in archive.event_files() {
        for batch in archive.read(file, Some(&["correction_of"]))? {
            corrected.extend(columns::int64s(&batch, "correction_of")?.iter().flatten());
        }
    }
    let mut here = BTreeSet::new();
    for file in files.iter().filter(|_| !corrected.is_empty()) {
        for batch in archive.read(file, Some(&["seq"]))? {
            let seqs = columns::int64s(&batch, "seq")?;
            here.extend(seqs.iter().flatten().filter(|seq| corrected.contains(seq)));
        }
    }
    Ok(here)
}

fn replaced_csv(replaced: &BTreeSet<i64>) -> String {
    std::iter::once("seq\n".to_owned()).chain(replaced.iter().map(|seq| format!("{seq}\n"))).collect()
}

/// Returns the script that defines the views `events` and `events_all` over the files of the archive itself, in whose folder it is run.
///
/// # Errors
/// [`BagError::Script`] when a public column has a type that no script knows.
pub fn archive_views(archive: &Archive) -> Result<String, BagError> {
    Ok(recipe::views_of_archive(&archive.public_schema()?)?)
}

/// Returns the scripts that check the rows of a bag of this archive and ask questions of them, by name; `computed` are tables in it
/// beside the rows.
///
/// # Errors
/// [`BagError::Script`] when a public column has a type that no script knows.
pub fn event_scripts(archive: &Archive, computed: &[ComputedTable]) -> Result<Vec<(String, String)>, BagError> {
    let schema = archive.public_schema()?;
    Ok(vec![
        ("verifikasi.sql".to_owned(), recipe::check_of(&schema)?),
        ("tampilan.sql".to_owned(), recipe::views_of(&schema, computed)?),
    ])
}
