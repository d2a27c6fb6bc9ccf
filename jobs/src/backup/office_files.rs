//! The office's own files: configuration, entries, facts, templates, crest, history, documents, and what the archive's logs state.
//!
//! Invariant: neither key is one of them, wherever it lies and whatever it is called.

use super::configuration;
use crate::config::{Config, text};
use crate::key_files;
use anyhow::{Context, Result, bail};
use pipeline::{Archive, LogFile};
use std::path::{Path, PathBuf};

/// The folder of the archive in a restored folder.
const ARCHIVE: &str = "archive";

/// No document and no history is longer.
const LONGEST_BYTES: u64 = 1 << 30;

/// A file that goes into a backup.
#[derive(Debug)]
pub(super) struct OfficeFile {
    /// Its name in the restored folder.
    pub(super) name: String,
    content: Content,
    /// Whether it may name residents.
    pub(super) is_private: bool,
}

#[derive(Debug)]
enum Content {
    Made(Vec<u8>),
    At(PathBuf),
}

impl OfficeFile {
    /// Its bytes.
    pub(super) fn bytes(&self) -> Result<Vec<u8>> {
        match &self.content {
            Content::Made(bytes) => Ok(bytes.clone()),
            Content::At(path) => {
                pipeline::read_file(path, LONGEST_BYTES).with_context(|| format!("cannot read {}", path.display()))
            }
        }
    }
}

/// All of them, in the order of their names. The history is the caller's snapshot.
pub(super) fn collect(config: &Config, archive: &Archive, history: Vec<u8>) -> Result<Vec<OfficeFile>> {
    let made =
        |name: &str, bytes| OfficeFile { name: name.to_owned(), content: Content::Made(bytes), is_private: false };
    let words = configuration::portable(&text::read("the configuration", &config.file)?)?;
    let mut files = vec![made("tertib.toml", words.into_bytes()), made("riwayat.sqlite", history)];
    let mut single = |name: String, path: PathBuf| {
        if path.is_file() {
            files.push(OfficeFile { name, content: Content::At(path), is_private: false });
        }
    };
    single("target.toml".to_owned(), config.targets_path());
    single("kalender.toml".to_owned(), config.calendar_path());
    single("catatan.toml".to_owned(), config.remarks_path());
    single("persetujuan_musnah.toml".to_owned(), config.approvals_path());
    if !config.office.lambang.is_empty() {
        let crest = config.folder.join(&config.office.lambang);
        single(configuration::crest_name(&crest), crest);
    }
    if let Some(folder) = config.templates_path() {
        for name in reports::template_names() {
            single(format!("templates/{name}"), folder.join(name));
        }
    }
    if let Some(folder) = config.facts_path() {
        below(&folder, "fakta", &mut files, &|_, path| is_fact(path).then_some(false))?;
    }
    below(&config.reports_path(), "laporan", &mut files, &|name, path| is_document(name).then(|| is_full(name, path)))?;
    let of_logs = archive.log_files()?.into_iter().map(|LogFile { path, bytes, is_private }| OfficeFile {
        name: format!("{ARCHIVE}/{path}"),
        content: Content::Made(bytes),
        is_private,
    });
    files.extend(of_logs);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn is_fact(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml" || ending == "csv")
}

/// Whether it is no file that is being written.
fn is_document(name: &str) -> bool {
    !name.rsplit('/').next().unwrap_or_default().starts_with(".tertib-")
}

/// Whether a document may name residents: one that `render --full` wrote, or that nobody but its owner may read.
fn is_full(name: &str, path: &Path) -> bool {
    name.contains("_dinas") || pipeline::others_may(path).map_or(true, |rights| rights == 0)
}

/// Adds the files below a folder that are wanted. Links are not followed.
fn below(
    folder: &Path,
    name: &str,
    files: &mut Vec<OfficeFile>,
    wanted: &dyn Fn(&str, &Path) -> Option<bool>,
) -> Result<()> {
    let unread = || format!("cannot read {}", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other.with_context(unread)?,
    };
    for entry in entries {
        let entry = entry.with_context(unread)?;
        let (path, kind) = (entry.path(), entry.file_type().with_context(unread)?);
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if name.contains(['\n', '\r']) {
            bail!("{} has a line break in its name; rename it", path.display());
        }
        if kind.is_dir() {
            below(&path, &name, files, wanted)?;
        } else if kind.is_file()
            && let Some(is_private) = wanted(&name, &path)
        {
            files.push(OfficeFile { name, content: Content::At(path), is_private });
        }
    }
    Ok(())
}

/// The digits of the keys and of earlier ones, which no file of a backup may hold.
pub(super) fn key_digits(config: &Config) -> Result<Vec<String>> {
    let mut keys = key_files::earlier(&config.key_path());
    match config.key() {
        Ok(key) => keys.push(key),
        Err(pipeline::KeyError::Missing { .. }) => {}
        Err(fault) => return Err(fault.into()),
    }
    let signing = config.signing_key()?.map(|key| key.paper().digits());
    Ok(keys.iter().map(|key| key.paper().digits()).chain(signing).collect())
}

/// Whether bytes hold the digits.
pub(super) fn holds(bytes: &[u8], digits: &str) -> bool {
    bytes.windows(digits.len()).any(|window| window.eq_ignore_ascii_case(digits.as_bytes()))
}
