//! Puts an office's folder together again from a backup.
//!
//! Invariant: the folder has its name only when everything in it was verified; until then it lies beside it under another name.

use super::configuration;
use super::examination::Held;
use anyhow::{Context, Result, bail};
use pipeline::{CopiedPart, Examination, KeptHead, Readers, Reassembly, Verification};
use schemas::Facts;
use std::path::{Path, PathBuf};

/// How the names of files begin that lie in the archive.
const OF_ARCHIVE: &str = "archive/";

/// What was put together.
#[derive(Debug)]
pub(super) struct Restored {
    /// The version of its archive.
    pub(super) version: u64,
    /// What was verified of it.
    pub(super) verification: Verification,
    /// How many of the office's own files.
    pub(super) files: u64,
    /// How many bytes were read.
    pub(super) bytes: u64,
}

/// What of a backup is wanted.
pub(super) struct Wanted<'a> {
    /// The last commit; the newest where none is named.
    pub(super) until: Option<u64>,
    /// Which private parts. All public ones always are.
    pub(super) private: &'a dyn Fn(&CopiedPart) -> bool,
    /// Which of the office's own files, by name and digest.
    pub(super) files: &'a dyn Fn(&str, &str) -> bool,
}

/// Puts the wanted part of a backup into a folder that is there and empty, and verifies it. `advance` is told how many bytes of how
/// many are done.
///
/// # Errors
/// When a part of the archive is gone or damaged, with the version until which it is whole; when the target cannot be read.
pub(super) fn restore(
    held: &mut Held<'_>,
    folder: &Path,
    wanted: &Wanted<'_>,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Restored> {
    let newest = held.newest()?;
    let until = wanted.until.unwrap_or(newest);
    if until > newest || (wanted.until.is_none() && held.last.as_ref().is_some_and(|last| last.version > newest)) {
        bail!(
            "the backup in {} is whole until version {newest} only; damaged: {}; `--until {newest}` restores that",
            held.target.place(),
            shown(&held.faults)
        );
    }
    if let Some(later) = held.commits.iter().find(|commit| commit.version > until && !commit.destroyed.is_empty()) {
        let later = later.version;
        bail!(
            "version {later} destroyed personal data, which no backup brings back; `--until {later}` or later restores the rest"
        );
    }
    let archive = folder.join("archive");
    let (mut bytes, head) = reassemble(held, &archive, until, wanted, advance)?;
    let mut files = 0;
    for file in held.files.clone().iter().filter(|file| (wanted.files)(&file.name, &file.sha256)) {
        // One that is gone or damaged is named at the end, and keeps the others from nobody.
        let Some(content) = held.file(file)? else { continue };
        let path = folder.join(&file.name);
        match file.name.strip_prefix(OF_ARCHIVE) {
            Some(path) if Reassembly::put_log(&archive, path, &content)? => {}
            _ => write(folder, &path, &content)?,
        }
        (files, bytes) = (files + 1, bytes + content.len() as u64);
    }
    pipeline::complete_log(&archive)?;
    for name in configuration::folders(&folder.join("tertib.toml"))? {
        pipeline::make_folder(&folder.join(name), Readers::Owner).with_context(|| format!("cannot make {name}"))?;
    }
    let public_only = held.public_only()
        || !held.commits.iter().flat_map(|commit| &commit.parts).all(|part| !part.is_private || (wanted.private)(part));
    let heads = [KeptHead { version: Some(until), sidik: head }];
    let verification =
        pipeline::verify(Examination { public_only, heads: &heads, ..Examination::of(&archive) }, &|_, _| {})?;
    if Facts::embedded()?.need_attention(&verification.findings) {
        let codes: Vec<String> = verification.findings.iter().map(|f| format!("{} {}", f.code, f.place)).collect();
        bail!("the archive in {} is not what it was: {}", held.target.place(), shown(&codes));
    }
    Ok(Restored { version: until, verification, files, bytes })
}

