//! A backup in a folder: another disk, a share, a mounted stick.
//!
//! Invariant: a file has its name only when it is whole and durable. Folders and files are the owner's alone, where the file system
//! knows owners.

use super::manifest::{PROBE, TOPS};
use super::target::{Put, Target};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Files that are being written lie here. It may be emptied while no backup runs.
const UNFINISHED: &str = ".tertib";

#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is a folder.
    pub(super) fn is_there(&self) -> bool {
        self.root.is_dir()
    }

    /// Whether a backup has been there.
    pub(super) fn was_used(&self) -> bool {
        self.root.join(PROBE).is_file()
    }

    pub(super) fn absent(&self) -> anyhow::Error {
        anyhow!("there is no backup in {}; mount the disk or the share, then try again", self.root.display())
    }

    /// Makes a folder and those above it, each durable. Gives its path.
    fn make(&self, within: &Path) -> Result<PathBuf> {
        let failed = || format!("cannot make folders in {}", self.root.display());
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        if !self.is_there() {
            std::fs::create_dir_all(self.root.parent().unwrap_or(Path::new("."))).with_context(failed)?;
            match builder.create(&self.root) {
                // Another backup has just made it.
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists && self.is_there() => {}
                other => other.with_context(failed)?,
            }
        }
        let mut path = self.root.clone();
        for name in within {
            let above = path.clone();
            path.push(name);
            match builder.create(&path) {
                Ok(()) => flush(&above)?,
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {}
                Err(fault) => return Err(fault).with_context(failed),
            }
        }
        Ok(path)
    }

    fn walk(&self, folder: &str, found: &mut BTreeMap<String, u64>) -> Result<()> {
        let path = self.root.join(folder);
        let unread = || format!("cannot list {}", path.display());
        let entries = match std::fs::read_dir(&path) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
            other => other.with_context(unread)?,
        };
        for entry in entries {
            let entry = entry.with_context(unread)?;
            let kind = entry.file_type().with_context(unread)?;
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if kind.is_dir() {
                self.walk(&name, found)?;
            } else if kind.is_file() {
                found.insert(name, entry.metadata().with_context(unread)?.len());
            } else {
                bail!("{} is a link or a device; remove it, and find out who put it there", entry.path().display());
            }
        }
        Ok(())
    }
}

impl Target for Folder {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        for top in TOPS {
            self.walk(top, &mut found)?;
        }
        Ok(found)
    }

    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        let path = self.root.join(path);
        pipeline::read_file(&path, most).with_context(|| format!("cannot read {}", path.display()))
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<Put> {
        let target = self.root.join(path);
        let failed = || format!("cannot write {}", target.display());
        let folder = self.make(Path::new(path).parent().unwrap_or(Path::new("")))?;
        let unfinished = self.make(Path::new(UNFINISHED))?;
        let mut file = tempfile::NamedTempFile::new_in(unfinished).with_context(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).with_context(failed)?;
        match pipeline::name_if_absent(file.path(), &target) {
            Ok(()) => {}
            Err(fault) if fault.kind() == ErrorKind::AlreadyExists => return Ok(Put::Present),
            Err(fault) => return Err(fault).with_context(failed),
        }
        flush(&folder)?;
        Ok(Put::Stored)
    }

    fn place(&self) -> String {
        self.root.display().to_string()
    }
}

/// Makes the names in a folder durable. Some shares cannot be asked for that, and do it when a file is closed.
fn flush(folder: &Path) -> Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(fault) if !matches!(fault.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Err(fault).with_context(|| format!("cannot make {} durable", folder.display()))
        }
        _ => Ok(()),
    }
}
