//! Makes a backup: what a target lacks is put there and read back, the commits of the archive in order, the manifest last.
//!
//! Invariant: whatever happens on the way, the archive in the target is whole up to its last commit.

use super::manifest::{self, ARCHIVE, Damaged, Extent, FORM, LISTS, Listed, Manifest};
use super::office_files::{self, OfficeFile};
use super::target::{Put, Target};
use crate::config::{BackupSection, Config};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use pipeline::{Archive, CopiedCommit};
use schemas::Finding;
use std::collections::BTreeMap;

/// So many tenths of the bytes that once were there may be missing before somebody is told; fewer files are always told.
const FEWEST_TENTHS: u64 = 9;
/// A finding shows so many files.
const SHOWN: usize = 5;

/// What is copied, and from where.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) config: &'a Config,
    pub(super) archive: &'a Archive,
    /// A snapshot of the run history.
    pub(super) history: Vec<u8>,
    /// Now.
    pub(super) at: DateTime<Utc>,
    /// Whether fewer files than before are right.
    pub(super) accept_smaller: bool,
    /// The number of the last backup that the history knows of.
    pub(super) known: Option<u64>,
}

/// What a backup gave.
#[derive(Debug)]
pub(super) struct Copied {
    /// Its manifest; none where the target was refused.
    pub(super) manifest: Option<Manifest>,
    /// What was put now.
    pub(super) put: Extent,
    pub(super) findings: Vec<Finding>,
}

/// Makes a backup. `advance` is told how many bytes of how many are done.
///
/// # Errors
/// When the archive or the target cannot be read or written. What was put stays, and the next backup goes on from there.
pub(super) fn copy(
    source: Source<'_>,
    section: &BackupSection,
    target: &dyn Target,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Copied> {
    manifest::probe(target)?;
    let listed = target.list()?;
    let numbers = manifest::numbers(&listed);
    let refused = |code, place| {
        let place = format!("{}: {place}", section.name);
        Copied { manifest: None, put: Extent::default(), findings: vec![Finding { code, place, count: 1 }] }
    };
    let last = match numbers.last().map(|number| (Manifest::path(*number), Manifest::read(target, *number))) {
        Some((path, Err(fault))) if is_damage(&fault) => return Ok(refused("K013", path)),
        Some((_, read)) => Some(read?),
        None => None,
    };
    let mut copying = Copying { source, section, target, listed, put: Extent::default(), lost: Vec::new() };
    let commits = copying.source.archive.copied();
    if let Some(place) = copying.other_history(&commits, last.as_ref().map(|(last, _)| last))? {
        return Ok(refused("K012", place));
    }
    copying.note_lost_manifests(&numbers);
    let archive = copying.archive(&commits, last.as_ref().map(|(last, _)| last), advance)?;
    let (list, office) = copying.office(last.as_ref().map(|(last, _)| last))?;
    let head = commits.last().context("the archive is empty; run `tertib pull` first")?;
    let comparable = last.as_ref().filter(|(last, _)| last.public_only == section.public_only);
    let most = match comparable {
        Some((last, _)) if !copying.source.accept_smaller => last.most.or_more(office),
        _ => office,
    };
    let manifest = Manifest {
        form: FORM,
        number: numbers.last().map_or(1, |last| last + 1),
        previous: last.map(|(_, digest)| digest),
        at: copying.source.at,
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        version: head.version,
        head: head.sha256.clone(),
        public_only: section.public_only,
        archive,
        office,
        most,
        list,
    };
    let path = Manifest::path(manifest.number);
    if !copying.stored(&path, &manifest.encode()?)? {
        bail!("another backup to {} has just ended; this one is made again at the next run", target.place());
    }
    target.finish()?;
    Ok(copying.concluded(manifest))
}

struct Copying<'a> {
    source: Source<'a>,
    section: &'a BackupSection,
    target: &'a dyn Target,
    listed: BTreeMap<String, u64>,
    put: Extent,
    /// Files that were there once, and are gone or damaged.
    lost: Vec<String>,
}

