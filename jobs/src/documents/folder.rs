//! Documents on the disk: in a folder that is made with the first of them, each file in the place of an earlier one.
//!
//! Invariant: full copies are the owner's alone, files and folder.

use super::{DocumentFile, Rendition};
use crate::config::Config;
use anyhow::{Context, Result};
use pipeline::{Disclosure, Readers};
use schemas::Month;
use std::path::{Path, PathBuf};

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

    /// Writes a file.
    ///
    /// # Errors
    /// When the folder cannot be made, or others may enter it who must not; what the system says. An earlier file of that name is
    /// then as it was.
    pub(crate) fn keep(&self, file: DocumentFile) -> Result<Written> {
        let unusable = || format!("cannot use the folder {}", self.path.display());
        pipeline::make_folder(&self.path, self.readers).with_context(unusable)?;
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
