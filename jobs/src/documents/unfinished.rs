//! A note in a folder of documents while they are written, so that a mix of old and new documents is never taken for a whole.
//!
//! Invariant: the note is there before the first document is replaced, and goes only when all that it names were written. It
//! stays when the writing is cut off, however that happens.

use anyhow::{Context, Result};
use pipeline::Readers;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The name of the note.
const NAME: &str = "BELUM-LENGKAP.txt";

const WORDS: &str = "\
Penulisan dokumen ke folder ini sedang berjalan atau terputus sebelum selesai.
Dokumen di bawah ini mungkin belum ada atau masih yang lama, sedangkan yang lain sudah baru.
Jalankan lagi perintah yang sama; catatan ini hilang sendiri setelah semuanya selesai ditulis.
";

/// A longer note is none of ours.
const LONGEST_BYTES: u64 = 1 << 20;

/// The note of a writing that goes on.
#[derive(Debug)]
pub(super) struct Unfinished {
    path: PathBuf,
    readers: Readers,
    /// What an earlier note still names.
    earlier: BTreeSet<String>,
    documents: BTreeSet<String>,
}

impl Unfinished {
    /// Notes that these documents are about to be written.
    pub(super) fn begin(folder: &Path, readers: Readers, documents: BTreeSet<String>) -> Result<Self> {
        let path = folder.join(NAME);
        let note = Self { earlier: named(&path)?, path, readers, documents };
        note.write(&note.documents | &note.earlier)?;
        Ok(note)
    }

    /// All of them were written.
    pub(super) fn all_written(self) -> Result<()> {
        let left = &self.earlier - &self.documents;
        self.write(left)
    }

    /// None of them was written.
    pub(super) fn none_written(self) -> Result<()> {
        let left = self.earlier.clone();
        self.write(left)
    }

    fn write(&self, documents: BTreeSet<String>) -> Result<()> {
        if !documents.is_empty() {
            let lines: String = documents.iter().map(|document| format!("\n{document}")).collect();
            let written = pipeline::replace_file(&self.path, format!("{WORDS}{lines}\n").as_bytes(), self.readers);
            return written.with_context(|| format!("cannot write {}", self.path.display()));
        }
        match std::fs::remove_file(&self.path) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => {
                Err(fault).with_context(|| format!("cannot remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }
}

/// The documents of a folder that may still be old ones, or not there, since a writing goes on or was cut off.
///
/// # Errors
/// When the note cannot be read.
pub(crate) fn unfinished(folder: &Path) -> Result<BTreeSet<String>> {
    named(&folder.join(NAME))
}

/// The documents that an earlier note names.
fn named(path: &Path) -> Result<BTreeSet<String>> {
    let bytes = match pipeline::read_file(path, LONGEST_BYTES) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        other => other.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix(WORDS).unwrap_or(&text).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_note_goes_when_all_that_it_names_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join(NAME);
        let begin = |documents: &[&str]| Unfinished::begin(folder.path(), Readers::Usual, names(documents)).unwrap();
        // Cut off.
        drop(begin(&["agenda", "kartu"]));
        assert_eq!(named(&note).unwrap(), names(&["agenda", "kartu"]));
        begin(&["agenda"]).all_written().unwrap();
        assert_eq!(named(&note).unwrap(), names(&["kartu"]), "the other is still an old one");
        begin(&["laporan"]).none_written().unwrap();
        assert_eq!(named(&note).unwrap(), names(&["kartu"]));
        begin(&["kartu", "laporan"]).all_written().unwrap();
        assert!(!note.exists());
    }
}
