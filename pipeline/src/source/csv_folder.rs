//! A folder of CSV files, for an office that can only export.
//!
//! Reads   UTF-8 with or without its mark; the first line names the columns and shows the delimiter (`,` `;` tab `|`)
//! Gives   the rows of every file that was not read before, in the order of the files' names
//! Rule    a file is known by its SHA-256, so one that was changed is read again as a whole; rows that are archived already
//!         are recognised by their `event_id`, as everywhere

use super::relation_schema::{SourceColumn, TypeKind};
use super::{Cell, Chunk, RowFilter, RowSink, SourceConfig, SourceError, Translator};
use crate::hash::hex;
use csv::{ByteRecord, Reader, ReaderBuilder};
use schemas::{Column, ColumnKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::Sender;

const DELIMITERS: [u8; 4] = *b",;\t|";
/// The number of rows of the first file that decide whether the keys are integers.
const SAMPLE_ROWS: usize = 1_000;
/// A field of a row with a field too many or too few.
const SHIFTED: Cell<'static> = Cell::Unreadable("the row has another number of fields than the first line");
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// A folder that was found to hold CSV files.
#[derive(Debug)]
pub struct Folder {
    pub(super) config: SourceConfig,
    path: PathBuf,
}

/// A file that is to be read, with its digest and about how many rows it has.
#[derive(Debug)]
struct Waiting {
    path: PathBuf,
    sha256: String,
    rows: u64,
}

impl Folder {
    /// Looks whether the folder is there.
    pub(super) fn open(config: SourceConfig) -> Result<Self, SourceError> {
        let path = config.url.trim_start_matches("csv:");
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
        let folder = Self { config, path };
        folder.files(&BTreeSet::new())?;
        Ok(folder)
    }

    /// The folder's CSV files by name, without the ones named.
    fn files(&self, without: &BTreeSet<&str>) -> Result<Vec<PathBuf>, SourceError> {
        let entries = std::fs::read_dir(&self.path).map_err(|e| fault(&self.path, &e))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| fault(&self.path, &e))?.path();
            let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if ending.eq_ignore_ascii_case("csv") && !name.starts_with('.') && !without.contains(name) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn event_files(&self) -> Result<Vec<PathBuf>, SourceError> {
        let SourceConfig { outages, stock, .. } = &self.config;
        self.files(&outages.iter().chain(stock).map(String::as_str).collect())
    }

    /// The columns of every file; each must have those of the contract.
    pub(super) fn columns(&self) -> Result<Vec<SourceColumn>, SourceError> {
        let files = self.event_files()?;
        let mut all = BTreeSet::new();
        for path in &files {
            let (_, head) = reader(path)?;
            let lacking: Vec<String> = self.config.needed_names().filter(|name| !head.contains(name)).collect();
            if !lacking.is_empty() {
                return Err(SourceError::MissingColumns { view: name_of(path), columns: lacking });
            }
            all.extend(head);
        }
        if files.is_empty() {
            return Err(SourceError::NoRelation {
                relation: self.path.display().to_string(),
                reason: "the folder holds no CSV file".to_owned(),
            });
        }
        let untyped = |name| SourceColumn { name, type_name: String::new(), kind: TypeKind::Unknown };
        Ok(all.into_iter().map(untyped).collect())
    }

    /// Whether the keys of the first rows are integers; `None` without rows.
    pub(super) fn integer_ids(&self) -> Result<Option<bool>, SourceError> {
        for path in self.event_files()? {
            let (mut reader, head) = reader(&path)?;
            let Some(key) = head.iter().position(|n| *n == self.config.office_name(Column::EventId)) else { continue };
            let mut votes = [0_usize; 2];
            let mut record = ByteRecord::new();
            while votes.iter().sum::<usize>() < SAMPLE_ROWS && next(&mut reader, &mut record, &path)? {
                if let Some(text) = record.get(key).filter(|t| *t != self.config.csv_null.as_bytes()) {
                    votes[usize::from(integer(text).is_some())] += 1;
                }
            }
            if votes != [0, 0] {
                return Ok(Some(votes[1] >= votes[0]));
            }
        }
        Ok(None)
    }

    /// The files whose bytes were never read.
    fn waiting(&self, read: &BTreeSet<String>) -> Result<Vec<Waiting>, SourceError> {
        let mut waiting = Vec::new();
        for path in self.event_files()? {
            let (sha256, lines) = digest(&path)?;
            if !read.contains(&sha256) {
                waiting.push(Waiting { path, sha256, rows: lines.saturating_sub(1) });
            }
        }
        Ok(waiting)
    }

    /// About how many rows the files that were never read have: a row for each line.
    pub(super) fn estimate(&self, filter: &RowFilter) -> Result<u64, SourceError> {
        Ok(self.waiting(&filter.files)?.iter().map(|file| file.rows).sum())
    }

    /// Sends the rows of the files that were never read, and gives the digests of these files.
    pub(super) async fn events(
        &self,
        filter: &RowFilter,
        integer_ids: bool,
        to: Sender<Chunk>,
    ) -> Result<Vec<String>, SourceError> {
        let mut sink = RowSink::new(Column::ALL.len(), Some(to)).paced(self.config.rows_per_second);
        sink = sink.translated(Translator::of(&self.config));
        let mut digests = Vec::new();
        for file in self.waiting(&filter.files)? {
            self.read(&file, integer_ids, &mut sink).await?;
            digests.push(file.sha256);
        }
        sink.hand_on().await;
        Ok(digests)
    }

    /// The rows of one file, in the order of [`Column::ALL`].
    async fn read(&self, file: &Waiting, integer_ids: bool, sink: &mut RowSink) -> Result<(), SourceError> {
        let (mut reader, head) = reader(&file.path)?;
        let places: Vec<Option<usize>> =
            Column::ALL.into_iter().map(|c| head.iter().position(|n| *n == self.config.office_name(c))).collect();
        let mut record = ByteRecord::new();
        while next(&mut reader, &mut record, &file.path)? {
            // Of a row that has shifted only its key may be believed.
            let whole = record.len() == head.len();
            for (column, place) in Column::ALL.into_iter().zip(&places) {
                let Some(place) = place else {
                    sink.push(Cell::Null);
                    continue;
                };
                let value = record.get(*place).unwrap_or_default();
                let wants_integer = match column.held_as() {
                    ColumnKind::Integer => true,
                    ColumnKind::Key => integer_ids,
                    _ => false,
                };
                sink.push(match whole || column == Column::EventId {
                    true => self.cell(value, wants_integer),
                    false => SHIFTED,
                });
            }
            if !sink.row_done().await {
                return Ok(());
            }
        }
        if digest(&file.path)?.0 == file.sha256 { Ok(()) } else { Err(changed(&file.path)) }
    }

    /// A small file of the folder, all columns named, integers where they can be.
    pub(super) async fn table(&self, name: &str, columns: &[&str]) -> Result<Chunk, SourceError> {
        let path = self.path.join(name);
        let (mut reader, head) = reader(&path)?;
        let places: Vec<Option<usize>> = columns.iter().map(|c| head.iter().position(|h| h == *c)).collect();
        let lacking = columns.iter().zip(&places).filter(|(_, place)| place.is_none());
        let lacking: Vec<String> = lacking.map(|(column, _)| (*column).to_owned()).collect();
        if !lacking.is_empty() {
            return Err(SourceError::MissingColumns { view: name.to_owned(), columns: lacking });
        }
        let (mut record, mut sink) = (ByteRecord::new(), RowSink::new(columns.len(), None));
        while next(&mut reader, &mut record, &path)? {
            let whole = record.len() == head.len();
            for place in places.iter().flatten() {
                sink.push(match record.get(*place) {
                    Some(value) if whole => self.cell(value, true),
                    _ => SHIFTED,
                });
            }
            sink.row_done().await;
        }
        Ok(sink.keep())
    }

    /// Whether the folder has a file of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.path.join(name).is_file()
    }

    fn cell<'a>(&self, value: &'a [u8], wants_integer: bool) -> Cell<'a> {
        if value == self.config.csv_null.as_bytes() {
            return Cell::Null;
        }
        if let Some(n) = integer(value).filter(|_| wants_integer) {
            return Cell::Integer(n);
        }
        Cell::Bytes(value)
    }
}

