//! What a bag of the archive holds: rows, what the log says of them, documents, and the scripts that check and ask.
//!
//! Reads   an archive, or files of the caller; an extract of the log
//! Gives   the files of a bag
//! Rule    a part of the public table is carried byte for byte, so that its digest is the one in the log

use super::error::BagError;
use super::layout::{BAG_MONTHS, PAYLOAD, PRIVATE};
use super::log_extract::{LogExtract, put_log};
use super::reading;
use super::recipe;
use super::writer::{BagWriter, ClosedBag};
use crate::archive::{Archive, ArchiveError, FileEntry, columns, month_of_path};
use crate::files::Readers;
use schemas::Month;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The bytes of a file of a bag.
#[derive(Clone, Debug)]
pub enum BagContent {
    /// These.
    Bytes(Vec<u8>),
    /// Those of a file.
    File(PathBuf),
}

/// What the bag of a closed month holds.
#[derive(Clone, Debug)]
pub struct SealContents {
    /// The month.
    pub month: Month,
    /// Parts of the public table, by their paths in the archive.
    pub public: Vec<(String, BagContent)>,
    /// Parts of the private table, by their paths in the archive.
    pub private: Vec<(String, BagContent)>,
    /// The books as files, by their names. They name residents, as the private table does.
    pub books: Vec<(String, BagContent)>,
    /// The log.
    pub log: LogExtract,
    /// `seq` of rows that later rows replace.
    pub replaced: BTreeSet<i64>,
    /// The scripts of [`event_scripts`] by name, and the recipe in words.
    pub recipe: Vec<(String, String)>,
}

/// Makes the bag of a closed month.
///
/// # Errors
/// [`BagError`] when a file cannot be read or written, or has a name that a bag does not have.
pub fn seal_bag(target: &Path, contents: &SealContents, info: &[(&str, String)]) -> Result<ClosedBag, BagError> {
    let mut bag = BagWriter::begin(target, Readers::Usual)?;
    for (path, content) in &contents.public {
        put(&mut bag, &format!("{PAYLOAD}{path}"), content)?;
    }
    for (path, content) in contents.private.iter().chain(&contents.books) {
        put(&mut bag, &format!("{PRIVATE}/{path}"), content)?;
    }
    bag.put(REPLACED, replaced_csv(&contents.replaced).as_bytes())?;
    put_log(&mut bag, &contents.log)?;
    for (name, text) in &contents.recipe {
        bag.put(name, text.as_bytes())?;
    }
    let month = (BAG_MONTHS, contents.month.to_string());
    bag.close(&info.iter().cloned().chain([month]).collect::<Vec<_>>())
}

fn put(bag: &mut BagWriter, path: &str, content: &BagContent) -> Result<(), BagError> {
    match content {
        BagContent::Bytes(bytes) => bag.put(path, bytes),
        BagContent::File(from) => {
            let mut file = reading::open(from).map_err(|e| super::error::io("read", from, e))?;
            bag.copy(path, &mut file, from)
        }
    }
}

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

/// Returns the scripts that check the rows of a bag of this archive and ask questions of them, by name.
///
/// # Errors
/// [`BagError::Script`] when a public column has a type that no script knows.
pub fn event_scripts(archive: &Archive) -> Result<Vec<(String, String)>, BagError> {
    let schema = archive.public_schema()?;
    Ok(vec![
        ("verifikasi.sql".to_owned(), recipe::check_of(&schema)?),
        ("tampilan.sql".to_owned(), recipe::views_of(&schema)?),
    ])
}
