//! `[[backup]]`: where copies of the archive go, and what may go there.

use super::place::At;
use anyhow::{Context, Result, anyhow, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One `[[backup]]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BackupSection {
    /// Its name in commands, messages and the history.
    pub name: String,
    /// A folder, or `s3://BUCKET/PREFIX`.
    pub target: String,
    /// What encrypts the target; without it no personal data go there.
    pub encrypted: Option<Encryption>,
    /// Whether the private tables and all else that names residents stay here.
    #[serde(default)]
    pub public_only: bool,
    /// Whether the folder lies on a disk that is not always plugged in.
    #[serde(default)]
    pub removable: bool,
    /// After how many days without a backup somebody is told.
    #[serde(default = "default_late")]
    pub late_after_days: u32,
    /// A program that carries the copy in the folder on; it reads the paths of all files, one a line, on standard input.
    #[serde(default)]
    pub command: Vec<String>,
    /// The program that brings such a copy back into `{folder}`.
    #[serde(default)]
    pub fetch: Vec<String>,
    /// The address of the S3 server.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The file with the id of the access key.
    pub access_key_file: Option<PathBuf>,
    /// The file with the secret of the access key.
    pub secret_key_file: Option<PathBuf>,
    /// The certificates of the office's own authority, instead of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// What encrypts a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encryption {
    /// A disk with LUKS.
    Luks,
    /// A disk with `BitLocker`.
    Bitlocker,
    /// A volume with `VeraCrypt`.
    Veracrypt,
    /// A pool with ZFS encryption.
    Zfs,
    /// A folder with gocryptfs.
    Gocryptfs,
    /// The program restic, as the command of the target.
    Restic,
    /// The program borg, as the command of the target.
    Borg,
    /// The program age, as the command of the target.
    Age,
    /// The server encrypts what it stores, with a key that the office or its Diskominfo holds.
    Server,
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of an S3 server, and the beginning of all names in it; it is empty or ends with `/`.
    Bucket {
        /// The bucket.
        bucket: String,
        /// The beginning of all names.
        prefix: String,
    },
}

fn default_late() -> u32 {
    7
}

impl BackupSection {
    /// A target that a command line names, without a configuration.
    pub(crate) fn bare(target: &str) -> Self {
        Self {
            name: target.to_owned(),
            target: target.to_owned(),
            encrypted: None,
            public_only: false,
            removable: false,
            late_after_days: default_late(),
            command: Vec::new(),
            fetch: Vec::new(),
            endpoint: None,
            region: None,
            access_key_file: None,
            secret_key_file: None,
            ca_file: None,
        }
    }

    /// By what the history knows it: under the same name, another place is another target.
    pub(crate) fn identity(&self) -> (&str, &str) {
        (&self.name, &self.target)
    }

    /// Where it is; a relative path starts in the folder.
    pub(crate) fn place(&self, folder: &Path) -> Place {
        match self.target.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let prefix = prefix.trim_matches('/');
                let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
                Place::Bucket { bucket: bucket.to_owned(), prefix }
            }
            None => Place::Folder(folder.join(&self.target)),
        }
    }

    /// Refuses what contradicts itself, and a target of which nobody said whether residents' data may go there.
    ///
    /// # Errors
    /// Says which key to change.
    fn check(&self) -> Result<()> {
        if self.encrypted.is_none() != self.public_only {
            bail!(
                "say what encrypts the target with `encrypted = \"luks\"` (or another word), or leave residents' data out with \
                 `public-only = true`"
            );
        }
        let is_bucket = self.target.starts_with("s3://");
        let of_bucket = [&self.access_key_file, &self.secret_key_file].map(Option::is_some);
        if is_bucket && (self.endpoint.is_none() || of_bucket.contains(&false)) {
            bail!("a target in S3 takes `endpoint`, `access-key-file` and `secret-key-file`");
        }
        // What is not shown may hold a password.
        if !is_bucket && self.target.contains("://") {
            bail!("a target is a folder, or a bucket `s3://BUCKET/PREFIX`");
        }
        if !is_bucket && (self.endpoint.is_some() || of_bucket.contains(&true)) {
            bail!("`endpoint` and the files of keys are for a bucket `s3://BUCKET/PREFIX`; this target is a folder");
        }
        if is_bucket && (self.removable || !self.command.is_empty()) {
            bail!("`removable` and `command` are for folders");
        }
        if self.command.is_empty() && !self.fetch.is_empty() {
            bail!("`fetch` brings back what `command` carried on; say that too");
        }
        Ok(())
    }
}

/// Checks all of them; each has a name of its own.
///
/// # Errors
/// Says which one to change.
pub(super) fn check(sections: &[BackupSection]) -> Result<()> {
    for (i, section) in sections.iter().enumerate() {
        let at = || At::of_entry("backup", i, "target");
        section.check().with_context(|| format!("backup `{}`", section.name)).with_context(at)?;
        if section.name.is_empty() || sections[..i].iter().any(|other| other.name == section.name) {
            let fault = anyhow!("each [[backup]] takes a name of its own, and one is `{}`", section.name);
            return Err(fault.context(At::of_entry("backup", i, "name")));
        }
    }
    Ok(())
}