/// Writes the commits of the archive and what they name. Gives the bytes that were read, and the digest of the last commit.
fn reassemble(
    held: &mut Held<'_>,
    root: &Path,
    until: u64,
    wanted: &Wanted<'_>,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<(u64, String)> {
    let public_only = held.public_only();
    let goes = |part: &CopiedPart| !part.is_private || !public_only && (wanted.private)(part);
    let commits: Vec<_> = held.commits.iter().take_while(|commit| commit.version <= until).cloned().collect();
    let total = commits
        .iter()
        .flat_map(|commit| &commit.parts)
        .filter(|part| goes(part))
        .map(|part| part.file.size_bytes)
        .sum();
    let reassembly = Reassembly::begin(root)?;
    let (mut done, mut damaged, mut digest) = (0, None, String::new());
    for commit in &commits {
        for part in commit.parts.iter().filter(|part| goes(part)) {
            match held.part(part)? {
                Some(bytes) => reassembly.put(&part.file.path, &bytes)?,
                None => damaged = damaged.or(Some(commit.version)),
            }
            done += part.file.size_bytes;
            advance(done, total);
        }
        match held.commit(commit)? {
            Some(bytes) => reassembly.put(&commit.path, &bytes)?,
            None => damaged = damaged.or(Some(commit.version)),
        }
        digest.clone_from(&commit.sha256);
    }
    if let Some(damaged) = damaged {
        let advice = match damaged.checked_sub(1) {
            Some(before) => format!("`--until {before}` restores what lies before"),
            None => "restore from another target".to_owned(),
        };
        bail!("files of the archive in {} are gone or damaged: {}; {advice}", held.target.place(), shown(&held.faults));
    }
    reassembly.finish(until, &digest)?;
    Ok((done, digest))
}

/// Writes a file of the office below its folder, for the owner alone.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    let above = path.parent().unwrap_or(folder);
    let mut missing: Vec<&Path> =
        above.ancestors().take_while(|part| part.starts_with(folder) && *part != folder).collect();
    missing.reverse();
    let failed = || format!("cannot write {}", path.display());
    for part in missing {
        pipeline::make_folder(part, Readers::Owner).with_context(failed)?;
    }
    pipeline::replace_file(path, bytes, Readers::Owner).with_context(failed)
}

/// The first few names.
pub(super) fn shown(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let rest = names.len().saturating_sub(SHOWN);
    let first = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if rest > 0 { format!("{first} and {rest} more") } else { first }
}

/// A folder beside the one that is to be made. What an attempt that was cut off left there is removed.
#[derive(Debug)]
pub(super) struct Beside {
    unfinished: PathBuf,
    folder: PathBuf,
}

impl Beside {
    /// Makes it.
    ///
    /// # Errors
    /// When the folder itself is there and holds something.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let is_free = match std::fs::read_dir(&folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(fault) => fault.kind() == std::io::ErrorKind::NotFound,
        };
        if !is_free {
            bail!("{} is there and not empty; name a folder that is not there yet", folder.display());
        }
        let name = folder.file_name().context("name a folder that is not there yet")?.to_string_lossy();
        Self::make(folder.with_file_name(format!(".tertib-restore-{name}")), folder)
    }

    /// Makes one within a folder for what is only tried, and never finished.
    pub(super) fn scratch(within: &Path) -> Result<Self> {
        Self::make(within.join(".tertib-restore"), within.to_owned())
    }

    fn make(unfinished: PathBuf, folder: PathBuf) -> Result<Self> {
        if unfinished.symlink_metadata().is_ok() {
            std::fs::remove_dir_all(&unfinished).with_context(|| format!("cannot remove {}", unfinished.display()))?;
        }
        pipeline::make_folder(&unfinished, Readers::Owner)
            .with_context(|| format!("cannot make {}", unfinished.display()))?;
        Ok(Self { unfinished, folder })
    }

    /// Where to put things together.
    pub(super) fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Gives the folder its name.
    pub(super) fn finish(self) -> Result<PathBuf> {
        #[cfg(target_os = "linux")]
        std::fs::File::open(&self.unfinished)
            .and_then(|folder| Ok(rustix::fs::syncfs(folder)?))
            .with_context(|| format!("cannot make {} durable", self.folder.display()))?;
        std::fs::rename(&self.unfinished, &self.folder)
            .with_context(|| format!("cannot name the folder {}", self.folder.display()))?;
        Ok(self.folder.clone())
    }
}

impl Drop for Beside {
    /// After [`Self::finish`] there is nothing under this name any more.
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.unfinished));
    }
}
