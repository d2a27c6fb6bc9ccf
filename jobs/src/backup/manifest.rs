//! What lies in a target, and the manifest that closes a backup.
//!
//! ```text
//! archive/…                    the archive as it is in the office, without lock, staging, head and kept figures
//! office/NAME/SHA256           the office's own files in every form that they have had
//! office/daftar/SHA256         which of them belong together, as sha256sum reads it
//! manifest/00000001.json       one for each backup, the last file of it
//! probe                        whether the target keeps a file that is put twice
//! ```
//!
//! Invariant: a manifest is there only when everything that it speaks of is. Each names the digest of the one before.

use super::target::{Put, Target};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The folder of the archive.
pub(super) const ARCHIVE: &str = "archive/";
/// The folder of the office's own files.
pub(super) const OFFICE: &str = "office/";
/// The folder of the lists of them.
pub(super) const LISTS: &str = "office/daftar/";
const MANIFESTS: &str = "manifest/";
/// A file that is put twice.
pub(super) const PROBE: &str = "probe";
/// The folders of a backup.
pub(super) const TOPS: [&str; 3] = ["archive", "manifest", "office"];

/// What the probe holds, and what must never replace it.
const PROBES: [&[u8]; 2] =
    [b"A backup of tertib. What is here is neither replaced nor removed.\n", b"This target replaces files.\n"];

/// No manifest is longer.
const LONGEST_MANIFEST_BYTES: u64 = 64 << 10;
/// A century of documents fits in a list.
const LONGEST_LIST_BYTES: u64 = 64 << 20;

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extent {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Extent {
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }

    pub(super) fn or_more(self, other: Self) -> Self {
        Self { files: self.files.max(other.files), bytes: self.bytes.max(other.bytes) }
    }
}

/// The end of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of this layout.
    pub form: u32,
    /// How many backups there were before, and this one.
    pub number: u64,
    /// The SHA-256 of the manifest before.
    pub previous: Option<String>,
    /// When the backup was made.
    pub at: DateTime<Utc>,
    /// The program that made it.
    pub program: String,
    /// The version of the archive.
    pub version: u64,
    /// The SHA-256 of its last commit.
    pub head: String,
    /// Whether all that names residents was left out.
    pub public_only: bool,
    /// What the archive consists of.
    pub archive: Extent,
    /// The office's own files.
    pub office: Extent,
    /// The most that the office's own files have been since somebody last said that fewer are right.
    pub most: Extent,
    /// The SHA-256 of the list of the office's own files.
    pub list: String,
}

pub(super) const FORM: u32 = 1;

impl Manifest {
    pub(super) fn path(number: u64) -> String {
        format!("{MANIFESTS}{number:08}.json")
    }

    /// One line, and below it its digest, so that a change to it is seen.
    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        let line = format!("{}\n", serde_json::to_string(self)?);
        Ok(format!("{line}{}\n", pipeline::sha256(line.as_bytes())).into_bytes())
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes)?;
        let (line, _) = text.split_once('\n').context("it ends too early")?;
        let manifest: Self = serde_json::from_str(line)?;
        if manifest.form != FORM {
            bail!("it is of form {}; a newer tertib reads it", manifest.form);
        }
        if manifest.encode()? != bytes {
            bail!("its digest is not the one that stands in it");
        }
        Ok(manifest)
    }

    /// Reads a manifest; gives its own digest too.
    pub(super) fn read(target: &dyn Target, number: u64) -> Result<(Self, String)> {
        let path = Self::path(number);
        let bytes = target.read(&path, LONGEST_MANIFEST_BYTES)?;
        let damaged = || Damaged(format!("{path} in {} is damaged", target.place()));
        let manifest = Self::decode(&bytes).map_err(|_| damaged())?;
        if manifest.number != number {
            return Err(damaged().into());
        }
        Ok((manifest, pipeline::sha256(&bytes)))
    }
}

/// A file of a target that could be read, and is not what it should be.
#[derive(Debug)]
pub(super) struct Damaged(String);

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

/// The numbers of the manifests in a target, in order.
pub(super) fn numbers(listed: &BTreeMap<String, u64>) -> Vec<u64> {
    let number = |path: &String| {
        let number = path.strip_prefix(MANIFESTS)?.strip_suffix(".json")?.parse().ok()?;
        (Manifest::path(number) == *path).then_some(number)
    };
    listed
        .range(MANIFESTS.to_owned()..)
        .map_while(|(path, _)| path.starts_with(MANIFESTS).then_some(path))
        .filter_map(number)
        .collect()
}

/// Whether a path is in one of the folders of a backup.
pub(super) fn is_ours(path: &str) -> bool {
    path.split_once('/').is_some_and(|(top, _)| TOPS.contains(&top))
}

/// One of the office's own files as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its name below the office's folder.
    pub(super) name: String,
    pub(super) sha256: String,
}

impl Listed {
    /// Where it lies in a target.
    pub(super) fn path(&self) -> String {
        format!("{OFFICE}{}/{}", self.name, self.sha256)
    }
}

/// Writes a list as `sha256sum --check` reads it.
pub(super) fn list(files: &[Listed]) -> String {
    files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path())).collect()
}

/// Reads the list of a backup, whose digest is known.
pub(super) fn read_list(target: &dyn Target, digest: &str) -> Result<Vec<Listed>> {
    let path = format!("{LISTS}{digest}");
    let bytes = target.read(&path, LONGEST_LIST_BYTES)?;
    if pipeline::sha256(&bytes) != digest {
        return Err(Damaged(format!("{path} in {} is damaged", target.place())).into());
    }
    let of_line = |line: &str| {
        let (sha256, path) = line.split_once("  ")?;
        let name = path.strip_prefix(OFFICE)?.strip_suffix(sha256)?.strip_suffix('/')?;
        let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
        name.split('/').all(is_plain).then(|| Listed { name: name.to_owned(), sha256: sha256.to_owned() })
    };
    let lines = String::from_utf8(bytes)?;
    lines
        .lines()
        .map(|line| of_line(line).with_context(|| format!("{path} holds a line that is none of a list")))
        .collect()
}

/// Finds out whether a file that is put a second time stays what it was.
pub(super) fn probe(target: &dyn Target) -> Result<()> {
    let puts = [target.put(PROBE, PROBES[0])?, target.put(PROBE, PROBES[1])?];
    let kept = target.read(PROBE, 1_024)?;
    if puts[1] != Put::Present || kept != PROBES[0] {
        bail!(
            "{} replaces a file that is put twice, so two backups could destroy each other; use another disk or server",
            target.place()
        );
    }
    Ok(())
}

/// Whether the probe is what it was.
pub(super) fn holds_probe(target: &dyn Target) -> bool {
    target.read(PROBE, 1_024).is_ok_and(|kept| kept == PROBES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_of_a_manifest_is_seen() {
        let extent = Extent { files: 12, bytes: 3_400 };
        let manifest = Manifest {
            form: FORM,
            number: 7,
            previous: Some("ab".repeat(32)),
            at: "2026-11-29T10:00:00Z".parse().unwrap(),
            program: "tertib 0.1.0".to_owned(),
            version: 3,
            head: "cd".repeat(32),
            public_only: false,
            archive: extent,
            office: extent,
            most: extent,
            list: "ef".repeat(32),
        };
        let bytes = manifest.encode().unwrap();
        assert_eq!(Manifest::decode(&bytes).unwrap(), manifest);
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            assert!(Manifest::decode(&changed).is_err(), "byte {i}");
            assert!(Manifest::decode(&bytes[..i]).is_err(), "cut at {i}");
        }
    }
}