impl Copying<'_> {
    /// Where the target holds another history than this archive: that of another office, or one that was rewritten since. Notes the
    /// newest commit where it is of the same history, and damaged.
    fn other_history(&mut self, commits: &[CopiedCommit], last: Option<&Manifest>) -> Result<Option<String>> {
        let ours =
            |version| commits.iter().find(|commit| commit.version == version).map(|commit| commit.sha256.as_str());
        if let Some(last) = last
            && ours(last.version) != Some(&last.head)
        {
            return Ok(Some(format!("versi {}", last.version)));
        }
        let version = |path: &String| CopiedCommit::version_at(path.strip_prefix(ARCHIVE)?);
        let Some(newest) = self.listed.keys().filter_map(version).max() else { return Ok(None) };
        let path = format!("{ARCHIVE}{}", CopiedCommit::path_of(newest));
        let size = self.listed.get(&path).copied().unwrap_or_default();
        let held = pipeline::sha256(&self.target.read(&path, size)?);
        if ours(newest) == Some(&held) {
            return Ok(None);
        }
        if last.is_some_and(|last| newest <= last.version) {
            self.lost.push(path);
            return Ok(None);
        }
        Ok(Some(path))
    }

    fn note_lost_manifests(&mut self, numbers: &[u64]) {
        let newest = numbers.last().copied().max(self.source.known).unwrap_or_default();
        let missing = (1..=newest).filter(|number| !numbers.contains(number));
        self.lost.extend(missing.map(Manifest::path));
    }

    /// Puts what the archive has and the target lacks, in the order of the commits.
    fn archive(
        &mut self,
        commits: &[CopiedCommit],
        last: Option<&Manifest>,
        advance: &mut dyn FnMut(u64, u64),
    ) -> Result<Extent> {
        let public_only = self.section.public_only;
        let goes = |is_private: bool| !(is_private && public_only);
        let wanted = commits.iter().flat_map(|commit| &commit.parts).filter(|part| goes(part.is_private));
        let total = wanted.map(|part| part.file.size_bytes).sum();
        let (mut extent, mut done) = (Extent::default(), 0);
        for commit in commits {
            let commit_path = format!("{ARCHIVE}{}", commit.path);
            let is_there = self.listed.contains_key(&commit_path);
            let was_there = is_there || self.holds_later(commit.version);
            for part in commit.parts.iter().filter(|part| goes(part.is_private)) {
                let file = &part.file;
                let path = format!("{ARCHIVE}{}", file.path);
                match self.listed.get(&path) {
                    Some(size) if *size == file.size_bytes => {}
                    Some(_) => self.lost.push(path),
                    None => {
                        // An earlier backup of the public part alone had left it out.
                        if was_there && !(part.is_private && last.is_none_or(|last| last.public_only)) {
                            self.lost.push(path.clone());
                        }
                        let bytes = self.source.archive.bytes_of(&file.path, &file.sha256, Some(file.size_bytes))?;
                        self.put(&path, &bytes, &file.sha256)?;
                    }
                }
                extent.add(file.size_bytes);
                done += file.size_bytes;
                advance(done, total);
            }
            if !is_there {
                let bytes = self.source.archive.bytes_of(&commit.path, &commit.sha256, None)?;
                if was_there {
                    self.lost.push(commit_path.clone());
                }
                self.put(&commit_path, &bytes, &commit.sha256)?;
            }
            extent.files += 1;
        }
        Ok(extent)
    }

    /// Whether the target holds a commit after that version, so that this one was there too.
    fn holds_later(&self, version: u64) -> bool {
        let after = format!("{ARCHIVE}{}", CopiedCommit::path_of(version + 1));
        self.listed
            .range(after..)
            .next()
            .is_some_and(|(path, _)| path.strip_prefix(ARCHIVE).and_then(CopiedCommit::version_at).is_some())
    }

    /// Puts the office's own files as they are now, and their list. Gives the digest of the list, and how much they are.
    fn office(&mut self, last: Option<&Manifest>) -> Result<(String, Extent)> {
        if let Some(last) = last {
            self.note_lost_files(last);
        }
        let digits = office_files::key_digits(self.source.config)?;
        let history = std::mem::take(&mut self.source.history);
        let files = office_files::collect(self.source.config, self.source.archive, history)?;
        let (mut list, mut extent) = (Vec::new(), Extent::default());
        for file in files.iter().filter(|file| !(file.is_private && self.section.public_only)) {
            let bytes = file.bytes()?;
            if digits.iter().any(|digits| office_files::holds(&bytes, digits)) {
                bail!("{} holds a key of the office, which never goes into a backup; remove it there", file.name);
            }
            let entry = Listed { name: file.name.clone(), sha256: pipeline::sha256(&bytes) };
            match self.listed.get(&entry.path()) {
                Some(size) if *size == bytes.len() as u64 => {}
                Some(_) => self.lost.push(entry.path()),
                None => self.put(&entry.path(), &bytes, &entry.sha256)?,
            }
            // The history shrinks when old runs are cleared away.
            if is_counted(file) {
                extent.add(bytes.len() as u64);
            }
            list.push(entry);
        }
        let list = manifest::list(&list);
        let digest = pipeline::sha256(list.as_bytes());
        self.put(&format!("{LISTS}{digest}"), list.as_bytes(), &digest)?;
        Ok((digest, extent))
    }

    /// Notes files of the last backup that are gone.
    fn note_lost_files(&mut self, last: &Manifest) {
        match manifest::read_list(self.target, &last.list) {
            Ok(files) => {
                let gone = files.iter().map(Listed::path).filter(|path| !self.listed.contains_key(path));
                self.lost.extend(gone.collect::<Vec<_>>());
            }
            Err(_) => self.lost.push(format!("{LISTS}{}", last.list)),
        }
    }

    /// Puts a file, or finds it there, and reads it back.
    fn put(&mut self, path: &str, bytes: &[u8], digest: &str) -> Result<()> {
        if self.stored(path, bytes)? {
            return Ok(());
        }
        let back = self.target.read(path, bytes.len() as u64);
        if back.is_ok_and(|back| pipeline::sha256(&back) == digest) {
            return Ok(());
        }
        bail!(
            "{path} in {} is there already and holds something else; it is damaged, or the backup of another office",
            self.target.place()
        )
    }

    /// Puts a file and reads it back; `false` where something of that name is there.
    fn stored(&mut self, path: &str, bytes: &[u8]) -> Result<bool> {
        if self.target.put(path, bytes)? == Put::Present {
            return Ok(false);
        }
        let back = self.target.read(path, bytes.len() as u64)?;
        if back != bytes {
            bail!("{path} in {} reads back otherwise than it was written; do not trust this disk", self.target.place());
        }
        self.put.add(bytes.len() as u64);
        Ok(true)
    }

    fn concluded(self, manifest: Manifest) -> Copied {
        let name = &self.section.name;
        let mut findings = Vec::new();
        let Manifest { office, most, public_only, .. } = &manifest;
        if office.files < most.files || office.bytes < most.bytes / 10 * FEWEST_TENTHS {
            let place = format!(
                "{name}: {} dari {} berkas, {} dari {} bita",
                office.files, most.files, office.bytes, most.bytes
            );
            findings.push(Finding { code: "K011", place, count: most.files.saturating_sub(office.files).max(1) });
        }
        if !self.lost.is_empty() {
            let shown: Vec<&str> = self.lost.iter().take(SHOWN).map(String::as_str).collect();
            let place = format!("{name}: {}", shown.join(", "));
            findings.push(Finding { code: "K013", place, count: self.lost.len() as u64 });
        }
        if *public_only {
            findings.push(Finding { code: "K017", place: name.clone(), count: 1 });
        }
        Copied { manifest: Some(manifest), put: self.put, findings }
    }
}

fn is_counted(file: &OfficeFile) -> bool {
    !["riwayat.sqlite", "tertib.toml"].contains(&file.name.as_str())
}

/// Whether a file could be had, and was not what it should be.
fn is_damage(fault: &anyhow::Error) -> bool {
    fault.downcast_ref::<Damaged>().is_some()
}
