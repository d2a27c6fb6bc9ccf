//! Documents on the disk: in a folder that is made with the first of them, each file in the place of an earlier one.
//!
//! Invariant: full copies are the owner's alone, files and folder.

use super::unfinished::Unfinished;
use super::{Batch, DocumentFile, Rendition, Step};
use crate::config::Config;
use crate::stop;
use anyhow::{Context, Result};
use pipeline::{Disclosure, Readers};
use schemas::Month;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder for documents.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    readers: Readers,
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The id of its document.
    pub id: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its pages, for a PDF.
    pub pages: usize,
    /// How many texts held characters that cannot be printed.
    pub replaced: u64,
}

impl Folder {
    /// A folder for the documents of a month: the one that is named, or the month's own among the documents of the office. Full
    /// copies are in one that nobody else may enter.
    pub(crate) fn of(named: Option<&Path>, config: &Config, month: Month, disclosure: Disclosure) -> Self {
        let (own, readers) = match disclosure {
            Disclosure::Masked => (month.to_string(), Readers::Usual),
            Disclosure::Full => (format!("{month}_dinas"), Readers::Owner),
        };
        Self { path: named.map_or_else(|| config.reports_path().join(own), Path::to_owned), readers }
    }

    /// A folder for documents that leave the office.
    pub(crate) fn named(path: PathBuf) -> Self {
        Self { path, readers: Readers::Usual }
    }

    /// Makes documents and writes them. `told` learns of each that begins or ends.
    ///
    /// # Errors
    /// As for [`Batch::make`], and when the folder cannot be used. A note in the folder then says that it is a mix, unless no
    /// document was written.
    pub(crate) fn fill(&self, batch: &Batch<'_>, told: impl Fn(Step<'_>) + Sync) -> Result<Rendition<Written>> {
        let documents = batch.documents();
        if documents.is_empty() {
            return batch.make(told, |file| self.keep(file));
        }
        let unusable = || format!("cannot use the folder {}", self.path.display());
        pipeline::make_folder(&self.path, self.readers).with_context(unusable)?;
        let note = Unfinished::begin(&self.path, self.readers, documents.iter().map(|d| d.name()).collect())?;
        let (made, of): (Arc<AtomicUsize>, usize) = (Arc::default(), documents.iter().map(|d| d.volumes()).sum());
        let _under_way = stop::under_way({
            let (made, folder) = (Arc::clone(&made), self.path.display().to_string());
            move || {
                let made = made.load(Ordering::Relaxed);
                format!("{made} of {of} documents in {folder} are new; run the same command again")
            }
        });
        let rendition = batch.make(
            |step| {
                made.fetch_max(step.done, Ordering::Relaxed);
                told(step);
            },
            |file| self.keep(file),
        );
        match &rendition {
            Ok(_) => note.all_written()?,
            Err(_) if made.load(Ordering::Relaxed) == 0 => note.none_written()?,
            // What others of them were still at is done now, too.
            Err(_) => stop::check()?,
        }
        rendition
    }

    /// Writes a file. When that fails, an earlier file of that name is as it was.
    fn keep(&self, file: DocumentFile) -> Result<Written> {
        let DocumentFile { id, name, bytes, pages, replaced } = file;
        let path = self.path.join(name);
        replace(&path, &bytes, self.readers)?;
        Ok(Written { id, path, pages, replaced })
    }
}

impl Rendition<Written> {
    /// How many texts held characters that cannot be printed.
    pub(crate) fn replaced(&self) -> u64 {
        self.files.iter().map(|file| file.replaced).sum()
    }
}

/// Puts a document into the place of an earlier one.
///
/// # Errors
/// What the system says; the earlier one is then as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    pipeline::replace_file(path, bytes, readers).with_context(|| format!("cannot write {}", path.display()))
}
