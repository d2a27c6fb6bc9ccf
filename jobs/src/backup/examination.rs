//! Examines what a target holds, by the digests in its manifests, in its log and in its lists.

use super::manifest::{self, ARCHIVE, LISTS, Listed, Manifest, OFFICE, PROBE};
use super::target::Target;
use anyhow::{Context, Result};
use pipeline::{ArchiveError, CopiedCommit, CopiedPart};
use std::collections::{BTreeMap, BTreeSet};

/// No commit is longer.
const LONGEST_COMMIT_BYTES: u64 = 64 << 20;

/// What a target holds, as far as its log and its manifests tell.
pub(super) struct Held<'a> {
    pub(super) target: &'a dyn Target,
    listed: BTreeMap<String, u64>,
    /// The last manifest.
    pub(super) last: Option<Manifest>,
    /// The commits, from the first on without a gap.
    pub(super) commits: Vec<CopiedCommit>,
    /// The office's own files of the last backup.
    pub(super) files: Vec<Listed>,
    /// Files that are gone or damaged, with a word about each.
    pub(super) faults: Vec<String>,
    /// Files that no log and no list names: of a backup that was cut off, if of any.
    pub(super) unnamed: Vec<String>,
}

impl<'a> Held<'a> {
    /// Reads log, manifests and lists: all that is needed to know every other file.
    pub(super) fn read(target: &'a dyn Target) -> Result<Self> {
        let listed = target.list()?;
        let mut held = Self {
            target,
            listed,
            last: None,
            commits: Vec::new(),
            files: Vec::new(),
            faults: Vec::new(),
            unnamed: Vec::new(),
        };
        if !manifest::holds_probe(target) {
            held.faults.push(PROBE.to_owned());
        }
        let mut named = BTreeSet::new();
        held.read_manifests(&mut named);
        held.read_log(&mut named)?;
        held.unnamed = held.listed.keys().filter(|path| !named.contains(*path)).cloned().collect();
        Ok(held)
    }

    fn read_manifests(&mut self, named: &mut BTreeSet<String>) {
        let numbers = manifest::numbers(&self.listed);
        let mut before: Option<(u64, String)> = None;
        for number in 1..=numbers.last().copied().unwrap_or_default() {
            let path = Manifest::path(number);
            named.insert(path.clone());
            let Ok((manifest, digest)) = Manifest::read(self.target, number) else {
                self.faults.push(path);
                continue;
            };
            let follows = before.as_ref().is_some_and(|(before, _)| before + 1 == number) || number == 1;
            if follows && manifest.previous != before.map(|(_, digest)| digest) {
                self.faults.push(path);
            }
            before = Some((number, digest));
            self.files = self.read_list(&manifest, named);
            self.last = Some(manifest);
        }
    }

    fn read_list(&mut self, manifest: &Manifest, named: &mut BTreeSet<String>) -> Vec<Listed> {
        let path = format!("{LISTS}{}", manifest.list);
        let known = !named.insert(path.clone());
        match manifest::read_list(self.target, &manifest.list) {
            Ok(files) => {
                named.extend(files.iter().map(Listed::path));
                files
            }
            Err(_) => {
                if !known {
                    self.faults.push(path);
                }
                Vec::new()
            }
        }
    }

    /// Reads the commits. Each must name the digest of the one before, and the one of the last manifest its head.
    fn read_log(&mut self, named: &mut BTreeSet<String>) -> Result<()> {
        let version = |path: &String| CopiedCommit::version_at(path.strip_prefix(ARCHIVE)?);
        let newest = self.listed.keys().filter_map(version).max();
        let expected = newest.max(self.last.as_ref().map(|last| last.version));
        let Some(expected) = expected else { return Ok(()) };
        let mut previous = None;
        for version in 0..=expected {
            let path = format!("{ARCHIVE}{}", CopiedCommit::path_of(version));
            named.insert(path.clone());
            let bytes = self.held(&path, LONGEST_COMMIT_BYTES)?;
            let commit = match bytes.map(|bytes| CopiedCommit::read(version, &bytes, &self.commits)) {
                // A newer tertib reads what this one calls unreadable.
                Some(Err(fault @ ArchiveError::NewerForm { .. })) => return Err(fault.into()),
                read => read.and_then(Result::ok),
            };
            let Some(commit) = commit.filter(|commit| commit.previous == previous && self.is_head(commit)) else {
                self.faults.push(path);
                // Nothing after it can be trusted, and what it names is not known.
                break;
            };
            named.extend(commit.parts.iter().map(|part| format!("{ARCHIVE}{}", part.file.path)));
            previous = Some(commit.sha256.clone());
            self.commits.push(commit);
        }
        CopiedCommit::without_destroyed(&mut self.commits);
        Ok(())
    }