/// An integer that is written as a program would write it: `7`, not `007`.
fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|n: &i64| n.to_string() == text)
}

/// A reader behind the first line, and the names that the line has.
fn reader(path: &Path) -> Result<(Reader<BufReader<File>>, Vec<String>), SourceError> {
    let open = || File::open(path).map(BufReader::new).map_err(|e| fault(path, &e));
    let mut first = Vec::new();
    open()?.read_until(b'\n', &mut first).map_err(|e| fault(path, &e))?;
    let count = |d: &u8| first.iter().filter(|b| *b == d).count();
    let delimiter = DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',');
    let mut file = open()?;
    if first.starts_with(UTF8_MARK) {
        file.read_exact(&mut [0; UTF8_MARK.len()]).map_err(|e| fault(path, &e))?;
    }
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file);
    let head = reader.headers().map_err(|e| csv_fault(path, e))?;
    let head = head.iter().map(|name| name.trim().to_owned()).collect();
    Ok((reader, head))
}

fn next(reader: &mut Reader<BufReader<File>>, record: &mut ByteRecord, path: &Path) -> Result<bool, SourceError> {
    reader.read_byte_record(record).map_err(|e| csv_fault(path, e))
}

/// The SHA-256 of a file, and how many lines it has.
fn digest(path: &Path) -> Result<(String, u64), SourceError> {
    let mut file = BufReader::new(File::open(path).map_err(|e| fault(path, &e))?);
    let (mut hash, mut lines) = (Sha256::new(), 0);
    loop {
        let bytes = file.fill_buf().map_err(|e| fault(path, &e))?;
        if bytes.is_empty() {
            return Ok((hex(&hash.finalize()), lines));
        }
        hash.update(bytes);
        lines += bytes.iter().filter(|b| **b == b'\n').count() as u64;
        let length = bytes.len();
        file.consume(length);
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

fn fault(path: &Path, e: &std::io::Error) -> SourceError {
    SourceError::file(path, e, "")
}

fn changed(path: &Path) -> SourceError {
    let reason = "it was changed while it was being read".to_owned();
    SourceError::File { path: path.display().to_string(), reason, passing: true }
}

fn csv_fault(path: &Path, e: csv::Error) -> SourceError {
    // For text that is not UTF-8, the message of the crate csv does not show the text.
    SourceError::File { path: path.display().to_string(), reason: e.to_string(), passing: false }
}
