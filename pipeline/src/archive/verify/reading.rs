//! Reads files of the archive for its verification. No byte is decoded before its SHA-256 was compared with the log.

use super::super::store::Store;
use super::super::{ArchiveError, FileEntry};
use super::Verification;
use crate::hash::sha256;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::io::ErrorKind;

impl Verification {
    /// Reads a file; `None` after a finding. `missing` is its code if the file does not exist or the system refuses to read it.
    pub(super) fn bytes(
        &mut self,
        store: &dyn Store,
        path: &str,
        most: u64,
        missing: &'static str,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        match store.read(path, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) => self.unread(fault, path, missing).map(|()| None),
        }
    }

    /// Reports a file that could not be read.
    pub(super) fn unread(
        &mut self,
        fault: ArchiveError,
        path: &str,
        missing: &'static str,
    ) -> Result<(), ArchiveError> {
        let (code, place) = match &fault {
            ArchiveError::Foreign { .. } => ("A019", path.to_owned()),
            ArchiveError::Io { reason, .. } => match reason.kind() {
                ErrorKind::NotFound => (missing, path.to_owned()),
                ErrorKind::FileTooLarge => ("A002", path.to_owned()),
                _ => (missing, format!("{path}: {reason}")),
            },
            _ => return Err(fault),
        };
        self.find(code, place);
        Ok(())
    }

    /// Reads a file of the bag of a closed month, and checks its bytes.
    pub(super) fn sealed(&mut self, store: &dyn Store, file: &FileEntry) -> Result<(), ArchiveError> {
        let Some(bytes) = self.bytes(store, &file.path, file.size_bytes, "A032")? else { return Ok(()) };
        self.files += 1;
        if sha256(&bytes) != file.sha256 {
            self.find("A032", file.path.clone());
        }
        Ok(())
    }

    /// Reads a file, and checks its bytes and its number of rows against the log; `None` after a finding.
    pub(super) fn whole(&mut self, store: &dyn Store, file: &FileEntry) -> Result<Option<bytes::Bytes>, ArchiveError> {
        let Some(bytes) = self.bytes(store, &file.path, file.size_bytes, "A001")? else { return Ok(None) };
        let digest = sha256(&bytes);
        self.judged(file, (bytes, digest))
    }

    /// Reads two files at the same time, and checks each as [`Self::whole`] does.
    pub(super) fn both(
        &mut self,
        store: &dyn Store,
        (first, second): (&FileEntry, Option<&FileEntry>),
    ) -> Result<(Option<bytes::Bytes>, Option<bytes::Bytes>), ArchiveError> {
        let Some(second) = second else { return Ok((self.whole(store, first)?, None)) };
        let read = |file: &FileEntry| {
            store.read(&file.path, file.size_bytes).map(|bytes| {
                let digest = sha256(&bytes);
                (bytes, digest)
            })
        };
        let (of_first, of_second) = std::thread::scope(|scope| {
            let of_second = scope.spawn(|| read(second));
            (read(first), of_second.join().unwrap_or_else(|defect| std::panic::resume_unwind(defect)))
        });
        let mut judged = |file: &FileEntry, read: Result<(Vec<u8>, String), ArchiveError>| match read {
            Ok(read) => self.judged(file, read),
            Err(fault) => self.unread(fault, &file.path, "A001").map(|()| None),
        };
        Ok((judged(first, of_first)?, judged(second, of_second)?))
    }

    /// Compares the bytes of a file and their digest with the log.
    pub(super) fn judged(
        &mut self,
        file: &FileEntry,
        (bytes, digest): (Vec<u8>, String),
    ) -> Result<Option<bytes::Bytes>, ArchiveError> {
        self.files += 1;
        if bytes.len() as u64 != file.size_bytes || digest != file.sha256 {
            self.find("A002", file.path.clone());
            return Ok(None);
        }
        let bytes = bytes::Bytes::from(bytes);
        let rows = SerializedFileReader::new(bytes.clone())
            .ok()
            .and_then(|reader| u64::try_from(reader.metadata().file_metadata().num_rows()).ok());
        if rows == Some(file.rows) {
            self.rows += file.rows;
            Ok(Some(bytes))
        } else {
            self.find("A006", file.path.clone());
            Ok(None)
        }
    }
}