    /// Whether a commit is the head of the last manifest, if it has that version.
    fn is_head(&self, commit: &CopiedCommit) -> bool {
        self.last.as_ref().is_none_or(|last| last.version != commit.version || last.head == commit.sha256)
    }

    /// Whether all that names residents was left out.
    pub(super) fn public_only(&self) -> bool {
        match &self.last {
            Some(last) => last.public_only,
            None => !self.listed.keys().any(|path| {
                ["archive/persons/", "archive/quarantine/"].iter().any(|private| path.starts_with(private))
            }),
        }
    }

    /// The bytes of a part, if they are those that the log states; otherwise it is a fault.
    pub(super) fn part(&mut self, part: &CopiedPart) -> Result<Option<Vec<u8>>> {
        let path = format!("{ARCHIVE}{}", part.file.path);
        self.checked(&path, part.file.size_bytes, &part.file.sha256)
    }

    /// The bytes of a commit.
    pub(super) fn commit(&mut self, commit: &CopiedCommit) -> Result<Option<Vec<u8>>> {
        self.checked(&format!("{ARCHIVE}{}", commit.path), LONGEST_COMMIT_BYTES, &commit.sha256)
    }

    /// The bytes of one of the office's own files.
    pub(super) fn file(&mut self, file: &Listed) -> Result<Option<Vec<u8>>> {
        let path = file.path();
        let size = self.listed.get(&path).copied().unwrap_or_default();
        self.checked(&path, size, &file.sha256)
    }

    fn checked(&mut self, path: &str, most: u64, digest: &str) -> Result<Option<Vec<u8>>> {
        let bytes = self.held(path, most)?.filter(|bytes| pipeline::sha256(bytes) == digest);
        if bytes.is_none() {
            self.faults.push(path.to_owned());
        }
        Ok(bytes)
    }

    /// The bytes of a file; none where it is gone, longer than it may be, or on a part of a disk that cannot be read. A server that
    /// does not answer is an error.
    fn held(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>> {
        if !self.listed.contains_key(path) {
            return Ok(None);
        }
        match self.target.read(path, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.downcast_ref::<std::io::Error>().is_some() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Reads every other form of the office's own files, which lie under their digests.
    pub(super) fn check_older_files(&mut self) -> Result<()> {
        let current: BTreeSet<String> = self.files.iter().map(Listed::path).collect();
        let older: Vec<(String, u64)> = self
            .listed
            .iter()
            .filter(|(path, _)| path.starts_with(OFFICE) && !path.starts_with(LISTS) && !current.contains(*path))
            .map(|(path, size)| (path.clone(), *size))
            .collect();
        for (path, size) in older {
            let digest = path.rsplit('/').next().unwrap_or_default().to_owned();
            drop(self.checked(&path, size, &digest)?);
        }
        Ok(())
    }

    /// Finds files of earlier lists that are gone.
    pub(super) fn check_earlier_lists(&mut self) {
        for number in manifest::numbers(&self.listed) {
            let Ok((manifest, _)) = Manifest::read(self.target, number) else { continue };
            let Ok(files) = manifest::read_list(self.target, &manifest.list) else { continue };
            let gone = files.iter().map(Listed::path).filter(|path| !self.listed.contains_key(path));
            self.faults.extend(gone.collect::<Vec<_>>());
        }
        self.faults.sort();
        self.faults.dedup();
    }

    /// Whether there is nothing of a backup.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The newest version that can be restored.
    pub(super) fn newest(&self) -> Result<u64> {
        let newest = self.commits.last().map(|commit| commit.version);
        newest.with_context(|| format!("{} holds no commit of an archive that can be used", self.target.place()))
    }
}
